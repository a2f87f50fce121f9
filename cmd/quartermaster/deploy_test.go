package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/alecthomas/kong"
)

// TestDeploymentsNameKnownSettings holds the files of deploy/ to the settings that the
// program has: it refuses to start with one that it does not know.
func TestDeploymentsNameKnownSettings(t *testing.T) {
	var c commands
	parser, err := kong.New(&c, kong.Vars{"version": version})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../deploy/*")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Compact(regexp.MustCompile(`QM_[A-Z_]+`).FindAllString(string(text), -1)) {
			if err := knownSettings(parser.Model, []string{name + "=x"}); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}
