// Command bench measures the book: it seeds registers of several sizes, starts the
// server as a user would, and asks it over HTTP with eight clients at once, with
// sign-in and scope checked. Beside it, in the same run, a bare handler that reads
// one row of the same file: the most that could be.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	sizes := flag.String("sizes", "1000,100000,1000000", "how many assets, with commas between")
	each := flag.Duration("each", 4*time.Second, "how long each request is measured")
	clients := flag.Int("clients", 8, "how many ask at once")
	bare := flag.String("bare", "", "serve the bare handler over this file (used by bench itself)")
	listen := flag.String("listen", "", "address of the bare handler")
	flag.Parse()
	var err error
	if *bare != "" {
		err = serveBare(*bare, *listen)
	} else {
		err = run(*sizes, *each, *clients)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func run(sizes string, each time.Duration, clients int) error {
	folder, err := os.MkdirTemp("", "quartermaster-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "quartermaster")
	build := exec.Command("go", "build", "-o", program, "./cmd/quartermaster")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	var columns []*column
	for text := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 100 {
			return fmt.Errorf("a size is a whole number of at least 100, not %q", text)
		}
		c, err := measure(program, filepath.Join(folder, text+".db"), n, each, clients)
		if err != nil {
			return fmt.Errorf("with %d assets: %w", n, err)
		}
		columns = append(columns, c)
	}
	print(columns, clients)
	return nil
}

// column is what was measured with a register of one size.
type column struct {
	assets         int
	seeding        time.Duration
	start          time.Duration
	restMB, loadMB float64
	diskMB         float64
	results        []result
}

type result struct {
	name   string
	rate   float64
	p50    time.Duration
	p99    time.Duration
	failed int
}

func print(columns []*column, clients int) {
	fmt.Printf("\nrequests a second (p50 / p99), %d clients\n", clients)
	fmt.Printf("%-28s", "assets")
	for _, c := range columns {
		fmt.Printf("%32d", c.assets)
	}
	fmt.Println()
	for i := range columns[0].results {
		fmt.Printf("%-28s", columns[0].results[i].name)
		for _, c := range columns {
			r := c.results[i]
			text := fmt.Sprintf("%.0f (%s / %s)", r.rate, r.p50.Round(10*time.Microsecond), r.p99.Round(10*time.Microsecond))
			if r.failed > 0 {
				text += fmt.Sprintf(" %d FAILED", r.failed)
			}
			fmt.Printf("%32s", text)
		}
		fmt.Println()
	}
	for _, line := range []struct {
		name string
		of   func(*column) string
	}{
		{"import, rows a second", func(c *column) string {
			return fmt.Sprintf("%.0f (%s)", float64(c.assets)/c.seeding.Seconds(), c.seeding.Round(10*time.Millisecond))
		}},
		{"start to first answer", func(c *column) string { return c.start.Round(time.Millisecond).String() }},
		{"memory at rest, MB", func(c *column) string { return fmt.Sprintf("%.0f", c.restMB) }},
		{"memory after load, MB", func(c *column) string { return fmt.Sprintf("%.0f", c.loadMB) }},
		{"on disk, MB", func(c *column) string { return fmt.Sprintf("%.0f", c.diskMB) }},
	} {
		fmt.Printf("%-28s", line.name)
		for _, c := range columns {
			fmt.Printf("%32s", line.of(c))
		}
		fmt.Println()
	}
}
