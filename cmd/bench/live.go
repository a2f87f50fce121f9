package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// live measures what pages cost that people leave open: the memory that they take, what
// writers lose by them, and after how long they are told of a change.
func (p *plan) live(program string, pages int) error {
	kept, err := seed(p.folder, 1000)
	if err != nil {
		return err
	}
	server, _, err := start(program, []string{"QM_LOG_LEVEL=error", "QM_LIMITS=all=0", "QM_TRUSTED_PROXIES=127.0.0.1", "QM_JOBS=" + quiet()}, "serve", "--store", "sqlite:"+kept.path, "--listen")
	if err != nil {
		return err
	}
	defer server.stop()
	const writers = 8
	d, err := server.begin(kept.Assets, writers)
	if err != nil {
		return err
	}
	readings := mix[slices.IndexFunc(mix, func(m part) bool { return m.kind == "meter reading" })]
	write := func(client int) request {
		r := readings.make(d, d.clients[client])
		r.kind, r.token = readings.kind, d.clients[client].token
		return r
	}
	server.load(writers, time.Second, write) // what is prepared once is not measured
	open := &streams{server: server}
	var with, without []*result
	var before, after float64
	for round := range liveRounds {
		without = append(without, server.load(writers, p.each, write))
		if round == 0 {
			before, _ = server.memory()
		}
		if err := open.open(d, pages); err != nil {
			return err
		}
		if round == 0 {
			after, _ = server.memory()
		}
		with = append(with, server.load(writers, p.each, write))
		if round < liveRounds-1 {
			open.close()
		}
	}
	loaded, _ := server.memory()
	delays, err := open.delays(d)
	if err != nil {
		return err
	}
	open.close()
	fmt.Printf("%d open pages\n", pages)
	fmt.Printf("  memory %.0f MB before, %.0f MB when they were opened, %.0f MB when %d writers worked: %.1f kB a page at rest\n",
		before, after, loaded, writers, (after-before)*1024/float64(pages))
	fmt.Printf("  writes a second without %s, with %s\n", rates(without), rates(with))
	fmt.Printf("  processor for a write, µs, without %s, with %s\n", costs(without), costs(with))
	fmt.Printf("  a change is told after %v in the middle, %v at 99 of 100, %v at most (%d pages told)\n",
		at(delays, 0.5).Round(time.Millisecond), at(delays, 0.99).Round(time.Millisecond), at(delays, 1).Round(time.Millisecond), len(delays))
	return nil
}

// liveRounds is how often writes are measured without and with open pages, in turn, so
// that what else the machine does meets both.
const liveRounds = 3

func rates(all []*result) string {
	return each(all, func(r *result) string { return fmt.Sprintf("%.0f", r.rate()) })
}

func costs(all []*result) string {
	return each(all, func(r *result) string { return fmt.Sprintf("%.0f", r.cost()) })
}

func each(all []*result, say func(*result) string) string {
	var said []string
	for _, r := range all {
		said = append(said, say(r))
	}
	return strings.Join(said, " ")
}

// streams are streams that are open.
type streams struct {
	server *child
	conns  []net.Conn
	told   atomic.Pointer[chan time.Time]
	all    sync.WaitGroup
}

// open opens the first page so many times, half of them as an administrator.
func (o *streams) open(d *day, n int) error {
	o.conns = nil
	var begun sync.WaitGroup
	everything, err := o.server.signIn("admin")
	if err != nil {
		return err
	}
	for i := range n {
		token := everything
		if i%2 > 0 {
			token = d.clients[i%len(d.clients)].token
		}
		conn, err := net.Dial("tcp", strings.TrimPrefix(o.server.base, "http://"))
		if err != nil {
			return err
		}
		o.conns = append(o.conns, conn)
		if _, err := fmt.Fprintf(conn, "GET /live/home HTTP/1.1\r\nHost: bench\r\nCookie: quartermaster=%s\r\n\r\n", token); err != nil {
			return err
		}
		begun.Add(1)
		o.all.Go(func() {
			lines := bufio.NewScanner(conn)
			first := true
			for lines.Scan() {
				if first && strings.HasPrefix(lines.Text(), "retry:") {
					first = false
					begun.Done()
				}
				if to := o.told.Load(); to != nil && lines.Text() == "event: changed" {
					select {
					case *to <- time.Now():
					default:
					}
				}
			}
			if first {
				fmt.Fprintln(os.Stderr, "a page could not be opened:", lines.Err())
				begun.Done()
			}
		})
		if i%50 == 0 {
			time.Sleep(10 * time.Millisecond) // as pages are opened, not as an attack
		}
	}
	begun.Wait()
	time.Sleep(3 * time.Second) // until the server has taken back what opening took
	return nil
}

func (o *streams) close() {
	for _, conn := range o.conns {
		_ = conn.Close()
	}
	o.all.Wait()
}

// delays makes some changes, one after the other, that all of one command see, and
// returns after how long their pages were told.
func (o *streams) delays(d *day) ([]time.Duration, error) {
	var all []time.Duration
	time.Sleep(3 * time.Second)
	for n := range 12 {
		told := make(chan time.Time, len(o.conns))
		o.told.Store(&told)
		began := time.Now()
		c := d.clients[n%len(d.clients)]
		it := c.issues[0]
		r := post("/assets/"+tagOf(it.n)+"/issue", fmt.Sprintf(`{"unit":%q,"custodian":%q,"note":"patrol","receipt":%s}`, postCode(c.command, 0), holderCode(c.command), receipt))
		if it.issued {
			r = post("/assets/"+tagOf(it.n)+"/return", `{"condition":"good","note":"back"}`)
		}
		r.token = c.token
		if _, _, err := o.server.ask(r, nil); err != nil {
			return nil, err
		}
		it.issued = !it.issued
		made := time.Now()
		time.Sleep(2500*time.Millisecond + time.Duration(n*83)*time.Millisecond) // at any part of the server's second
		o.told.Store(nil)
		close(told)
		for at := range told {
			if at.After(began) {
				all = append(all, max(0, at.Sub(made)))
			}
		}
	}
	slices.Sort(all)
	return all, nil
}
