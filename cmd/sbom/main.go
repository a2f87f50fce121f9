// Command sbom says what a built program is made of: a bill of materials in CycloneDX
// form, of the modules that the program itself carries in its build information. It
// fails when one of them comes under a licence that is not known and accepted, so that
// nobody finds that out from a donor's lawyer.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	out := flag.String("out", "", "file to write; without one, only the licences are checked")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: sbom [-out FILE] PROGRAM")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *out); err != nil {
		fmt.Fprintln(os.Stderr, "sbom: "+err.Error())
		os.Exit(1)
	}
}

func run(program, out string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	bill := bom{Format: "CycloneDX", Spec: "1.6", Version: 1}
	bill.Metadata.Component = component{Type: "application", Name: info.Main.Path, Version: info.Main.Version}
	bill.Components = append(bill.Components, component{Type: "platform", Name: "go", Version: info.GoVersion, PURL: "pkg:golang/stdlib@" + strings.TrimPrefix(info.GoVersion, "go"), Licences: licensed("BSD-3-Clause")})
	count := map[string]int{}
	var refused []string
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		id, err := licenceOf(m)
		if err != nil {
			refused = append(refused, m.Path+": "+err.Error())
			continue
		}
		count[id]++
		bill.Components = append(bill.Components, component{Type: "library", Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version,
			Licences: licensed(id), Properties: []property{{"go:sum", m.Sum}}})
	}
	if len(refused) > 0 {
		return fmt.Errorf("licences that are not accepted:\n  %s", strings.Join(refused, "\n  "))
	}
	var kinds []string
	for id, n := range count {
		kinds = append(kinds, fmt.Sprintf("%d %s", n, id))
	}
	slices.Sort(kinds)
	fmt.Printf("%d modules: %s\n", len(info.Deps), strings.Join(kinds, ", "))
	if out == "" {
		return nil
	}
	text, err := json.MarshalIndent(bill, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}

// bom is as much of CycloneDX 1.6 as there is to say.
type bom struct {
	Format   string `json:"bomFormat"`
	Spec     string `json:"specVersion"`
	Version  int    `json:"version"`
	Metadata struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components []component `json:"components"`
}

type component struct {
	Type       string          `json:"type"`
	Name       string          `json:"name"`
	Version    string          `json:"version,omitempty"`
	PURL       string          `json:"purl,omitempty"`
	Licences   []licenceChoice `json:"licenses,omitempty"`
	Properties []property      `json:"properties,omitempty"`
}

type licenceChoice struct {
	Licence struct {
		ID string `json:"id"`
	} `json:"license"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func licensed(id string) []licenceChoice {
	var one licenceChoice
	one.Licence.ID = id
	return []licenceChoice{one}
}
