package server

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheListNamesTestsThatAreThere holds docs/asvs.md to the code: each number stands in
// it once, each says how it stands, and each test that it names is there.
func TestTheListNamesTestsThatAreThere(t *testing.T) {
	list, err := os.ReadFile("../../docs/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range declared.FindAllStringSubmatch(string(text), -1) {
			there[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	levels, states := map[string]int{}, map[string]int{}
	row := regexp.MustCompile(`^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (met|n/a|not met) \|([^|]*)\|([^|]*)\|$`)
	for line := range strings.Lines(string(list)) {
		line = strings.TrimSpace(line)
		if !regexp.MustCompile(`^\| \d`).MatchString(line) {
			continue
		}
		cells := row.FindStringSubmatch(line)
		if cells == nil {
			t.Errorf("not a row: %s", line)
			continue
		}
		number, state, how := cells[1], cells[4], strings.TrimSpace(cells[5])
		if seen[number] {
			t.Errorf("%s stands there twice", number)
		}
		seen[number] = true
		levels[cells[2]]++
		states[state]++
		named := regexp.MustCompile("`((?:Test|Fuzz)[^`]+)`").FindAllStringSubmatch(line, -1)
		for _, name := range named {
			if !there[name[1]] {
				t.Errorf("%s names %s, which is no test", number, name[1])
			}
		}
		if state != "met" && how == "" || state == "met" && how == "" && len(named) == 0 {
			t.Errorf("%s does not say how, or why not", number)
		}
	}
	sum := fmt.Sprintf("Of %d points %d are met, %d do not concern this program, and %d are not met.", len(seen), states["met"], states["n/a"], states["not met"])
	if !strings.Contains(string(list), sum) {
		t.Errorf("the head of the list does not say: %s", sum)
	}
	if levels["1"] != 70 || levels["2"] != 183 { // of ASVS 5.0.0
		t.Errorf("%v; level 1 has 70 and level 2 has 183", levels)
	}
}
