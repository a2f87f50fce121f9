// Package overview is what the first page shows of a part of the book at a glance:
// counts alone, each from an index.
package overview

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// Service counts.
type Service struct {
	Book     *ledger.Book
	Flags    *flags.Service
	Register *register.Service
	Stock    *stock.Service

	mu   sync.Mutex
	kept map[string]*kept // by whose scope it is of
}

// Overview is a part of the book in numbers.
type Overview struct {
	At       models.Time     `json:"at"`       // when it was counted
	Findings []flags.Counted `json:"findings"` // that stand, by kind
	Status   []Part          `json:"status"`   // of the items on charge
	Seen     []Part          `json:"seen"`     // when the items on charge were last seen
	Overdue  []Part          `json:"overdue"`  // services and returns, by the week in which they were due
	Expiry   []Part          `json:"expiry"`   // of lots of which something is left, by month
	// Again is after how long it is worth asking again, since the book changed after it was
	// counted; 0 is that it did not.
	Again time.Duration `json:"-"`
}

// Part is one count. From is its first day and Before the first that is not its any
// more; "" is without an end.
type Part struct {
	Name   string     `json:"name"`
	From   models.Day `json:"from,omitempty"`
	Before models.Day `json:"before,omitempty"`
	Count  int64      `json:"count"`
}

const (
	// fresh is how long an overview is shown again where nothing changed: days go by, too.
	fresh = time.Minute
	// soonest is after how long it is counted anew when something did, and share how many
	// times as long as it took to count: a book of which that takes 25 ms is followed
	// within a second, and no scope has more than a fortieth of a processor counted for it.
	soonest = time.Second
	share   = 40
	// mostKept bounds the memory; there are as many as different scopes.
	mostKept = 500
	// newest is how many of the newest events tell one state of the book from another;
	// several, since one may come with an earlier time than another that is there.
	newest = 20
)

// kept is what was counted for a scope. Whoever asks at the same moment waits, and is
// shown the same.
type kept struct {
	mu   sync.Mutex
	o    *Overview
	of   string // the newest events then
	took time.Duration
}

// rests is how long until it is counted anew because something changed.
func (k *kept) rests(now time.Time) time.Duration {
	return min(fresh, max(soonest, share*k.took)) - now.Sub(k.o.At.Time).Abs()
}

// Overview counts what is in the caller's scope. It is counted anew when the book
// changed since, but not again and again: see Again.
func (s *Service) Overview(ctx context.Context) (*Overview, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	k := s.of(fmt.Sprintf("%s %q %q %q", caller.Role, caller.Scope, caller.Donors, caller.Grants))
	k.mu.Lock()
	defer k.mu.Unlock()
	now, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	began := s.Book.Now()
	if k.o != nil && began.Sub(k.o.At.Time).Abs() < fresh {
		again := *k.o
		if now != k.of {
			again.Again = k.rests(began)
		}
		if now == k.of || again.Again > 0 {
			return &again, nil
		}
	}
	o := &Overview{At: models.At(began)}
	for _, part := range []func(context.Context, *Overview) error{s.findings, s.status, s.seen, s.overdue, s.expiry} {
		if err := part(ctx, o); err != nil {
			return nil, err
		}
	}
	k.o, k.of, k.took = o, now, s.Book.Now().Sub(began).Abs()
	return o, nil
}

func (s *Service) of(scope string) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kept[scope]
	if k == nil {
		if s.kept == nil || len(s.kept) >= mostKept {
			s.kept = map[string]*kept{}
		}
		k = &kept{}
		s.kept[scope] = k
	}
	return k
}

// newest names the newest events of the book.
func (s *Service) newest(ctx context.Context) (string, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Events, By: "at", Desc: true, Limit: newest, Bare: true})
	var names strings.Builder
	for _, r := range records {
		names.WriteString(r.ID + "\n")
	}
	return names.String(), err
}

func (s *Service) findings(ctx context.Context, o *Overview) (err error) {
	o.Findings, err = s.Flags.Counts(ctx, flags.Filter{})
	return err
}

func (s *Service) status(ctx context.Context, o *Overview) error {
	for _, status := range models.Statuses {
		if status == models.StruckOff {
			continue
		}
		n, err := s.Register.OnCharge(ctx, status)
		if err != nil {
			return err
		}
		o.Status = append(o.Status, Part{Name: string(status), Count: n})
	}
	return nil
}

// seen counts by age, and as never seen what is on charge beyond that.
func (s *Service) seen(ctx context.Context, o *Overview) error {
	today := s.Book.Today()
	never := Part{Name: "never"}
	for _, p := range o.Status {
		never.Count += p.Count
	}
	before := today.Plus(1)
	for _, age := range []struct {
		name string
		days int
	}{{"within 30 days", 30}, {"within 90 days", 90}, {"within 180 days", 180}, {"within a year", 365}, {"longer ago", 0}} {
		part := Part{Name: age.name, Before: before}
		from := ""
		if age.days > 0 {
			part.From = today.Plus(-age.days)
			from = s.Book.Begins(part.From).String()
		}
		var err error
		if part.Count, err = s.Register.SeenBetween(ctx, from, s.Book.Begins(before).String()); err != nil {
			return err
		}
		before = part.From
		never.Count -= part.Count
		o.Seen = append(o.Seen, part)
	}
	never.Count = max(never.Count, 0) // somebody saw some while this was counted
	o.Seen = append(o.Seen, never)
	return nil
}

// weeks is how many weeks back what is overdue is told apart.
const weeks = 6

// overdue counts by the week, from Monday, in which it was due.
func (s *Service) overdue(ctx context.Context, o *Overview) error {
	today := s.Book.Today()
	monday := today.Plus(-(int(today.Midnight().Weekday()) + 6) % 7)
	parts := []Part{{Name: "before", Before: monday.Plus(-7 * (weeks - 1))}}
	for w := weeks - 1; w >= 0; w-- {
		from := monday.Plus(-7 * w)
		parts = append(parts, Part{Name: "week from " + string(from), From: from, Before: from.Plus(7)})
	}
	for i := range parts {
		for _, kind := range []models.FlagKind{models.OverdueService, models.OverdueReturn} {
			n, err := s.Flags.Between(ctx, kind, parts[i].From, parts[i].Before)
			if err != nil {
				return err
			}
			parts[i].Count += n
		}
	}
	o.Overdue = parts
	return nil
}

// months is how many months ahead expiry is told apart, this one among them.
const months = 11

func (s *Service) expiry(ctx context.Context, o *Overview) error {
	today := s.Book.Today()
	first := today[:len("2026-03-")] + "01"
	parts := []Part{{Name: "expired", Before: today}}
	for m := range months {
		part := Part{From: first.PlusMonths(m), Before: first.PlusMonths(m + 1)}
		part.Name = string(part.From[:len("2026-03")])
		part.From = max(part.From, today)
		parts = append(parts, part)
	}
	for i := range parts {
		var err error
		if parts[i].Count, err = s.Stock.ExpiringBetween(ctx, parts[i].From, parts[i].Before); err != nil {
			return err
		}
	}
	o.Expiry = parts
	return nil
}
