package limit

import (
	"context"
	"fmt"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Exchange tells other instances over the same store, once a second, how many requests
// this one took from whom, and counts theirs: so many a minute are taken by all together.
// Whoever had less than a tenth of their rate is not spoken of, so three instances take
// at most a fifth more, and what comes in the second before they hear of each other.
type Exchange struct {
	Guard    *Guard
	Store    store.Store
	Instance string // a name that no other instance has
	Now      func() time.Time

	intake models.Intake
	stored int64            // version of what was told last
	owed   bool             // it is not told yet
	heard  map[string]int64 // number of the last round, by instance
}

const (
	untilTold   = minute / 10
	roundsTold  = 5 // so that one that was late misses none
	mostTold    = 2000
	intakeLasts = time.Minute
	// mostInstances is how many are heard.
	mostInstances = 100
)

// Run exchanges until ctx ends. What fails is told to failed and tried again.
func (x *Exchange) Run(ctx context.Context, failed func(error)) {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			if err := x.Once(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

// Once tells what was taken since the last time, and counts what others told.
func (x *Exchange) Once(ctx context.Context) error {
	if err := x.tell(ctx); err != nil {
		return fmt.Errorf("the other instances cannot be told how many requests were taken here: %w", err)
	}
	if err := x.hear(ctx); err != nil {
		return fmt.Errorf("it cannot be read how many requests the other instances took: %w", err)
	}
	return nil
}

func (x *Exchange) tell(ctx context.Context) error {
	now := x.Now()
	if taken := x.Guard.tell(now); len(taken) > 0 {
		x.intake.Instance, x.intake.Last, x.owed = x.Instance, x.intake.Last+1, true
		x.intake.Rounds = append(x.intake.Rounds, models.IntakeRound{Number: x.intake.Last, Taken: taken})
		x.intake.Rounds = x.intake.Rounds[max(0, len(x.intake.Rounds)-roundsTold):]
	}
	if !x.owed {
		return nil
	}
	x.intake.ExpiresAt = models.At(now.Add(intakeLasts))
	err := x.Store.Commit(ctx, store.Replace(store.Intakes, x.Instance, x.stored, &x.intake))
	if store.Outrun(err) { // it was swept since
		x.stored = 0
		return err
	}
	if err == nil {
		x.stored, x.owed = x.stored+1, false
	}
	return err
}

func (x *Exchange) hear(ctx context.Context) error {
	now := x.Now()
	others, err := store.Find[models.Intake](ctx, x.Store, store.Query{In: store.Intakes, By: "expires",
		Where: []store.Cond{store.From("expires_at", models.At(now).String())}, Limit: mostInstances})
	if err != nil {
		return err
	}
	heard := make(map[string]int64, len(others))
	for _, other := range others {
		if other.Instance == x.Instance {
			continue
		}
		for _, round := range other.Rounds {
			if round.Number > x.heard[other.Instance] {
				x.Guard.count(now, round.Taken)
				heard[other.Instance] = round.Number
			}
		}
		heard[other.Instance] = max(heard[other.Instance], x.heard[other.Instance])
	}
	x.heard = heard
	return nil
}

// tell says of whoever used a good part of their rate what the others do not know of;
// from now on they do.
func (g *Guard) tell(now time.Time) []models.Taken {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []models.Taken
	for class, known := range g.known {
		for key, u := range known {
			if u.untold == 0 || u.full.Sub(now) < untilTold || len(all) == mostTold {
				continue
			}
			all = append(all, models.Taken{Class: string(class), By: key, Worth: int64(u.untold)})
			u.untold = 0
			known[key] = u
		}
	}
	return all
}

// count counts what another instance took.
func (g *Guard) count(now time.Time, taken []models.Taken) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range taken {
		known := g.known[Class(t.Class)]
		if _, there := known[t.By]; known == nil || !there && len(known) >= mostKnown {
			continue
		}
		had := known[t.By].at(now)
		had.full = had.full.Add(min(max(0, time.Duration(t.Worth)), minute))
		if most := now.Add(minute); had.full.After(most) {
			had.full = most
		}
		known[t.By] = had
	}
}
