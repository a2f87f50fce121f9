package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

var (
	killRounds = flag.Int("rounds", 10, "how often the server is killed under load")
	killSeed   = flag.Uint64("seed", 0, "what is drawn is drawn from it; 0 is by chance")
)

// roundsABook is after how many rounds another book is begun: checking one takes
// longer the more it holds.
const roundsABook = 50

// print writes what came of it as a table in Markdown.
func (s *tally) print(rounds int) {
	fmt.Println("\n| killed | answered yes | of these lost | refused | of these done | unanswered | of these done | started again in, median | longest |")
	fmt.Println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	fmt.Printf("| %d | %d | 0 | %d | 0 | %d | %d | %d ms | %d ms |\n\nYes of each kind:", rounds, s.yes, s.no, s.open, s.done,
		s.restarts[len(s.restarts)/2].Milliseconds(), s.restarts[len(s.restarts)-1].Milliseconds())
	for i, kind := range slices.Sorted(maps.Keys(s.kinds)) {
		if i > 0 {
			fmt.Print(",")
		}
		fmt.Printf(" %s %d", kind, s.kinds[kind])
	}
	fmt.Println(".")
}

// TestKilledUnderLoad kills the server at random moments while clients take on charge,
// issue, take back, count, import and dispatch, and starts it again. What it said yes to
// is there, what it refused is not, and the book agrees with its ledger.
func TestKilledUnderLoad(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("drawn from -seed %d", seed)
	sum := tally{kinds: map[string]int{}}
	for begun := 0; begun < *killRounds; begun += roundsABook {
		killedInABook(t, rand.New(rand.NewPCG(seed, uint64(begun))), min(roundsABook, *killRounds-begun), &sum)
	}
	slices.Sort(sum.restarts)
	if !t.Failed() {
		sum.print(*killRounds)
	}
	if longest := sum.restarts[len(sum.restarts)-1]; *killRounds > roundsABook && longest > time.Second {
		t.Errorf("a restart took %v", longest) // make soak alone: what a shared machine does meanwhile is not the server's
	}
	if sum.yes == 0 || sum.no == 0 {
		t.Error("the load held nothing that was accepted, or nothing that was refused")
	}
}

// tally is what all rounds came to.
type tally struct {
	yes, no, open, done int
	kinds               map[string]int // of what was said yes to
	restarts            []time.Duration
}

func killedInABook(t *testing.T, random *rand.Rand, rounds int, sum *tally) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.db")
	p := program{t: t, path: path, address: freePort(t)}
	p.prepare()
	p.start()
	defer p.kill()
	l := &load{p: &p, token: p.signIn()}
	l.begin()
	for range rounds {
		l.sent = nil
		l.run(random, 1+random.Int64N(60))
		sum.restarts = append(sum.restarts, p.start())
		l.check(t, sum)
	}
}

// prepare makes a book with an administrator who can sign in.
func (p *program) prepare() {
	p.t.Helper()
	s, err := sqlite.Open(p.t.Context(), p.path, store.Schema)
	if err != nil {
		p.t.Fatal(err)
	}
	w := booktest.Over(p.t, s)
	for n := range prepared {
		w.Radio(fmt.Sprintf("first-%d", n))
	}
	if err := s.Close(); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(strings.TrimSuffix(p.path, ".db")+".ledger.key", []byte(booktest.Key(p.t).Secret()+"\n"), 0o600); err != nil {
		p.t.Fatal(err)
	}
	if code, text := said(p.t, nil, "user", "admin", "--password", adminPassword, "--store=sqlite:"+p.path); code != 0 {
		p.t.Fatal(text)
	}
}

// prepared is how many items there are before the load.
const prepared = 40

const adminPassword = "a long password of nobody"

// request is one that a client sent.
type request struct {
	key    string
	what   string
	status int // 0 is no answer
	body   []byte
}

// load is what clients ask for.
type load struct {
	p         *program
	token     string
	stocktake string

	mu      sync.Mutex
	sent    []*request
	tags    []string
	drafts  []string
	serials int
	keys    int
}

// run has clients work until so many answers have come, and kills the server at that
// moment, while the other clients wait for theirs.
func (l *load) run(random *rand.Rand, answers int64) {
	var clients sync.WaitGroup
	var came atomic.Int64
	enough := make(chan struct{})
	for range 6 {
		draw := rand.New(rand.NewPCG(random.Uint64(), 1))
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for l.one(client, draw).status != 0 { // else it is dead
				if came.Add(1) == answers {
					close(enough)
				}
			}
		})
	}
	<-enough
	l.p.kill()
	clients.Wait()
}

// begin lists what there is, and opens a stocktake.
func (l *load) begin() {
	client := &http.Client{}
	defer client.CloseIdleConnections()
	opened := l.send(client, "open a stocktake", "/stocktakes", "application/json",
		`{"name":"Under load","scope":{"unit":"NORTH"},"deadline":"2099-01-01"}`)
	var doc asked
	if opened.status != http.StatusCreated || json.Unmarshal(opened.body, &doc) != nil {
		l.p.t.Fatalf("no stocktake: %d %s", opened.status, opened.body)
	}
	l.stocktake = doc.Number
	for n := range int64(prepared) {
		l.tags = append(l.tags, labels.FormatTag("QM", n+1))
	}
}

// one sends one request of the mix.
func (l *load) one(client *http.Client, draw *rand.Rand) *request {
	l.mu.Lock()
	l.serials++
	serial := fmt.Sprintf("load-%d", l.serials)
	tag := l.tags[draw.IntN(len(l.tags))]
	draft := ""
	if n := len(l.drafts); n > 0 && draw.IntN(2) == 0 {
		draft, l.drafts = l.drafts[n-1], l.drafts[:n-1]
	}
	l.mu.Unlock()
	signed, _ := json.Marshal(booktest.Sign("Gul Guard"))
	const asJSON = "application/json"
	switch draw.IntN(12) {
	case 0, 1:
		r := l.send(client, "take on charge", "/assets", asJSON, takeOn(serial))
		l.learn(r, func(doc asked) { l.tags = append(l.tags, doc.Tag) })
		return r
	case 2:
		return l.send(client, "take a serial number on charge again", "/assets", asJSON, takeOn("first-1"))
	case 3, 4, 5:
		return l.send(client, "issue", "/assets/"+tag+"/issue", asJSON, `{"custodian":"guard","receipt":`+string(signed)+`}`)
	case 6, 7:
		return l.send(client, "take back", "/assets/"+tag+"/return", asJSON, `{"unit":"NORTH-STORE","signature":`+string(signed)+`}`)
	case 8:
		return l.send(client, "count", "/stocktakes/"+l.stocktake+"/sightings", asJSON, `{"code":"`+tag+`"}`)
	case 9:
		var rows strings.Builder
		rows.WriteString("Name,Category,Make,Serial,Unit,Grant\n")
		for n := range 10 {
			fmt.Fprintf(&rows, "Radio,radio,Icom,%s-%d,NORTH-STORE,A-2025\n", serial, n)
		}
		return l.send(client, "import", "/assets/import", "text/csv", rows.String())
	case 10:
		if draft != "" {
			return l.send(client, "dispatch", "/vouchers/"+draft+"/dispatch", asJSON, `{"signature":`+string(signed)+`}`)
		}
	}
	r := l.send(client, "draft a voucher", "/vouchers", asJSON, `{"kind":"issue","from":"NORTH-STORE","to":"NORTH-POST","lines":[{"tag":"`+tag+`"}]}`)
	l.learn(r, func(doc asked) { l.drafts = append(l.drafts, doc.Number) })
	return r
}

type asked struct {
	Tag    string `json:"tag"`
	Number string `json:"number"`
}

func (l *load) learn(r *request, note func(asked)) {
	var doc struct {
		Tag    string          `json:"tag"`
		Number json.RawMessage `json:"number"`
	}
	if r.status != http.StatusCreated || json.Unmarshal(r.body, &doc) != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	note(asked{doc.Tag, strings.Trim(string(doc.Number), `"`)})
}

func takeOn(serial string) string {
	return `{"name":"VHF radio","category":"radio","make":"Icom","model":"IC-F3400","serial":"` + serial +
		`","unit":"NORTH-STORE","grant":"A-2025","condition":"new","acquired_on":"2026-01-15","cost":{"amount":"410.00","currency":"USD"}}`
}

// send asks once, under a key of its own, and notes what came of it.
func (l *load) send(client *http.Client, what, path, media, body string) *request {
	l.mu.Lock()
	l.keys++
	r := &request{key: fmt.Sprintf("k%d", l.keys), what: what}
	l.sent = append(l.sent, r)
	l.mu.Unlock()
	asked, err := http.NewRequest(http.MethodPost, "http://"+l.p.address+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		l.p.t.Error(err)
		return r
	}
	asked.Header.Set("Authorization", "Bearer "+l.token)
	asked.Header.Set("Content-Type", media)
	asked.Header.Set("Idempotency-Key", r.key)
	answer, err := client.Do(asked)
	if err != nil {
		return r
	}
	defer func() { _ = answer.Body.Close() }()
	if r.body, err = io.ReadAll(answer.Body); err == nil {
		r.status = answer.StatusCode
	}
	return r
}

// check reads the book beside the server that was started again. The answer to a
// request is in the commit of what it changed: so it is there exactly when that is.
func (l *load) check(t *testing.T, sum *tally) {
	t.Helper()
	s, err := sqlite.OpenRead(t.Context(), l.p.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, r := range l.sent {
		answer, err := store.Get[models.Answer](t.Context(), s, store.Answers, "admin/"+r.key)
		there := err == nil
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		switch {
		case r.status == 0:
			if sum.open++; there {
				sum.done++
			}
		case r.status < 300:
			sum.kinds[r.what]++
			if sum.yes++; !there {
				t.Errorf("lost: %s (%s) was answered %d %s", r.what, r.key, r.status, r.body)
			} else if !bytes.Equal(answer.Body, r.body) {
				t.Errorf("%s (%s) was answered %s, and the book says %s", r.what, r.key, r.body, answer.Body)
			}
		default:
			if sum.no++; there {
				t.Errorf("%s (%s) was refused with %d %s, and is there: %s", r.what, r.key, r.status, r.body, answer.Body)
			}
			if r.status >= 500 {
				t.Errorf("%s (%s) was answered %d %s", r.what, r.key, r.status, r.body)
			}
		}
	}
	if _, err := verify.Book(t.Context(), s, verify.Options{Keys: []string{booktest.Key(t).Public}}); err != nil {
		t.Errorf("after it was killed: %v", err)
	}
}
