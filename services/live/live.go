// Package live tells those who keep a page open that something of what it shows has
// changed. It says no more than that: the page asks again, and is answered by the
// rules of every page.
//
// Changes are read from the ledger, once for all listeners of this program, so that
// whoever writes pays nothing and the changes of other programs over the same book
// are seen as well.
package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

const (
	// every is how often the ledger is asked for news while somebody listens.
	every = time.Second
	// behind is how much older than the newest event known an event may still appear:
	// its program's clock was behind, or its commit took long.
	behind = 10 * time.Second
	// most is how many events are looked at one by one; after more than that everybody
	// is told.
	most = 500
)

// Service tells listeners of changes.
type Service struct {
	Book *ledger.Book
	Log  *slog.Logger

	mu     sync.Mutex
	latest string             // the instant of the newest event that listeners were told of
	groups map[string]*group  // that have a listener
	stop   context.CancelFunc // of the reading, which goes on while somebody listens
	ended  bool
}

// group is the listeners of one part of the book to the same topics: whether they are
// told is decided once for all of them.
type group struct {
	person  *models.Person // any of them
	topics  []Topic
	members map[*Listener]bool
}

// nameOf names the group of a person who listens to topics.
func nameOf(p *models.Person, topics []Topic) string {
	var name strings.Builder
	fmt.Fprintf(&name, "%s %q %q %q", p.Role, p.Scope, p.Donors, p.Grants)
	for _, t := range topics {
		fmt.Fprintf(&name, " %s/%s", t.In.Name, t.Key)
	}
	return name.String()
}

// Topic is what a page shows: every document of a collection that its person sees, or
// those alone whose key begins with Key.
type Topic struct {
	In  *store.Collection
	Key string
}

// Listener is a page that somebody keeps open.
type Listener struct {
	// News has an element when something changed since it was last received from. It is
	// closed when the program ends.
	News  chan struct{}
	group string
}

// Listen begins to tell a person of topics; of those with a key they have been shown to
// see what it names. End it with Leave.
func (s *Service) Listen(person *models.Person, topics ...Topic) *Listener {
	l := &Listener{News: make(chan struct{}, 1), group: nameOf(person, topics)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		close(l.News)
		return l
	}
	if s.groups == nil {
		s.groups = map[string]*group{}
	}
	g := s.groups[l.group]
	if g == nil {
		g = &group{person: person, topics: topics, members: map[*Listener]bool{}}
		s.groups[l.group] = g
	}
	g.members[l] = true
	if s.stop == nil {
		s.latest = models.At(s.Book.Now()).String()
		ctx, stop := context.WithCancel(context.Background())
		s.stop = stop
		go s.read(ctx)
	}
	return l
}

// Latest is the instant of the newest event that listeners were told of.
func (s *Service) Latest() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latest
}

// Since says whether anything changed since an instant, one that Latest gave or at
// which a page was made. What is no instant is before everything.
func (s *Service) Since(ctx context.Context, instant string) (bool, error) {
	at, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		return true, nil
	}
	n, err := s.Book.Store.Count(ctx, store.Query{In: store.Events, By: "at", Limit: 1,
		Where: []store.Cond{store.From("at", models.At(at.Add(time.Millisecond)).String())}})
	return n > 0, err
}

// Leave ends what Listen began.
func (s *Service) Leave(l *Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groups[l.group]; g != nil {
		if delete(g.members, l); len(g.members) == 0 {
			delete(s.groups, l.group)
		}
	}
	if len(s.groups) == 0 && s.stop != nil {
		s.stop()
		s.stop = nil
	}
}

// End sends all listeners away, so that the program can end.
func (s *Service) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for _, g := range s.groups {
		for l := range g.members {
			close(l.News)
		}
	}
	clear(s.groups)
	if s.stop != nil {
		s.stop()
	}
}

// Ended says whether End was called.
func (s *Service) Ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *Service) read(ctx context.Context) {
	news := s.News()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := news.Tell(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("open pages are not told of changes", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// News tells of the events that came since it was last asked.
type News struct {
	s    *Service
	from string          // the instant of the newest event known, at the start the start
	told map[string]bool // events about as old, by key; nil at the start
	// floor is the instant before which nothing is looked at any more, since everybody was
	// told when there was too much.
	floor string
}

// News begins with what happens from now on.
func (s *Service) News() *News { return &News{s: s, from: models.At(s.Book.Now()).String()} }

// Tell tells listeners of what is new.
func (n *News) Tell(ctx context.Context) error {
	err := n.tell(ctx)
	if err == nil {
		n.s.mu.Lock()
		n.s.latest = max(n.s.latest, n.from)
		n.s.mu.Unlock()
	}
	return err
}

func (n *News) tell(ctx context.Context) error {
	newest, err := time.Parse(time.RFC3339Nano, n.from)
	if err != nil {
		return err
	}
	since := max(models.At(newest.Add(-behind)).String(), n.floor)
	q := store.Query{In: store.Events, By: "at", Where: []store.Cond{store.From("at", since)}, Desc: true, Limit: most + len(n.told), Bare: true}
	records, err := n.s.Book.Store.Find(ctx, q)
	if err != nil {
		return err
	}
	if len(records) == q.Limit {
		n.floor, _ = records[q.Limit-1].Place[0].(string)
	}
	known, changed := map[string]bool{}, map[string]bool{}
	for _, r := range records {
		known[r.ID] = true
		if at, ok := r.Place[0].(string); ok {
			n.from = max(n.from, at)
		}
		if !n.told[r.ID] {
			changed[r.ID[:strings.LastIndexByte(r.ID, '@')]] = true
		}
	}
	first := n.told == nil
	n.told = known
	switch {
	case first:
		return nil
	case len(changed) >= most:
		n.s.tell(func(*group) bool { return true })
		return nil
	}
	return n.s.tellOf(ctx, changed)
}

// change is what changed of one place in the book: documents of a collection that are
// found by the same units and payers.
type change struct {
	in            *store.Collection
	keys          []string
	units, payers []string
}

// tellOf tells whoever listens to these subjects and may see them.
func (s *Service) tellOf(ctx context.Context, subjects map[string]bool) error {
	changes := map[string]*change{}
	for subject := range subjects {
		name, key, _ := strings.Cut(subject, "/")
		if !s.wanted(name, key) {
			continue
		}
		in := collection(name)
		units, payers, err := s.places(ctx, in, key)
		if err != nil {
			return err
		}
		place := fmt.Sprintf("%s %q %q", name, units, payers)
		if changes[place] == nil {
			changes[place] = &change{in: in, units: units, payers: payers}
		}
		changes[place].keys = append(changes[place].keys, key)
	}
	s.tell(func(g *group) bool {
		for _, c := range changes {
			if g.concerns(c) {
				return true
			}
		}
		return false
	})
	return nil
}

func (g *group) concerns(c *change) bool {
	return slices.ContainsFunc(g.topics, func(t Topic) bool {
		switch {
		case t.In != c.in:
			return false
		case t.Key != "":
			return slices.ContainsFunc(c.keys, func(key string) bool { return strings.HasPrefix(key, t.Key) })
		default:
			return access.Everywhere(g.person) || access.SeesPapers(g.person, c.units, c.payers)
		}
	})
}

// wanted says whether anybody listens to a document.
func (s *Service) wanted(collection, key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.groups {
		if slices.ContainsFunc(g.topics, func(t Topic) bool { return t.In.Name == collection && strings.HasPrefix(key, t.Key) }) {
			return true
		}
	}
	return false
}

// places returns by which units and payers a document is found.
func (s *Service) places(ctx context.Context, in *store.Collection, key string) (units, payers []string, err error) {
	record, err := s.Book.Store.Get(ctx, in, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	doc := in.New()
	if err := json.Unmarshal(record.Body, doc); err != nil {
		return nil, nil, fmt.Errorf("live: %s/%s: %w", in.Name, key, err)
	}
	values := func(field string) []string {
		if many := in.Many[field]; many != nil {
			return many(doc)
		}
		return nil
	}
	return values("units"), values("paid_by"), nil
}

func collection(name string) *store.Collection {
	at := slices.IndexFunc(store.Schema, func(c *store.Collection) bool { return c.Name == name })
	return store.Schema[at] // somebody listens to it
}

func (s *Service) tell(whom func(*group) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.groups {
		if !whom(g) {
			continue
		}
		for l := range g.members {
			select {
			case l.News <- struct{}{}:
			default: // told already, and has not asked since
			}
		}
	}
}
