package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo/wiretest/replica"
)

// TestThreeInstances goes through what several instances over one book must agree in.
func TestThreeInstances(t *testing.T) {
	w := begin(t)
	for _, s := range []struct {
		name string
		do   func(*testing.T, *world)
	}{
		{"a job runs once", runsOnce},
		{"sessions", sessions},
		{"guesses at a password", guesses},
		{"a limit of requests", limits},
		{"a repetition elsewhere", repetition},
		{"an open page", openPage},
		{"numbers", numbers},
		{"killed in the midst of a request", killed},
		{"stopped in the midst of a job", stopped},
		{"no primary for a while", elected},
		{"the ledger", verified},
	} {
		if !t.Run(s.name, func(t *testing.T) { s.do(t, w) }) {
			break // what comes behind it would only be confused
		}
	}
	var table bytes.Buffer
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, r := range w.rows {
		fmt.Fprintf(out, "%s\t%s\n", r.what, r.seen)
	}
	_ = out.Flush()
	t.Logf("three instances, %+v\n%s", w.set.Counts(), table.String())
}

func (w *world) job(name string) *models.Job {
	job, err := store.Get[models.Job](w.t.Context(), w.store(), store.Jobs, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		w.t.Fatal(err)
	}
	return job
}

// runsOnce looks at what the jobs came to that were due when all three began.
func runsOnce(t *testing.T, w *world) {
	once := []string{"overdue_returns", "overdue_services", "low_stock", "expired", "requests", "training", "drafts", "sessions"}
	w.until(time.Minute, "the jobs are done", func() bool {
		return !slices.ContainsFunc(once, func(name string) bool { j := w.job(name); return j == nil || j.Done.IsZero() })
	})
	on := map[string]bool{}
	for _, name := range once {
		job := w.job(name)
		if len(job.Recent) != 1 || job.Recent[0].Error != "" {
			t.Errorf("%s ran %d times: %+v", name, len(job.Recent), job.Recent)
		}
		on[job.Recent[0].On] = true
	}
	w.saw("jobs due at the start of all three", "%d jobs, each ran once, on %d instances", len(once), len(on))
}

func sessions(t *testing.T, w *world) {
	a, b, c := w.instances[0], w.instances[1], w.instances[2]
	token := signIn(t, a.url(), "second")
	is := func(i *instance) int {
		return ask(t, i.url(), token, http.MethodGet, "/sessions/current", "", "").status
	}
	for _, i := range w.instances {
		if status := is(i); status != http.StatusOK {
			t.Errorf("signed in at A, %s answers %d", i.name, status)
		}
	}
	if got := ask(t, c.url(), token, http.MethodDelete, "/sessions/current", "", ""); got.status != http.StatusNoContent {
		t.Fatalf("no sign-out: %d %s", got.status, got.body)
	}
	took := w.until(10*time.Second, "a sign-out at C holds at A and B", func() bool {
		return is(a) == http.StatusUnauthorized && is(b) == http.StatusUnauthorized
	})
	if took > 4*time.Second {
		t.Errorf("the others knew of the sign-out after %v", took)
	}
	w.saw("signed in at A, out at C", "all three knew the sign-in at once, the sign-out after %v (2 s is promised)", took.Round(10*time.Millisecond))
}

func guesses(t *testing.T, w *world) {
	guess := func(n int, with string) answer {
		return ask(t, w.instances[n%3].url(), "", http.MethodPost, "/sessions", "", `{"username":"chief","password":"`+with+`"}`)
	}
	n := 0
	for n < 30 && guess(n, "wrong").status != http.StatusTooManyRequests {
		n++
	}
	if n > 6 {
		t.Errorf("%d guesses went through, in turn at three instances", n)
	}
	for i := range 3 {
		if got := guess(i, "wrong"); got.status != http.StatusTooManyRequests {
			t.Errorf("%s goes on to be asked: %d", w.instances[i].name, got.status)
		}
	}
	w.saw("a password guessed at in turn at all three", "refused everywhere after %d guesses", n)
}

// limits uses up at one instance what a person may have made in a minute.
func limits(t *testing.T, w *world) {
	token := signIn(t, w.instances[0].url(), "second")
	export := func(i *instance) int {
		return ask(t, i.url(), token, http.MethodGet, "/assets.csv", "", "").status
	}
	n := 0
	for n < 60 && export(w.instances[0]) == http.StatusOK {
		n++
	}
	if n < 30 || n > 35 { // 30 a minute, and what comes again meanwhile
		t.Errorf("one instance made %d files of 30", n)
	}
	took := w.until(10*time.Second, "B and C know", func() bool {
		return export(w.instances[1]) == http.StatusTooManyRequests && export(w.instances[2]) == http.StatusTooManyRequests
	})
	w.saw("30 files a minute, all made at A", "refused at B and C after %v", took.Round(10*time.Millisecond))
}

func repetition(t *testing.T, w *world) {
	token := signIn(t, w.proxy.URL, "admin")
	var first answer
	for i, at := range w.instances {
		got := ask(t, at.url(), token, http.MethodPost, "/assets", "again", radio("again"))
		if i == 0 {
			first = got
		} else if !got.replayed || !bytes.Equal(got.body, first.body) {
			t.Errorf("%s answered %d %s, replayed %v", at.name, got.status, got.body, got.replayed)
		}
	}
	var all sync.WaitGroup
	tags := make([]string, 12)
	for i := range tags {
		all.Go(func() { tags[i] = insist(t, w.proxy.URL, token, "/assets", "at once", radio("at once")).field("tag") })
	}
	all.Wait()
	if slices.Sort(tags); tags[0] == "" || len(slices.Compact(tags)) != 1 {
		t.Errorf("one request at once at all three came to %v", tags)
	}
	w.saw("one Idempotency-Key at A, B and C", "the first answer everywhere; 12 at once: done once")
}

func openPage(t *testing.T, w *world) {
	token := signIn(t, w.proxy.URL, "admin")
	var delays []time.Duration
	told := listen(t, w.instances[0].url(), token, "/live/home")
	for n := range 3 {
		tag := ask(t, w.instances[1].url(), token, http.MethodPost, "/assets", "", radio(fmt.Sprint("seen", n))).field("tag")
		made := ask(t, w.instances[1].url(), token, http.MethodPost, "/vouchers", "", draft(tag))
		if made.status != http.StatusCreated {
			t.Fatalf("%d %s", made.status, made.body)
		}
		began := time.Now()
		select {
		case at := <-told:
			delays = append(delays, max(at.Sub(began), 0))
		case <-time.After(5 * time.Second):
			t.Fatal("a page that is open at A is not told of a change at B")
		}
		for len(told) > 0 {
			<-told
		}
	}
	longest := slices.Max(delays)
	if longest > 2*time.Second {
		t.Errorf("it was told after %v", delays)
	}
	w.saw("a page open at A, changes at B", "told after at most %v", longest.Round(10*time.Millisecond))
}

// numbers has items taken on charge and vouchers drafted at all three at once.
func numbers(t *testing.T, w *world) {
	token := signIn(t, w.proxy.URL, "admin")
	const clients = 6
	each := 4 * *rounds
	var mu sync.Mutex
	tags, vouchers := map[string]bool{}, map[string]bool{}
	var all sync.WaitGroup
	began := time.Now()
	for c := range clients {
		all.Go(func() {
			for n := range each {
				key := fmt.Sprintf("n-%d-%d", c, n)
				tag := insist(t, w.proxy.URL, token, "/assets", key, radio(key)).field("tag")
				made := insist(t, w.proxy.URL, token, "/vouchers", key+"-v", draft(tag))
				mu.Lock()
				if tags[tag] || tag == "" {
					t.Errorf("the tag %q was given twice", tag)
				}
				tags[tag], vouchers[made.field("number")] = true, true
				if made.status != http.StatusCreated {
					t.Errorf("%d %s", made.status, made.body)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	w.gapless(t)
	if len(vouchers) != clients*each {
		t.Errorf("%d vouchers have %d numbers", clients*each, len(vouchers))
	}
	w.saw("numbers given at all three at once", "%d tags, no two the same; %d vouchers numbered without a gap; %.0f changes a second on the double", len(tags), len(vouchers), float64(2*len(tags))/took.Seconds())
}

// gapless looks at the numbers of all vouchers.
func (w *world) gapless(t *testing.T) {
	t.Helper()
	all, err := store.Find[models.Voucher](t.Context(), w.store(), store.Query{In: store.Vouchers, By: "series"})
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]int64{}
	for _, v := range all {
		series := v.Number[:strings.LastIndexByte(v.Number, '-')]
		if last[series]++; v.Number != fmt.Sprintf("%s-%04d", series, last[series]) {
			t.Errorf("%s is the voucher %d of its series", v.Number, last[series])
		}
	}
}

// count is how many items have a serial number.
func (w *world) count(t *testing.T, serial string) int64 {
	t.Helper()
	key := (&models.Asset{Make: "Icom", Model: "IC-F3400", Serial: serial}).SerialKeys()
	n, err := w.store().Count(t.Context(), store.Query{In: store.Assets, By: "serials", Where: []store.Cond{store.In("serials", key)}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// killed kills an instance before its commit reaches the store, and after. The client
// sends the same again, and comes to another.
func killed(t *testing.T, w *world) {
	token := signIn(t, w.proxy.URL, "admin")
	was := 0
	for round := range *rounds {
		for _, done := range []bool{false, true} {
			victim := w.instances[round%3]
			key := fmt.Sprintf("killed-%d-%v", round, done)
			before := w.set.Counts().Faults
			w.set.Inject(replica.Fault{Command: "commitTransaction", Kind: replica.Pause, For: time.Second, Done: done})
			lost := make(chan answer)
			go func() { lost <- ask(t, victim.url(), token, http.MethodPost, "/assets", key, radio(key)) }()
			w.until(10*time.Second, "the commit is under way", func() bool { return w.set.Counts().Faults > before })
			victim.kill()
			if got := <-lost; got.status != 0 {
				t.Errorf("whoever was killed answered %d", got.status)
			}
			got := insist(t, w.proxy.URL, token, "/assets", key, radio(key))
			if got.status != http.StatusCreated || w.count(t, key) != 1 {
				t.Errorf("sent again it was answered %d %s; there are %d", got.status, got.body, w.count(t, key))
			}
			if got.replayed {
				was++
			}
			victim.launch()
			victim.ready()
		}
	}
	w.saw("killed (-9) in the midst of a request", "%d times; sent again through the proxy: done once each, %d of them had been done", 2**rounds, was)
}

// stopped stops an instance in the midst of a job until another has taken the job over,
// and lets it go on.
func stopped(t *testing.T, w *world) {
	before := w.set.Counts().Faults
	w.set.Inject(replica.Fault{Command: "find", In: "grants", Kind: replica.Pause, For: *lease * 2 / 3})
	w.until(30*time.Second, "the job looks for grants", func() bool { return w.set.Counts().Faults > before })
	holder := w.job("grants").Holder
	at := slices.IndexFunc(w.instances, func(i *instance) bool { return strings.Contains(holder, fmt.Sprintf("-%d-", i.cmd.Process.Pid)) })
	if at < 0 {
		t.Fatalf("%q has the job", holder)
	}
	sleeper, other := w.instances[at], w.instances[(at+1)%3]
	sleeper.signal(syscall.SIGSTOP)
	began := time.Now()
	// What the job of the sleeper finds when it wakes, and what it would open a finding for.
	token := signIn(t, other.url(), "admin")
	ends := time.Now().AddDate(0, 0, 40).Format(time.DateOnly)
	if got := ask(t, other.url(), token, http.MethodPost, "/grants", "", `{"code":"ENDS","name":"Ends soon","donor":"DONOR-A","to":"`+ends+`"}`); got.status != http.StatusCreated {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if at := time.Since(began); at > *lease*2/3 {
		t.Logf("the machine is slow: the grant came after %v, when the sleeper had looked", at)
	}
	took := w.until(time.Minute, "another takes the job over", func() bool {
		last := w.job("grants").Last()
		return last != nil && last.On != holder && last.At.After(began) && last.Opened == 1
	})
	if took < *lease/2 {
		t.Errorf("the job was taken over after %v, while its lease held", took)
	}
	if still := *paused - time.Since(began); still > 0 {
		time.Sleep(still)
	}
	asleep := time.Since(began)
	sleeper.signal(syscall.SIGCONT)
	w.until(30*time.Second, "it notices", func() bool {
		return strings.Contains(sleeper.said(), "another instance has taken this job over")
	})
	w.until(30*time.Second, "it works on", func() bool {
		return ask(t, sleeper.url(), token, http.MethodGet, "/sessions/current", "", "").status == http.StatusOK
	})
	flags, err := store.Find[models.Flag](t.Context(), w.store(), store.Query{In: store.Flags, By: "kind", Where: []store.Cond{store.Is("kind", string(models.GrantEnding))}})
	if err != nil {
		t.Fatal(err)
	}
	ours := slices.DeleteFunc(flags, func(f *models.Flag) bool { return f.Subject != "grants/ENDS" })
	if len(ours) != 1 || ours[0].Version != 1 {
		raw, _ := json.Marshal(ours)
		t.Errorf("there are these findings: %s", raw)
	}
	w.saw(fmt.Sprintf("stopped for %v in the midst of a job", asleep.Round(time.Second)), "taken over after %v by a lease of %v; woken, it noticed and wrote nothing", took.Round(100*time.Millisecond), *lease)
}

// elected has clients work at all three while there is no primary for two seconds and
// every connection breaks.
func elected(t *testing.T, w *world) {
	token := signIn(t, w.proxy.URL, "admin")
	var all sync.WaitGroup
	before := w.set.Counts()
	for c := range 3 {
		all.Go(func() {
			for n := range 3 {
				key := fmt.Sprintf("election-%d-%d", c, n)
				if c == 0 && n == 1 {
					w.set.StepDown(2 * time.Second)
					w.set.Cut()
				}
				if got := insist(t, w.proxy.URL, token, "/assets", key, radio(key)); got.status != http.StatusCreated {
					t.Errorf("%d %s", got.status, got.body)
				}
				if n := w.count(t, key); n != 1 {
					t.Errorf("%s is there %d times", key, n)
				}
			}
		})
	}
	all.Wait()
	w.saw("no primary for 2 s, all connections cut", "9 of 9 changes done once; %d transactions begun again", w.set.Counts().GivenUp-before.GivenUp)
}

// verified checks the book against its ledger when everything has come to rest.
func verified(t *testing.T, w *world) {
	w.gapless(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	events, err := w.store().Count(ctx, store.Query{In: store.Events, By: store.ID})
	if err != nil {
		t.Fatal(err)
	}
	text, err := w.run("verify", w.uri)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	said, _, _ := strings.Cut(text, ",")
	w.saw("quartermaster verify", "%s: %d events in unbroken chains", said, events)
}
