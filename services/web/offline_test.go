package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
)

// network carries connections to a server until it is cut.
type network struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	down     bool
	open     map[net.Conn]bool
}

func newNetwork(t *testing.T, to string) *network {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{listener: listener, to: to, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close(); n.set(true) })
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go n.carry(from)
		}
	}()
	return n
}

func (n *network) base() string { return "http://" + n.listener.Addr().String() }

// set cuts the network, in the midst of what it carries, or mends it.
func (n *network) set(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
	for c := range n.open {
		if down {
			_ = c.Close()
			delete(n.open, c)
		}
	}
}

func (n *network) keep(c net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		_ = c.Close()
		return false
	}
	n.open[c] = true
	return true
}

func (n *network) carry(from net.Conn) {
	if !n.keep(from) {
		return
	}
	to, err := net.Dial("tcp", n.to)
	if err != nil || !n.keep(to) {
		_ = from.Close()
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
	both.Wait()
}

// phone is a browser that keeps what it has in a folder.
type phone struct {
	context.Context
	console *console
	close   func()
}

func openPhone(t *testing.T, folder string, flags ...chromedp.ExecAllocatorOption) *phone {
	t.Helper()
	p := &phone{}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(folder),
		chromedp.WindowSize(360, 740))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
	ctx, closeTab := chromedp.NewContext(allocated)
	p.Context, p.close = ctx, func() { closeTab(); stop() }
	t.Cleanup(p.close)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	p.console = listen(t, ctx)
	return p
}

// kill ends the browser as a flat battery does.
func (p *phone) kill(t *testing.T) {
	t.Helper()
	p.console.end()
	if err := chromedp.FromContext(p).Browser.Process().Kill(); err != nil {
		t.Fatal(err)
	}
	p.close()
}

// signOnto signs somebody in on a phone.
func (s *site) signOnto(t *testing.T, p *phone, base, code string) {
	t.Helper()
	s.signIn(code) // sets the password
	person, err := s.Access.Person(s.Operator(), code)
	if err != nil {
		t.Fatal(err)
	}
	do(t, p, chromedp.Navigate(base+"/sign-in"), chromedp.SendKeys("#username", person.Username), chromedp.SendKeys("#password", password+"\n"), chromedp.WaitVisible("header.top"))
}

// carries waits until the phone carries so many items and its pages.
func (s *site) carries(t *testing.T, p *phone, items int) {
	t.Helper()
	until(t, p, fmt.Sprintf(`await count("lines") === %d && Boolean(navigator.serviceWorker.controller)`, items))
}

// until waits for what a phone holds; count counts its lines, things or outbox.
func until(t *testing.T, p *phone, holds string) {
	t.Helper()
	value[bool](t, p, `(async () => {
		for (;;) {
			const db = await new Promise((r) => { const q = indexedDB.open("quartermaster"); q.onsuccess = () => r(q.result); });
			const count = (kind) => new Promise((r) => { const q = db.transaction(kind).objectStore(kind).count(); q.onsuccess = () => r(q.result); });
			const so = db.objectStoreNames.contains("lines") && (`+holds+`);
			db.close();
			if (so) return true;
			await new Promise((r) => setTimeout(r, 50));
		}
	})()`)
}

// patiently waits for what takes some dozen seconds, and minutes on a busy machine.
func patiently(t *testing.T, p *phone, holds string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p, 5*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Poll[chromedp.Void](holds, chromedp.WithPollingTimeout(0))); err != nil {
		t.Fatalf("%v, on a page that says: %s", err, said(p))
	}
}

// serveOnNetwork serves the site through a network that can be cut.
func (s *site) serveOnNetwork(t *testing.T) *network {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(listener) }()
	t.Cleanup(func() {
		s.Live.End()
		if err := s.app.ShutdownWithTimeout(time.Second); err != nil {
			t.Log(err)
		}
		<-served
	})
	return newNetwork(t, listener.Addr().String())
}

// TestNothingDoneOutOfReachIsLostOrDoneTwice counts 200 items and issues 20 with the
// network cut, kills the browser, starts it again, and lets the network come and go.
func TestNothingDoneOutOfReachIsLostOrDoneTwice(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	began := time.Now()
	s.Book.Now = func() time.Time { return booktest.Start.Add(time.Since(began)) }
	tags := s.Radios(220)
	st, err := s.Stocktakes.Open(s.As("keeper-north"), stocktake.NewStocktake{Name: "Count", Deadline: booktest.Deadline, Officers: []string{"keeper-north"}, Scope: models.StocktakeScope{Unit: "NORTH"}})
	if err != nil {
		t.Fatal(err)
	}
	n, folder := s.serveOnNetwork(t), t.TempDir()
	p := openPhone(t, folder)
	p.console.expect(outOfReach)
	s.signOnto(t, p, n.base(), "keeper-north")
	s.carries(t, p, 220)
	n.set(true)

	counted, issued := tags[:200], tags[200:]
	do(t, p, chromedp.Navigate(n.base()+"/stocktakes/"+st.Number+"/count"), chromedp.WaitVisible("#count"))
	value[bool](t, p, fmt.Sprintf(`(() => {
		const codes = %q.split(" "), form = document.querySelector("#count");
		const next = () => { if (codes.length) { form.elements.code.value = codes.shift(); form.requestSubmit(); } };
		new MutationObserver(next).observe(document.querySelector("#trail"), { childList: true });
		next();
		return true;
	})()`, strings.Join(counted, " ")))
	patiently(t, p, `document.querySelector("[data-fill=counted]").textContent === "200"`)
	const issue = "details[data-if='can.issue']"
	for _, tag := range issued {
		do(t, p, chromedp.Navigate(n.base()+"/scan"), chromedp.SendKeys("input[name=code]", tag+"\n"), chromedp.WaitVisible(issue+" > summary"), chromedp.Click(issue+" > summary"),
			chromedp.SetValue("#i-custodian", "guard"), chromedp.Click(issue+" button.main"), chromedp.WaitVisible("#waiting"))
	}
	p.kill(t)

	p = openPhone(t, folder)
	p.console.expect(outOfReach, refused(401, "/phone/desk"), refused(401, "/stocktakes/"+st.Number+"/count")) // as its cookie may be lost
	do(t, p, chromedp.Navigate(n.base()+"/outbox"), chromedp.WaitVisible("#queue"))
	if waits := value[int](t, p, `document.querySelectorAll("#queue li").length`); waits != 240 { // of the 20 that were issued, that they were scanned, too
		t.Errorf("%d wait after the browser was killed", waits)
	}
	n.set(false)
	s.signOnto(t, p, n.base(), "keeper-north") // a browser that is killed may have lost its cookie
	coming := make(chan struct{})
	var flapping sync.WaitGroup
	flapping.Go(func() { // at the server's end of some answers, too
		for i := 0; ; i++ {
			select {
			case <-coming:
				n.set(false)
				return
			case <-time.After(time.Duration(150+i%5*60) * time.Millisecond):
				n.set(i%3 == 0)
			}
		}
	})
	do(t, p, chromedp.Navigate(n.base()+"/outbox"), chromedp.WaitReady("#nothing"), chromedp.Evaluate[chromedp.Void](`setInterval(() => dispatchEvent(new Event("online")), 400)`))
	patiently(t, p, `!document.querySelector("#nothing").hidden`)
	close(coming)
	flapping.Wait()

	var order []string
	for _, tag := range counted {
		line := lineOf(t, s, st.Number, tag)
		if line.Sighting == nil || line.Version != 2 {
			t.Fatalf("%s: %+v at version %d", tag, line.Sighting, line.Version)
		}
		if away := line.Sighting.ReceivedAt.Sub(line.Sighting.At.Time); away <= 0 {
			t.Fatalf("%s was seen %s before the book was told", tag, away)
		}
		order = append(order, line.Sighting.ReceivedAt.String()+" "+tag)
	}
	if !slices.IsSorted(order) {
		t.Error("the sightings came in another order")
	}
	for i, tag := range issued {
		a := s.Asset(tag)
		if wanted := fmt.Sprintf("V-NORTH-STORE-2026-%04d", i+1); a.Status != models.InTransit || a.Voucher != wanted {
			t.Errorf("%s is %s by %s, not by %s", tag, a.Status, a.Voucher, wanted)
		}
		e, err := s.Book.Latest(t.Context(), ledger.Subject(store.Assets, a.ID))
		if err != nil || e.HappenedAt == nil || !e.HappenedAt.Before(e.At.Time) || a.Version != 3 {
			t.Errorf("%s at version %d: %+v, %v", tag, a.Version, e, err)
		}
	}
	vouchers, _, err := s.Custody.List(s.Operator(), custody.Filter{}, "", 100)
	if err != nil || len(vouchers) != len(issued) {
		t.Errorf("%d vouchers, %v", len(vouchers), err)
	}
	t.Logf("counted, issued, killed and sent within %s", time.Since(began).Round(time.Second))
}

func lineOf(t *testing.T, s *site, number, tag string) *models.StocktakeLine {
	t.Helper()
	line, err := s.Stocktakes.Line(s.Operator(), number, number+"/"+s.Asset(tag).ID)
	if err != nil {
		t.Fatal(err)
	}
	return line
}
