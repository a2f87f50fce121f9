package disposal_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// TestNothingIsStruckOffWithoutADecision lets people report, inquire, decide, find,
// write off and move things at random, and asks after each step that whatever is
// struck off was decided on by somebody allowed, and that nobody holds it.
func TestNothingIsStruckOffWithoutADecision(t *testing.T) {
	people := []string{"admin", "keeper-north", "commander-north", "chief", "workshop", "keeper-south", "auditor-a"}
	w := booktest.New(t)
	w.Limits()
	rapid.Check(t, func(rt *rapid.T) {
		tags := w.Radios(3)
		var losses, writeOffs []string
		who := func(rt *rapid.T) string { return rapid.SampledFrom(people).Draw(rt, "who") }
		tag := func(rt *rapid.T) string { return rapid.SampledFrom(tags).Draw(rt, "tag") }
		any := func(rt *rapid.T, from []string, what string) string {
			if len(from) == 0 {
				rt.Skip("none yet")
			}
			return rapid.SampledFrom(from).Draw(rt, what)
		}
		told := func(rt *rapid.T, err error) {
			if err != nil && models.KindOf(err) == "" {
				rt.Fatalf("not a refusal: %v", err)
			}
		}
		usd := &models.Money{Amount: "50", Currency: "USD"}
		check := func(rt *rapid.T) {
			for _, code := range tags {
				a := w.Asset(code)
				if (a.Status == models.StruckOff) != (a.Disposal != nil) {
					rt.Fatalf("%s is %s with %+v", code, a.Status, a.Disposal)
				}
				if a.Loss != "" {
					l, err := store.Get[models.Loss](t.Context(), w.Book.Store, store.Losses, a.Loss)
					if err != nil || !l.Open() {
						rt.Fatalf("%s names %s, which is %v", code, a.Loss, l)
					}
				}
				if a.Disposal == nil {
					continue
				}
				if a.Custodian != "" || a.IssuedAt != nil || a.DueBack != "" || a.Owner != "" || a.Loss+a.WriteOff != "" {
					rt.Fatalf("%s is struck off and held: %+v", code, a)
				}
				wo, err := store.Get[models.WriteOff](t.Context(), w.Book.Store, store.WriteOffs, a.Disposal.WriteOff)
				if err != nil || wo.State != models.WriteOffDone || wo.Decision == nil {
					rt.Fatalf("%s without a decision: %+v, %v", code, wo, err)
				}
				involved := wo.Involved()
				if wo.Loss != "" {
					l, err := store.Get[models.Loss](t.Context(), w.Book.Store, store.Losses, wo.Loss)
					if err != nil {
						rt.Fatal(err)
					}
					involved = append(involved, l.Involved()...)
				}
				by := wo.Decision.By
				if slices.Contains(involved, by) || !slices.Contains([]string{"admin", "commander-north", "chief"}, by) {
					rt.Fatalf("%s was decided on by %s; %v had to do with it", code, by, involved)
				}
				if wo.Demands != "" && wo.Consent == nil {
					rt.Fatalf("%s left without consent", code)
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": check,
			"report": func(rt *rapid.T) {
				l, err := w.Disposal.Report(w.As(who(rt)), disposal.NewLoss{Tag: tag(rt), Kind: rapid.SampledFrom(models.LossKinds).Draw(rt, "kind"), On: w.Book.Today(), Where: "here", What: "so"})
				if told(rt, err); err == nil {
					losses = append(losses, l.Number)
				}
			},
			"appoint": func(rt *rapid.T) {
				_, err := w.Disposal.Appoint(w.As(who(rt)), any(rt, losses, "loss"), 0, who(rt))
				told(rt, err)
			},
			"conclude": func(rt *rapid.T) {
				_, err := w.Disposal.Conclude(w.As(who(rt)), any(rt, losses, "loss"), 0, disposal.Findings{Findings: "f", Recommendation: models.WriteOffItem})
				told(rt, err)
			},
			"decide": func(rt *rapid.T) {
				r := disposal.Ruling{Measure: rapid.SampledFrom(models.Measures).Draw(rt, "measure")}
				if r.Measure == models.RecoverCost {
					r.RecoverFrom, r.Amount = "somebody", usd
				}
				l, err := w.Disposal.Decide(w.As(who(rt)), any(rt, losses, "loss"), 0, r)
				if told(rt, err); err == nil && l.WriteOff != "" {
					writeOffs = append(writeOffs, l.WriteOff)
				}
			},
			"find": func(rt *rapid.T) {
				_, err := w.Disposal.Found(w.As(who(rt)), any(rt, losses, "loss"), 0, disposal.Outcome{Text: "there"})
				told(rt, err)
			},
			"recover": func(rt *rapid.T) {
				_, err := w.Disposal.Recover(w.As(who(rt)), any(rt, losses, "loss"), 0, disposal.Receipt{From: "somebody", Amount: *usd})
				told(rt, err)
			},
			"propose": func(rt *rapid.T) {
				wo, err := w.Disposal.Propose(w.As(who(rt)), disposal.Proposal{Tag: tag(rt), Ground: "worn_out", Why: "old"})
				if told(rt, err); err == nil {
					writeOffs = append(writeOffs, wo.Number)
				}
			},
			"approve": func(rt *rapid.T) {
				_, err := w.Disposal.Approve(w.As(who(rt)), any(rt, writeOffs, "write-off"), 0, "")
				told(rt, err)
			},
			"consent": func(rt *rapid.T) {
				_, err := w.Disposal.Consent(w.As("keeper-north"), any(rt, writeOffs, "write-off"), 0, disposal.Consenting{Document: "Letter", On: w.Book.Today()})
				told(rt, err)
			},
			"strike": func(rt *rapid.T) {
				how := disposal.Leaving{Method: rapid.SampledFrom(models.Methods).Draw(rt, "method"), Recipient: "somebody"}
				if how.Method == models.Destroyed {
					how.Papers = []register.Paper{booktest.Certificate}
				}
				_, err := w.Disposal.StrikeOff(w.As(who(rt)), any(rt, writeOffs, "write-off"), 0, how)
				told(rt, err)
			},
			"issue": func(rt *rapid.T) {
				_, err := w.Custody.Issue(w.As("keeper-north"), tag(rt), 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
				told(rt, err)
			},
			"return": func(rt *rapid.T) {
				_, err := w.Custody.Return(w.As("keeper-north"), tag(rt), 0, custody.Return{})
				told(rt, err)
				w.Pass(time.Hour)
			},
		})
	})
}
