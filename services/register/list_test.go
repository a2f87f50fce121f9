package register_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// fleet takes n items of every kind on charge, some of them issued.
func fleet(t *testing.T, w *booktest.World, n int) []*models.Asset {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	units := []string{"NORTH-STORE", "NORTH-POST", "SOUTH-STORE", "AGENCY"}
	makes := []string{"Icom", "Motorola", "Hytera"}
	assets := make([]*models.Asset, n)
	for i := range assets {
		item := register.NewAsset{
			Name: fmt.Sprintf("Radio %c", 'A'+random.IntN(5)), Category: "radio", Make: makes[random.IntN(3)],
			Serial: fmt.Sprintf("S%04d", i), Unit: units[random.IntN(4)], Grant: []string{"", "A-2025", "B-2026"}[random.IntN(3)],
			AcquiredOn: models.Day(fmt.Sprintf("2025-0%d-01", 1+random.IntN(9))),
		}
		if random.IntN(3) == 0 {
			item.Name, item.Category = "Scanner", "scanner"
		}
		a, err := w.Register.TakeOnCharge(w.Operator(), item)
		if err != nil {
			t.Fatal(err)
		}
		if random.IntN(4) == 0 {
			if a, err = w.Register.Change(w.Operator(), register.Changing{Verb: "change what is recorded of equipment", Tag: a.Tag, Kind: "asset.changed"},
				func(_ *models.Person, a *models.Asset) error {
					a.Status, a.Custodian, a.DueBack = models.Issued, "guard", models.Day(fmt.Sprintf("2026-04-%02d", 1+random.IntN(20)))
					return nil
				}); err != nil {
				t.Fatal(err)
			}
		}
		assets[i] = a
	}
	return assets
}

// walk reads a list to its end in pages of limit.
func walk(t *testing.T, w *booktest.World, who string, f register.Filter, limit int) []string {
	t.Helper()
	var tags []string
	for cursor := ""; ; {
		page, err := w.Register.List(w.As(who), f, cursor, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			a, err := store.Decode[models.Asset](r)
			if err != nil {
				t.Fatal(err)
			}
			tags = append(tags, a.Tag)
		}
		if page.Next == "" {
			return tags
		}
		cursor = page.Next
	}
}

// TestLists compares every list with one made by looking at each item.
func TestLists(t *testing.T) {
	w := booktest.New(t)
	assets := fleet(t, w, 150)
	seen := map[string]func(*models.Asset) bool{
		"admin":           func(*models.Asset) bool { return true },
		"keeper-north":    func(a *models.Asset) bool { return slices.Contains(a.Path, "NORTH") },
		"commander-north": func(a *models.Asset) bool { return slices.Contains(a.Path, "NORTH") },
		"auditor-a":       func(a *models.Asset) bool { return a.Donor == "DONOR-A" },
	}
	filters := map[string]struct {
		f     register.Filter
		match func(*models.Asset) bool
	}{
		"all":               {register.Filter{}, func(*models.Asset) bool { return true }},
		"a status":          {register.Filter{Status: "issued"}, func(a *models.Asset) bool { return a.Status == models.Issued }},
		"a category":        {register.Filter{Category: "scanner"}, func(a *models.Asset) bool { return a.Category == "scanner" }},
		"a unit":            {register.Filter{Unit: "NORTH-POST"}, func(a *models.Asset) bool { return a.Unit == "NORTH-POST" }},
		"a unit's tree":     {register.Filter{Unit: "AGENCY"}, func(*models.Asset) bool { return true }},
		"another's unit":    {register.Filter{Unit: "SOUTH"}, func(a *models.Asset) bool { return slices.Contains(a.Path, "SOUTH") }},
		"a donor":           {register.Filter{Donor: "DONOR-B"}, func(a *models.Asset) bool { return a.Donor == "DONOR-B" }},
		"a grant":           {register.Filter{Grant: "A-2025"}, func(a *models.Asset) bool { return a.Grant == "A-2025" }},
		"a custodian":       {register.Filter{Custodian: "guard"}, func(a *models.Asset) bool { return a.Custodian == "guard" }},
		"a word":            {register.Filter{Search: "ICO"}, func(a *models.Asset) bool { return a.Make == "Icom" }},
		"words":             {register.Filter{Search: "mot radio a"}, func(a *models.Asset) bool { return a.Make == "Motorola" && a.Name == "Radio A" }},
		"a serial number":   {register.Filter{Search: "s0042"}, func(a *models.Asset) bool { return a.Serial == "S0042" }},
		"unit and status":   {register.Filter{Unit: "NORTH", Status: "in_store"}, func(a *models.Asset) bool { return slices.Contains(a.Path, "NORTH") && a.Status == models.InStore }},
		"unit and category": {register.Filter{Unit: "SOUTH", Category: "radio"}, func(a *models.Asset) bool { return slices.Contains(a.Path, "SOUTH") && a.Category == "radio" }},
		"everything at once": {register.Filter{Unit: "AGENCY", Category: "radio", Status: "in_store", Grant: "B-2026", Search: "hyt"}, func(a *models.Asset) bool {
			return a.Category == "radio" && a.Status == models.InStore && a.Grant == "B-2026" && a.Make == "Hytera"
		}},
	}
	byNumber := func(a, b *models.Asset) int { return cmp.Compare(a.Number, b.Number) }
	sorts := map[string]func(a, b *models.Asset) int{
		"": byNumber, "tag": byNumber,
		"name":        func(a, b *models.Asset) int { return cmp.Or(strings.Compare(a.Name, b.Name), byNumber(a, b)) },
		"acquired_on": func(a, b *models.Asset) int { return cmp.Or(cmp.Compare(a.AcquiredOn, b.AcquiredOn), byNumber(a, b)) },
		"due_back":    func(a, b *models.Asset) int { return cmp.Or(cmp.Compare(a.DueBack, b.DueBack), byNumber(a, b)) },
	}
	for who, sees := range seen {
		for name, filter := range filters {
			for sort, compare := range sorts {
				for _, reverse := range []bool{false, true} {
					var want []string
					var matching []*models.Asset
					for _, a := range assets {
						if sees(a) && filter.match(a) && (sort != "due_back" || a.DueBack != "") {
							matching = append(matching, a)
						}
					}
					slices.SortFunc(matching, compare)
					f := filter.f
					f.Sort = sort
					if reverse {
						slices.Reverse(matching)
						f.Sort = "-" + cmp.Or(sort, "tag")
					}
					for _, a := range matching {
						want = append(want, a.Tag)
					}
					got := walk(t, w, who, f, 7)
					if f.Search != "" && strings.HasSuffix(cmp.Or(sort, "tag"), "tag") {
						slices.Sort(got) // a search comes in the order of the words that it matched
						slices.Sort(want)
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s, %s by %q: %d items %v; wanted %d %v", who, name, f.Sort, len(got), got, len(want), want)
					}
				}
			}
			f := filter.f
			n := 0
			for _, a := range assets {
				if sees(a) && filter.match(a) {
					n++
				}
			}
			if got, err := w.Register.Count(w.As(who), f, 1000); err != nil || got != int64(n) {
				t.Errorf("%s, %s: counted %d of %d, %v", who, name, got, n, err)
			}
		}
	}
}

func TestListsRefuse(t *testing.T) {
	w := booktest.New(t)
	fleet(t, w, 12)
	ctx := w.As("admin")
	for name, c := range map[string]struct {
		f           register.Filter
		limit       int
		field, says string
	}{
		"no such order":       {register.Filter{Sort: "colour"}, 10, "sort", "must be one of tag, name"},
		"no such status":      {register.Filter{Status: "lost"}, 10, "status", "must be one of in_store"},
		"no such unit":        {register.Filter{Unit: "MOON"}, 10, "unit", "there is no unit"},
		"no such category":    {register.Filter{Category: "boat"}, 10, "category", "there is no category"},
		"no page":             {register.Filter{}, 0, "limit", "must be 1 to 200"},
		"too large a page":    {register.Filter{}, 201, "limit", "must be 1 to 200"},
		"nothing to look for": {register.Filter{Search: "—!"}, 10, "q", "no letters or digits"},
		"too many words":      {register.Filter{Search: "a b c d e f g h i"}, 10, "q", "more than 8 words"},
	} {
		_, err := w.Register.List(ctx, c.f, "", c.limit)
		t.Run(name, func(t *testing.T) { refused(t, err, models.Invalid, c.field, c.says) })
	}
	page, err := w.Register.List(ctx, register.Filter{}, "", 5)
	if err != nil || page.Next == "" {
		t.Fatal(page, err)
	}
	for cursor, says := range map[string]string{"garbage!": "is not one that this list gave", "e30": "other filters", page.Next[:10]: "is not one"} {
		_, err := w.Register.List(ctx, register.Filter{}, cursor, 5)
		refused(t, err, models.Invalid, "cursor", says)
	}
	for _, f := range []register.Filter{{Status: "in_store"}, {Sort: "name"}, {Sort: "-tag"}, {Search: "radio"}} {
		_, err := w.Register.List(ctx, f, page.Next, 5)
		refused(t, err, models.Invalid, "cursor", "other filters or another order")
	}
}

// TestPagingIsSteady has items come in while a list is read: none that was there
// is passed over or comes twice.
func TestPagingIsSteady(t *testing.T) {
	w := booktest.New(t)
	before := fleet(t, w, 60)
	for _, sort := range []string{"tag", "name", "-acquired_on"} {
		var got []string
		for cursor := ""; ; {
			page, err := w.Register.List(w.As("admin"), register.Filter{Sort: sort}, cursor, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				got = append(got, r.ID)
			}
			for range 3 {
				if _, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Radio A", Category: "radio", Unit: "NORTH-STORE", AcquiredOn: "2025-09-01"}); err != nil {
					t.Fatal(err)
				}
			}
			if cursor = page.Next; cursor == "" || len(got) > 500 {
				break
			}
			if sort == "tag" && len(got) > 100 {
				break // the new ones come after all others, without end
			}
		}
		for _, a := range before {
			if n := len(slices.DeleteFunc(slices.Clone(got), func(id string) bool { return id != a.ID })); n != 1 {
				t.Errorf("by %s: %s came %d times", sort, a.Tag, n)
			}
		}
	}
}

func FuzzCursor(f *testing.F) {
	q := store.Query{In: store.Assets, By: "name"}
	f.Add(q.Cursor(store.Key{"Radio", int64(7), "id"}))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, cursor string) {
		resumed, err := q.Resume(cursor)
		if err != nil {
			if models.KindOf(err) != models.Invalid {
				t.Fatalf("%q: %v", cursor, err)
			}
			return
		}
		if cursor != "" && len(resumed.After) != len(q.Order()) {
			t.Fatalf("%q continues behind %v", cursor, resumed.After)
		}
	})
}
