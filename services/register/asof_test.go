package register_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
)

// TestAPastListIsTheListOfThen moves, edits and enters assets at random, notes what
// the lists show in between, and asks for each of them later.
func TestAPastListIsTheListOfThen(t *testing.T) {
	w := booktest.New(t)
	filters := []register.Filter{{}, {Unit: "NORTH"}, {Unit: "SOUTH"}, {Grant: "A-2025"}, {Donor: "DONOR-B"}, {Category: "radio", Unit: "AGENCY"}, {Status: "in_store"}}
	var tags []string
	rapid.Check(t, func(rt *rapid.T) {
		w.Pass(2 * time.Hour)
		type list struct {
			at    models.Time
			who   string
			f     register.Filter
			shown map[string]models.Asset
		}
		var lists []list
		for range rapid.IntRange(1, 4).Draw(rt, "hours") {
			for range rapid.IntRange(0, 4).Draw(rt, "changes") {
				tags = change(rt, w, tags)
				w.Pass(time.Second)
			}
			l := list{models.At(w.Now()), rapid.SampledFrom([]string{"admin", "keeper-north", "auditor-a"}).Draw(rt, "who"), rapid.SampledFrom(filters).Draw(rt, "filter"), map[string]models.Asset{}}
			if err := w.Register.EachAsOf(w.As(l.who), l.f, l.at, func(a *models.Asset) error { l.shown[a.ID] = *a; return nil }); err != nil {
				rt.Fatal(err)
			}
			n, err := w.Register.Count(w.As(l.who), l.f, 10_000)
			if err != nil || int(n) != len(l.shown) {
				rt.Fatalf("%s sees %d by %+v, and %d as of now: %v", l.who, n, l.f, len(l.shown), err)
			}
			lists = append(lists, l)
			w.Pass(time.Hour)
		}
		for _, l := range lists {
			again := map[string]models.Asset{}
			last := int64(0)
			err := w.Register.EachAsOf(w.As(l.who), l.f, l.at, func(a *models.Asset) error {
				if a.Number <= last {
					rt.Fatalf("%s comes after %d", a.Tag, last)
				}
				last = a.Number
				again[a.ID] = *a
				return nil
			})
			if err != nil || !slices.Equal(slices.Sorted(maps.Keys(again)), slices.Sorted(maps.Keys(l.shown))) {
				rt.Fatalf("%s saw %d by %+v at %s, later %d: %v", l.who, len(l.shown), l.f, l.at, len(again), err)
			}
			for id, a := range again {
				if then := l.shown[id]; a.Version != then.Version || a.Head != then.Head || a.Unit != then.Unit || a.Note != then.Note {
					rt.Fatalf("%s was %+v, and is said to have been %+v", a.Tag, then, a)
				}
			}
		}
	})
}

func change(rt *rapid.T, w *booktest.World, tags []string) []string {
	ctx := w.Operator()
	what := rapid.IntRange(0, 4).Draw(rt, "what")
	if len(tags) == 0 || what == 0 {
		a, err := w.Register.TakeOnCharge(ctx, register.NewAsset{Name: "Radio", Category: rapid.SampledFrom([]string{"radio", "scanner"}).Draw(rt, "category"),
			Unit: rapid.SampledFrom([]string{"NORTH-STORE", "SOUTH-STORE"}).Draw(rt, "unit"), Grant: rapid.SampledFrom([]string{"", "A-2025", "B-2026"}).Draw(rt, "grant")})
		if err != nil {
			rt.Fatal(err)
		}
		return append(tags, a.Tag)
	}
	at := rapid.IntRange(0, len(tags)-1).Draw(rt, "which")
	switch what {
	case 1, 2:
		unit := rapid.SampledFrom([]string{"NORTH-STORE", "SOUTH-STORE"}).Draw(rt, "to")
		if _, err := w.Custody.Transfer(ctx, tags[at], 0, custody.Transfer{Unit: unit, Receipt: booktest.Sign("Receiver")}); err != nil && models.KindOf(err) != models.Invalid && models.KindOf(err) != models.Conflict {
			rt.Fatal(err)
		}
	case 3:
		note, grant := rapid.StringMatching("[a-z]{1,8}").Draw(rt, "note"), rapid.SampledFrom([]string{"", "A-2025", "B-2026"}).Draw(rt, "other grant")
		if _, err := w.Register.Edit(ctx, tags[at], 0, register.AssetEdit{Note: &note, Grant: &grant}); err != nil {
			rt.Fatal(err)
		}
	default:
		a, err := w.Register.Retag(ctx, tags[at], 0, "lost")
		if err != nil && models.KindOf(err) != models.Invalid {
			rt.Fatal(err)
		}
		if err == nil {
			tags[at] = a.Tag
		}
	}
	return tags
}
