package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"quartermaster/jobs"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
)

// measured is all that is known of a register of one size.
type measured struct {
	*seeded
	started  time.Duration
	restMB   float64
	mostMB   float64
	days     map[int]*result    // by number of clients
	alone    map[string]*result // of the largest number of clients, by kind of request
	overload *result
	after    *result // at once after the overload, by the smallest number of clients
	floors   floors
}

func (p *plan) measure(program string, n int) (*measured, error) {
	fmt.Printf("%d assets\n", n)
	kept, err := seed(p.folder, n)
	if err != nil {
		return nil, err
	}
	m := &measured{seeded: kept, days: map[int]*result{}, alone: map[string]*result{}}
	m.floors.http = map[int]*result{}
	brief := min(p.each, 3*time.Second)
	if m.floors.read, err = reads(m.path, n, brief); err != nil {
		return nil, err
	}
	if m.floors.commit, err = commits(p.folder, brief); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bare, _, err := start(self, nil, "-floor")
	if err != nil {
		return nil, err
	}
	for _, clients := range p.clients {
		m.floors.http[clients] = bare.load(clients, brief, func(int) request { return request{method: "GET", path: "/"} })
	}
	bare.stop()
	return m, p.days(program, m)
}

// days lets each number of clients have its day with the server, and then more than
// it can serve.
func (p *plan) days(program string, m *measured) error {
	settings := []string{"QM_LOG_LEVEL=error", "QM_LIMITS=all=0", "QM_JOBS=" + quiet(), "QM_PPROF=" + profilesAt}
	server, took, err := start(program, settings, "serve", "--store", "sqlite:"+m.path, "--listen")
	if err != nil {
		return err
	}
	defer server.stop()
	m.started = took
	m.restMB, _ = server.memory()
	for i, clients := range p.clients {
		fmt.Printf("  %d clients\n", clients)
		d, err := server.begin(m.Assets, clients)
		if err != nil {
			return err
		}
		server.load(clients, time.Second, d.next) // what is prepared once is not measured
		stop := func() error { return nil }
		if i == len(p.clients)-1 {
			stop = profiling(p.profile, p.each)
		}
		m.days[clients] = server.load(clients, p.each, d.next)
		if err := stop(); err != nil {
			return err
		}
		if i == len(p.clients)-1 {
			for _, one := range mix {
				m.alone[one.kind] = server.load(clients, min(p.each, 2*time.Second), d.only(one))
			}
		}
	}
	if err := p.goOn(server, m.Assets); err != nil {
		return err
	}
	_, m.mostMB = server.memory()
	if p.flood == 0 {
		return nil
	}
	fmt.Printf("  %d clients, more than can be served\n", p.flood)
	d, err := server.begin(m.Assets, p.clients[0])
	if err != nil {
		return err
	}
	m.overload = server.load(p.flood, min(p.each, 5*time.Second), func(client int) request {
		r := get("/assets/" + tagOf(d.any(d.clients[client%len(d.clients)])))
		r.kind, r.token = "item by tag", d.clients[client%len(d.clients)].token
		return r
	})
	m.after = server.load(p.clients[0], min(p.each, 3*time.Second), d.next)
	return nil
}

// goOn has the largest number of clients go on for long, and tells each minute what it
// costs: what grows with time is seen in the last column.
func (p *plan) goOn(server *child, assets int) error {
	if p.soak == 0 {
		return nil
	}
	clients := slices.Max(p.clients)
	d, err := server.begin(assets, clients)
	if err != nil {
		return err
	}
	fmt.Printf("\n| after | %d clients, requests/s | p99 | failed | memory, MB |\n| ---: | ---: | ---: | ---: | ---: |\n", clients)
	for after := time.Duration(0); after < p.soak; {
		each := min(time.Minute, p.soak-after)
		r := server.load(clients, each, d.next)
		after += each
		now, _ := server.memory()
		fmt.Printf("| %s | %.0f | %s | %d | %.0f |\n", after, r.rate(), shown(at(r.took, .99)), r.failed+r.put, now)
	}
	return nil
}

// quiet turns off the jobs that would run at some hour of the measuring, except the
// one that takes all events into the ledger's log, every minute.
func quiet() string {
	lines := ""
	for _, row := range jobs.Table(house.Over(&ledger.Book{}, house.Settings{})) {
		if row.Name != "integration" {
			lines += row.Name + "=off;"
		}
	}
	return lines[:len(lines)-1]
}

const profilesAt = "127.0.0.1:18329"

// profiling takes a profile of the server's processor time while it is measured.
func profiling(file string, each time.Duration) (stop func() error) {
	done := make(chan error, 1)
	go func() {
		answer, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", profilesAt, max(1, int(each.Seconds())-1)))
		if err != nil {
			done <- err
			return
		}
		defer answer.Body.Close()
		raw, err := io.ReadAll(answer.Body)
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("no profile: %s %s", answer.Status, raw)
		}
		if err == nil {
			err = os.WriteFile(file, raw, 0o644)
		}
		done <- err
	}()
	return func() error { return <-done }
}
