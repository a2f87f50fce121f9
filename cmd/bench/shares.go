package main

import (
	"fmt"
	"os/exec"
	"strings"
)

// share is a part of the server's processor time: what function takes, with all that it
// calls. Those that are within others are told of besides.
type share struct {
	says, function string
	within         bool
}

var shares = []share{
	{"reading in SQLite", "quartermaster/services/store/sqlite.(*reader).each", false},
	{"writing in SQLite, by the one writer", "quartermaster/services/store/sqlite.(*Store).commitRound", false},
	{"of both: SQLite's own steps", "modernc.org/sqlite/lib.Xsqlite3_step", true},
	{"of both: reading pages of the file", "modernc.org/libc.Xpread", true},
	{"of writing: pages to the log, and the wait for the disk", "modernc.org/sqlite/lib._sqlite3PagerCommitPhaseOne", true},
	{"collecting garbage", "runtime.gcBgMarkWorker", false},
	{"the rest: connections, HTTP, sign-in and scope, rules", "", false},
	{"of the rest: reading JSON", "encoding/json.Unmarshal", true},
	{"of the rest: writing JSON", "encoding/json.Marshal", true},
	{"of all: calls of the system", "internal/runtime/syscall/linux.Syscall6", true},
}

// printShares writes where the processor time of a profile went, as a table in Markdown.
func printShares(file string) error {
	out, err := exec.Command("go", "tool", "pprof", "-top", "-cum", "-nodecount=100000", "-nodefraction=0", file).Output()
	if err != nil {
		return fmt.Errorf("the profile cannot be read: %w", err)
	}
	percent := percents(string(out))
	fmt.Println("\n| where the server's processor time goes | % |\n| --- | ---: |")
	rest := 100.0
	for _, s := range shares {
		if !s.within {
			rest -= percent[s.function]
		}
	}
	percent[""] = rest
	for _, s := range shares {
		fmt.Printf("| %s | %.0f |\n", s.says, percent[s.function])
	}
	return nil
}

// percents reads the share of each function, with what it calls, from the lines of pprof -top:
// flat flat% sum% cum cum% name.
func percents(top string) map[string]float64 {
	percent := map[string]float64{}
	for line := range strings.Lines(top) {
		fields := strings.Fields(line)
		if len(fields) < 6 {
			continue
		}
		var taken float64
		if n, _ := fmt.Sscanf(fields[4], "%f%%", &taken); n == 1 {
			percent[fields[5]] += taken
		}
	}
	return percent
}
