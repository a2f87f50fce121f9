package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// accepted are the licences under which parts may come, by words that no other of them
// has. All let the program be given on as it is; MPL-2.0 asks for changes to the part itself.
var accepted = []struct{ id, words string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"OFL-1.1", "sil open font license version 1.1"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from"},
	{"BSD-2-Clause", "redistribution and use in source and binary forms"},
	{"MIT", "permission is hereby granted, free of charge"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
	{"CC0-1.0", "cc0 1.0 universal"},
}

// refusedWords stand in licences that would bind the whole program.
var refusedWords = []string{"gnu general public license", "gnu affero general public license", "server side public license", "business source license"}

func licenceOf(m *debug.Module) (string, error) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", m.Path).Output()
	if err != nil {
		return "", fmt.Errorf("its folder is not found: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(folder)), "*"))
	if err != nil {
		return "", err
	}
	found := ""
	for _, file := range files {
		name := strings.ToUpper(filepath.Base(file))
		if !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") && !strings.HasPrefix(name, "UNLICENSE") {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // a folder of that name
		}
		text := strings.Join(strings.Fields(strings.ToLower(strings.NewReplacer("*", " ", "//", " ").Replace(string(raw)))), " ")
		for _, words := range refusedWords {
			if begin := text[:min(len(text), 300)]; strings.Contains(begin, words) {
				return "", fmt.Errorf("%s is a %s", filepath.Base(file), words)
			}
		}
		for _, licence := range accepted {
			if found == "" && strings.Contains(strings.ReplaceAll(text, "license, version", "license version"), licence.words) {
				found = licence.id
			}
		}
	}
	if found == "" {
		return "", fmt.Errorf("no licence is found that is known")
	}
	return found, nil
}
