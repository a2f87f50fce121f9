package visits_test

import (
	"testing"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/visits"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func refused(t *testing.T, err error, kind models.Kind, field string) {
	t.Helper()
	e, _ := err.(*models.Error)
	if e == nil || e.Kind != kind || e.Field != field {
		t.Fatalf("got %v, wanted a refusal of kind %s in %q", err, kind, field)
	}
}

func planned(t *testing.T, w *booktest.World, who string, sample *models.Sample) *models.Visit {
	t.Helper()
	return must[*models.Visit](t)(w.Visits.Plan(w.As(who), visits.NewVisit{Name: "Yearly", Scope: models.VisitScope{Unit: "NORTH"}, On: w.Book.Today().Plus(1), Sample: sample}))
}

// TestAVisitIsMadeAndFollowedUp goes the whole way.
func TestAVisitIsMadeAndFollowedUp(t *testing.T) {
	w := booktest.New(t)
	auditor, keeper := w.As("auditor-a"), w.As("keeper-north")
	a, b := w.Radio("S-1"), w.Radio("S-2")
	v := planned(t, w, "auditor-a", nil)
	_, err := w.Visits.See(auditor, v.Number, visits.Look{Code: a.Tag, Outcome: models.ItemSeen})
	refused(t, err, models.Conflict, "state")
	v = must[*models.Visit](t)(w.Visits.Begin(auditor, v.Number, v.Version))
	if v.State != models.VisitUnderway || v.Expected != 2 {
		t.Fatalf("%+v", v)
	}
	yes := true
	must[*models.VisitItem](t)(w.Visits.See(auditor, v.Number, visits.Look{Code: "s-1", Outcome: models.ItemSeen, Use: "as_intended", UsedFor: "patrols", Needed: &yes, Condition: "fair"}))
	if got := w.Asset(a.Tag); got.Use != "as_intended" || got.UseVerifiedOn != w.Book.Today() || got.LastSeenBy != "auditor-a" || got.Condition != "new" {
		t.Fatalf("an auditor's word on the use counts, on the condition it stays with the visit: %+v", got)
	}
	closing := visits.Closing{Impact: "More seizures", Monitor: booktest.Sign(""), Representative: booktest.Sign("Naveed North")}
	_, err = w.Visits.Sign(auditor, v.Number, 0, closing)
	refused(t, err, models.Conflict, "items")
	for name, look := range map[string]struct {
		visits.Look
		field string
	}{
		"no remark":             {visits.Look{Code: b.Tag, Outcome: models.ItemMisused}, "remark"},
		"no such outcome":       {visits.Look{Code: b.Tag, Outcome: "gone"}, "outcome"},
		"the serial of none":    {visits.Look{Code: b.Tag, Outcome: models.SerialDiffers}, "serial"},
		"the same serial":       {visits.Look{Code: b.Tag, Outcome: models.SerialDiffers, Serial: "s-2"}, "serial"},
		"condition of the gone": {visits.Look{Code: b.Tag, Outcome: models.ItemNotSeen, Condition: "good", Remark: "x"}, "outcome"},
		"unknown":               {visits.Look{Code: "nothing", Outcome: models.ItemSeen}, "code"},
		"nothing":               {visits.Look{Outcome: models.ItemSeen}, "code"},
	} {
		_, err := w.Visits.See(auditor, v.Number, look.Look)
		if e, _ := err.(*models.Error); e == nil || e.Field != look.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	must[*models.VisitItem](t)(w.Visits.See(auditor, v.Number, visits.Look{Code: b.Tag, Outcome: models.ItemMisused, Remark: "In a private car"}))
	answers := visits.Answers{}
	for i := range v.Checklist {
		answers.Answers = append(answers.Answers, visits.Answer{Question: i + 1, Answer: "na"})
	}
	_, err = w.Visits.Sign(auditor, v.Number, 0, closing)
	refused(t, err, models.Conflict, "checklist")
	must[*models.Visit](t)(w.Visits.Check(auditor, v.Number, 0, answers))
	_, err = w.Visits.Sign(auditor, v.Number, 0, closing)
	refused(t, err, models.Conflict, "findings")
	f := must[*models.VisitFinding](t)(w.Visits.Raise(auditor, v.Number, 0, visits.NewFinding{Severity: "major", What: "Used privately", Tag: b.Tag, Due: w.Book.Today().Plus(14)}))
	same := closing
	same.Representative = booktest.Sign("")
	_, err = w.Visits.Sign(auditor, v.Number, 0, same)
	refused(t, err, models.Invalid, "representative")
	v = must[*models.Visit](t)(w.Visits.Sign(auditor, v.Number, 0, closing))
	if broken := must[[]int](t)(w.Visits.Broken(auditor, v)); v.State != models.VisitMade || len(broken) != 0 || len(v.SignedBy) != 2 {
		t.Fatalf("%v: %+v", broken, v)
	}

	_, err = w.Visits.Answer(keeper, f.Number, 0, visits.FollowUp{Text: "Taken back"})
	refused(t, err, models.Invalid, "evidence")
	must[*models.VisitFinding](t)(w.Visits.Answer(keeper, f.Number, 0, visits.FollowUp{Text: "Taken back", Papers: []register.Paper{{Is: models.OtherExhibit, Name: "order.txt", Content: []byte("order")}}}))
	_, err = w.Visits.Close(w.As("commander-north"), f.Number, 0, visits.FollowUp{Text: "done"})
	refused(t, err, models.Forbidden, "")
	must[*models.VisitFinding](t)(w.Visits.Reopen(auditor, f.Number, 0, visits.FollowUp{Text: "By whom?"}))
	must[*models.VisitFinding](t)(w.Visits.Answer(keeper, f.Number, 0, visits.FollowUp{Text: "By the commander", Evidence: "Order 9"}))
	f = must[*models.VisitFinding](t)(w.Visits.Close(auditor, f.Number, 0, visits.FollowUp{Text: "Seen"}))
	if f.Open() || len(f.Steps) != 4 || f.Steps[0].File == "" {
		t.Fatalf("%+v", f)
	}
	if broken := must[[]int](t)(w.Visits.Broken(auditor, v)); len(broken) != 0 {
		t.Error("following up a finding breaks the signatures")
	}
}

// TestEnhancedItemsAreSeenWhateverTheSample draws one of several, and all of an
// enhanced category.
func TestEnhancedItemsAreSeenWhateverTheSample(t *testing.T) {
	w := booktest.New(t)
	w.Radios(5)
	v := planned(t, w, "admin", &models.Sample{Size: 2, Seed: 9})
	v = must[*models.Visit](t)(w.Visits.Begin(w.As("admin"), v.Number, 0))
	if v.Expected != 2 || v.Sample.Of != 5 || v.Sample.Seed != 9 {
		t.Fatalf("%+v", v)
	}
	yes := true
	must[*models.Category](t)(w.Register.EditCategory(w.Operator(), "radio", 0, register.CategoryEdit{Enhanced: &yes}))
	v = planned(t, w, "admin", &models.Sample{Size: 2, Seed: 9})
	if v = must[*models.Visit](t)(w.Visits.Begin(w.As("admin"), v.Number, 0)); v.Expected != 5 {
		t.Fatalf("%+v", v)
	}
}

// TestWhoSeesAVisit is of scope: another donor's auditor and another unit's keeper
// find nothing, and storekeepers plan none.
func TestWhoSeesAVisit(t *testing.T) {
	w := booktest.New(t)
	w.Post(models.Person{Code: "auditor-b", Name: "Other", Role: models.Auditor, Username: "auditor-b", Donors: []string{"B"}})
	w.Radio("S-1")
	v := planned(t, w, "auditor-a", nil)
	for _, who := range []string{"auditor-b", "keeper-south"} {
		_, err := w.Visits.Visit(w.As(who), v.Number)
		refused(t, err, models.NotFound, "number")
		if page := must[*store.Page](t)(w.Visits.List(w.As(who), visits.Filter{}, "", 10)); len(page.Records) != 0 {
			t.Errorf("%s lists it", who)
		}
	}
	must[*models.Visit](t)(w.Visits.Visit(w.As("keeper-north"), v.Number))
	_, err := w.Visits.Begin(w.As("commander-north"), v.Number, 0)
	refused(t, err, models.Forbidden, "")
	_, err = w.Visits.Plan(w.As("keeper-north"), visits.NewVisit{})
	refused(t, err, models.Forbidden, "")
	for field, n := range map[string]visits.NewVisit{
		"name":                 {On: w.Book.Today()},
		"on":                   {Name: "x", On: "2020-01-01"},
		"scope.unit":           {Name: "x", On: w.Book.Today(), Scope: models.VisitScope{Unit: "NOWHERE"}},
		"scope":                {Name: "x", On: w.Book.Today(), Scope: models.VisitScope{Category: "vehicle"}},
		"sample.size":          {Name: "x", On: w.Book.Today(), Sample: &models.Sample{}},
		"monitor.organisation": {Name: "x", On: w.Book.Today(), Monitor: models.Monitor{Name: "Somebody"}},
		"monitor.person":       {Name: "x", On: w.Book.Today(), Monitor: models.Monitor{Person: "keeper-north"}},
	} {
		_, err := w.Visits.Plan(w.As("admin"), n)
		refused(t, err, models.Invalid, field)
	}
}

// TestVisitsKeepToTheirStates lets people plan, begin, see, raise, sign, cancel and
// answer at random.
func TestVisitsKeepToTheirStates(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(2)
	people := []string{"admin", "auditor-a", "commander-north", "keeper-north", "keeper-south"}
	rapid.Check(t, func(rt *rapid.T) {
		var numbers, findings []string
		was := map[string]models.VisitState{}
		next := map[models.VisitState][]models.VisitState{models.VisitPlanned: {models.VisitUnderway, models.VisitCancelled}, models.VisitUnderway: {models.VisitMade, models.VisitCancelled}}
		who := func(rt *rapid.T) string { return rapid.SampledFrom(people).Draw(rt, "who") }
		pick := func(rt *rapid.T, from []string) string {
			if len(from) == 0 {
				rt.Skip("none yet")
			}
			return rapid.SampledFrom(from).Draw(rt, "which")
		}
		told := func(rt *rapid.T, err error) {
			if err != nil && models.KindOf(err) == "" {
				rt.Fatalf("not a refusal: %v", err)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) {
				for _, number := range numbers {
					v, err := w.Visits.Visit(w.As("admin"), number)
					if err != nil {
						rt.Fatal(err)
					}
					ok := v.State == was[number]
					for _, to := range next[was[number]] {
						ok = ok || v.State == to
					}
					if !ok {
						rt.Fatalf("%s went from %s to %s", number, was[number], v.State)
					}
					was[number] = v.State
					if broken, err := w.Visits.Broken(w.As("admin"), v); err != nil || len(broken) > 0 {
						rt.Fatalf("%v, %v", broken, err)
					}
					if (v.State == models.VisitMade) != (len(v.SignedBy) == 2) {
						rt.Fatalf("%s with %d signatures", v.State, len(v.SignedBy))
					}
				}
				for _, number := range findings {
					f, err := w.Visits.Finding(w.As("admin"), number)
					if err != nil {
						rt.Fatal(err)
					}
					if last := len(f.Steps) - 1; !f.Open() && f.Answered(f.Steps[last].By) {
						rt.Fatalf("%s was closed by who answered it", number)
					}
				}
			},
			"plan": func(rt *rapid.T) {
				v, err := w.Visits.Plan(w.As(who(rt)), visits.NewVisit{Name: "x", Scope: models.VisitScope{Category: "radio"}, On: w.Book.Today(), Sample: &models.Sample{Size: 2}})
				if told(rt, err); err == nil {
					numbers, was[v.Number] = append(numbers, v.Number), v.State
				}
			},
			"begin": func(rt *rapid.T) { _, err := w.Visits.Begin(w.As(who(rt)), pick(rt, numbers), 0); told(rt, err) },
			"cancel": func(rt *rapid.T) {
				_, err := w.Visits.Cancel(w.As(who(rt)), pick(rt, numbers), 0, "flood")
				told(rt, err)
			},
			"see": func(rt *rapid.T) {
				_, err := w.Visits.See(w.As(who(rt)), pick(rt, numbers), visits.Look{Code: pick(rt, tags), Outcome: models.ItemSeen})
				told(rt, err)
			},
			"check": func(rt *rapid.T) {
				all := visits.Answers{}
				for i := range models.PhysicalSecurity {
					all.Answers = append(all.Answers, visits.Answer{Question: i + 1, Answer: "yes"})
				}
				_, err := w.Visits.Check(w.As(who(rt)), pick(rt, numbers), 0, all)
				told(rt, err)
			},
			"raise": func(rt *rapid.T) {
				f, err := w.Visits.Raise(w.As(who(rt)), pick(rt, numbers), 0, visits.NewFinding{Severity: "minor", What: "x", Unit: "NORTH-STORE", Due: w.Book.Today()})
				if told(rt, err); err == nil {
					findings = append(findings, f.Number)
				}
			},
			"answer": func(rt *rapid.T) {
				_, err := w.Visits.Answer(w.As(who(rt)), pick(rt, findings), 0, visits.FollowUp{Text: "x", Evidence: "y"})
				told(rt, err)
			},
			"close": func(rt *rapid.T) {
				_, err := w.Visits.Close(w.As(who(rt)), pick(rt, findings), 0, visits.FollowUp{Text: "x"})
				told(rt, err)
			},
			"sign": func(rt *rapid.T) {
				_, err := w.Visits.Sign(w.As(who(rt)), pick(rt, numbers), 0, visits.Closing{Monitor: booktest.Sign(""), Representative: booktest.Sign("The unit")})
				told(rt, err)
			},
		})
	})
}
