// Command bench measures the book under a day's work. It seeds registers of several
// sizes with ten events an item, starts the server as a user would, and lets clients
// read and write as storekeepers do, nine to one, with sign-in and scope checked and
// every commit on disk before it is answered. Beside each, in the same run, stand
// the floors that nothing here can be faster than: the HTTP stack that answers a
// constant, SQLite that reads one row by an index, SQLite that commits one row.
package main

import (
	"cmp"
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
	var p plan
	sizes := flag.String("sizes", "1000,100000,1000000", "how many assets, with commas between")
	clients := flag.String("clients", "8,200", "how many ask at once, with commas between")
	flag.DurationVar(&p.each, "each", 20*time.Second, "how long each number of clients is measured")
	flag.StringVar(&p.folder, "keep", "build/bench", "folder in which seeded registers are kept for the next run")
	flag.IntVar(&p.flood, "flood", 4000, "how many clients overload the server; 0 leaves that out")
	flag.DurationVar(&p.soak, "soak", 0, "how long the largest number of clients goes on afterwards, with a line a minute")
	profile := flag.String("profile", "", "file for the processor profile of the server under the largest number of clients, of which the shares are printed (server.prof in the folder of -keep)")
	flag.IntVar(&p.pages, "live", 0, "measure so many pages that are left open, and nothing else")
	floor := flag.String("floor", "", "serve the HTTP floor at this address (used by bench itself)")
	flag.Parse()
	p.profile = *profile
	var err error
	if *floor != "" {
		err = serveConstant(*floor)
	} else if p.sizes, err = numbers("sizes", *sizes, 1000); err == nil {
		if p.clients, err = numbers("clients", *clients, 1); err == nil {
			err = p.run()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

// plan is what is measured.
type plan struct {
	sizes, clients []int
	each           time.Duration
	flood          int
	soak           time.Duration
	folder         string
	profile        string
	pages          int
}

func numbers(name, text string, least int) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < least {
			return nil, fmt.Errorf("-%s takes whole numbers of at least %d, not %q", name, least, part)
		}
		all = append(all, n)
	}
	return all, nil
}

func (p *plan) run() error {
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return err
	}
	program := filepath.Join(p.folder, "quartermaster")
	build := exec.Command("go", "build", "-o", program, "./cmd/quartermaster")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	p.profile = cmp.Or(p.profile, filepath.Join(p.folder, "server.prof"))
	if p.pages > 0 {
		return p.live(program, p.pages)
	}
	var all []*measured
	for _, n := range p.sizes {
		m, err := p.measure(program, n)
		if err != nil {
			return fmt.Errorf("with %d assets: %w", n, err)
		}
		all = append(all, m)
	}
	print(all)
	return printShares(p.profile)
}
