package stocktake_test

import (
	"flag"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/stocktake"
)

// Each check counts some thirty times; -rapid.checks asks for more of them.
func init() { _ = flag.Set("rapid.checks", "30") }

// TestSightedAndOutstandingAreWhatIsExpected counts, counts again, moves and closes
// at random, and compares with a simple model of what must have come of it.
func TestSightedAndOutstandingAreWhatIsExpected(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(7)
	officers := []string{"commander-north", "chief", "keeper-north"}
	rapid.Check(t, func(rt *rapid.T) {
		w.Pass(time.Hour)
		st, err := w.Stocktakes.Open(w.As("keeper-north"), stocktake.NewStocktake{Name: "Count", Deadline: "2027-01-01", Officers: officers})
		if err != nil {
			rt.Fatal(err)
		}
		expected := st.Expected
		w.Pass(time.Minute)
		by := map[string]string{}   // who counted a tag that is sighted
		due := map[string]bool{}    // is to be counted again
		second := map[string]bool{} // was counted again
		check := func() {
			got := tally(t, w, "keeper-north", st.Number)
			if got.Expected != expected || got.Sighted+got.Outstanding != expected || got.Sighted != len(by) || got.Recounts != len(due) {
				rt.Fatalf("%+v; wanted %d of %d sighted, %d to be counted again", got, len(by), expected, len(due))
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { check() },
			"sight": func(rt *rapid.T) {
				tag, who := rapid.SampledFrom(tags).Draw(rt, "tag"), rapid.SampledFrom(officers).Draw(rt, "who")
				_, err := w.Stocktakes.Sight(w.As(who), st.Number, stocktake.Count{Code: tag})
				switch first, counted := by[tag]; {
				case due[tag] && counted && first == who:
					if models.KindOf(err) != models.Forbidden {
						rt.Fatalf("%s counted %s twice: %v", who, tag, err)
					}
				case due[tag]:
					if err != nil {
						rt.Fatal(err)
					}
					delete(due, tag)
					if second[tag] = counted; !counted {
						by[tag] = who
					}
				case counted:
					if models.KindOf(err) != models.Conflict {
						rt.Fatalf("%s was counted before: %v", tag, err)
					}
				case err != nil:
					rt.Fatal(err)
				default:
					by[tag] = who
					delete(second, tag)
				}
			},
			"absent": func(rt *rapid.T) {
				tag, who := rapid.SampledFrom(tags).Draw(rt, "tag"), rapid.SampledFrom(officers).Draw(rt, "who")
				_, err := w.Stocktakes.Sight(w.As(who), st.Number, stocktake.Count{Code: tag, Absent: true})
				first, counted := by[tag]
				allowed := due[tag] && counted && first != who
				if allowed != (err == nil) {
					rt.Fatalf("%s says that %s is absent: %v", who, tag, err)
				}
				if allowed {
					delete(by, tag)
					delete(due, tag)
					second[tag] = true
				}
			},
			"recount": func(rt *rapid.T) {
				tag := rapid.SampledFrom(tags).Draw(rt, "tag")
				did, err := w.Stocktakes.Recount(w.As("keeper-north"), st.Number, stocktake.Recounting{Codes: []string{tag}})
				if err != nil {
					rt.Fatal(err)
				}
				if did.Asked == 1 {
					due[tag] = true
				}
			},
			"move": func(rt *rapid.T) {
				tag := rapid.SampledFrom(tags).Draw(rt, "tag")
				if w.Asset(tag).Status == models.InStore {
					if _, err := w.Custody.Issue(w.As("keeper-north"), tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
						rt.Fatal(err)
					}
				}
			},
		})
		closed, err := w.Stocktakes.Close(w.As("keeper-north"), st.Number, 0, stocktake.Closing{Signatures: bothSign})
		if err != nil {
			rt.Fatal(err)
		}
		if r := closed.Result; r.Sighted != len(by) || r.Outstanding != 0 || r.Sighted+r.Explained+r.Unaccounted != expected {
			rt.Fatalf("%+v; wanted %d of %d sighted", r, len(by), expected)
		}
		if shown, err := w.Stocktakes.Stocktake(w.As("keeper-north"), st.Number); err != nil || len(shown.Broken) > 0 {
			rt.Fatalf("%v, %v", shown, err)
		}
	})
}
