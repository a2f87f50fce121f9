package stocktake_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
)

func refused(t *testing.T, err error, kind models.Kind, field, says string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field || !strings.Contains(e.Message, says) {
		t.Errorf("got %v, wanted %s about %q: …%s…", err, kind, field, says)
	}
}

func tally(t *testing.T, w *booktest.World, who, number string) models.Tally {
	t.Helper()
	shown, err := w.Stocktakes.Stocktake(w.As(who), number)
	if err != nil {
		t.Fatal(err)
	}
	return shown.Tally
}

// TestOpeningFreezesWhatIsExpected moves items, takes some on charge and edits
// others after the opening.
func TestOpeningFreezesWhatIsExpected(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(4)
	st := w.Stocktake()
	if st.Number != "ST-NORTH-2026-0001" || st.State != models.StocktakeOpen || st.Expected != 4 || st.Scope.Unit != "NORTH" || !slices.Equal(st.Units, []models.UnitCount{{Unit: "NORTH-STORE", Expected: 4}}) {
		t.Errorf("%+v", st)
	}
	w.Pass(time.Hour)
	keeper := w.As("keeper-north")
	w.Radio("late")
	out, err := w.Custody.Issue(keeper, tags[0], 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Custody.Transfer(keeper, tags[1], 0, custody.Transfer{Unit: "SOUTH-STORE"}); err != nil {
		t.Fatal(err)
	}
	if got := tally(t, w, "keeper-north", st.Number); got != (models.Tally{Expected: 4, Outstanding: 4, Explained: 2}) {
		t.Errorf("%+v", got)
	}
	lines, _, err := w.Stocktakes.Lines(keeper, st.Number, stocktake.LineFilter{State: "outstanding"}, "", 50)
	if err != nil || len(lines) != 4 || lines[0].Code != tags[0] || lines[0].Unit != "NORTH-STORE" || lines[0].Explained != "went to NORTH-POST by voucher "+out.Voucher || lines[2].Explained != "" {
		t.Errorf("%+v, %v", lines, err)
	}
}

func TestWhatAStocktakeIsRefused(t *testing.T) {
	w := booktest.New(t)
	w.Radios(2)
	for name, c := range map[string]struct {
		who   string
		with  func(*stocktake.NewStocktake)
		kind  models.Kind
		field string
		says  string
	}{
		"no name":                    {"keeper-north", func(n *stocktake.NewStocktake) { n.Name = " " }, models.Invalid, "name", "required"},
		"no deadline":                {"keeper-north", func(n *stocktake.NewStocktake) { n.Deadline = "" }, models.Invalid, "deadline", "required"},
		"a deadline that is no day":  {"keeper-north", func(n *stocktake.NewStocktake) { n.Deadline = "2026-02-30" }, models.Invalid, "deadline", "not a day"},
		"a deadline in the past":     {"keeper-north", func(n *stocktake.NewStocktake) { n.Deadline = "2026-03-30" }, models.Invalid, "deadline", "has passed"},
		"an empty scope":             {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Unit = "NORTH-POST" }, models.Invalid, "scope", "nothing to count"},
		"nothing so dear":            {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Over = &models.Money{Amount: "1", Currency: "PKR"} }, models.Invalid, "scope", "valued that high"},
		"a value that is none":       {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Over = &models.Money{Amount: "-1", Currency: "PKR"} }, models.Invalid, "scope.over.amount", "amount"},
		"an unknown unit":            {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Unit = "NOWHERE" }, models.Invalid, "scope.unit", "no unit"},
		"an unknown category":        {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Category = "boat" }, models.Invalid, "scope.category", "no category"},
		"a grant of another donor":   {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Donor, n.Scope.Grant = "DONOR-B", "A-2025" }, models.Invalid, "scope.grant", "DONOR-A"},
		"somebody else's unit":       {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Unit = "SOUTH" }, models.Forbidden, "scope.unit", "not in your part"},
		"more than one's own part":   {"keeper-north", func(n *stocktake.NewStocktake) { n.Scope.Unit = "AGENCY" }, models.Forbidden, "scope.unit", "not in your part"},
		"an officer of elsewhere":    {"keeper-north", func(n *stocktake.NewStocktake) { n.Officers = []string{"keeper-south"} }, models.Invalid, "officers", "in the scope of Sana South"},
		"an officer without sign-in": {"keeper-north", func(n *stocktake.NewStocktake) { n.Officers = []string{"guard"} }, models.Invalid, "officers", "no sign-in"},
		"an unknown officer":         {"keeper-north", func(n *stocktake.NewStocktake) { n.Officers = []string{"nobody"} }, models.Invalid, "officers", "no person"},
		"the same officer twice":     {"keeper-north", func(n *stocktake.NewStocktake) { n.Officers = []string{"chief", "chief"} }, models.Invalid, "officers", "twice"},
		"a sample of nothing":        {"keeper-north", func(n *stocktake.NewStocktake) { n.Sample = &models.Sample{} }, models.Invalid, "sample.size", "less than 1"},
		"unknown strata":             {"keeper-north", func(n *stocktake.NewStocktake) { n.Sample = &models.Sample{Size: 1, By: "colour"} }, models.Invalid, "sample.by", "category"},
		"a role that may not":        {"workshop", func(*stocktake.NewStocktake) {}, models.Forbidden, "", "may not open"},
		"an auditor of others":       {"auditor-a", func(n *stocktake.NewStocktake) { n.Scope.Donor = "DONOR-B" }, models.Invalid, "scope", "nothing to count"},
	} {
		t.Run(name, func(t *testing.T) {
			n := stocktake.NewStocktake{Name: "Count", Deadline: booktest.Deadline}
			c.with(&n)
			_, err := w.Stocktakes.Open(w.As(c.who), n)
			refused(t, err, c.kind, c.field, c.says)
		})
	}
	if list, _, err := w.Stocktakes.List(w.As("admin"), stocktake.Filter{}, "", 50); err != nil || len(list) != 0 {
		t.Errorf("something was kept: %v, %v", list, err)
	}
}

func TestAPreviewSaysHowMuchThereIs(t *testing.T) {
	w := booktest.New(t)
	w.Radios(3)
	w.Kits(12*models.One, "2026-12-31")
	p, err := w.Stocktakes.Preview(w.As("keeper-north"), stocktake.NewStocktake{Scope: models.StocktakeScope{Lots: true}, Sample: &models.Sample{Size: 2, Seed: 7}})
	if err != nil || p.Items != 3 || p.Lots != 1 || p.Lines != 2 || p.Scope.Unit != "NORTH" || p.Officers[0] != "keeper-north" {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestASighting goes through what a sighting changes and what it is refused.
func TestASighting(t *testing.T) {
	w := booktest.New(t)
	tags := []string{w.Radio("sn 1").Tag, w.Radio("sn-2").Tag, w.Radio("sn-3").Tag}
	keeper, commander := w.As("keeper-north"), w.As("commander-north")
	if _, err := w.Custody.Issue(keeper, tags[2], 0, custody.Issue{Unit: "NORTH", Custodian: "commander-north", Receipt: booktest.Sign("Kamran Commander")}); err != nil {
		t.Fatal(err)
	}
	st := w.Stocktake("workshop")
	w.Pass(3 * time.Hour)
	yes, earlier := true, models.At(w.Now().Add(-time.Hour))
	line, err := w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: "https://qm.example.org/t/" + tags[0], At: &earlier, Condition: "fair", InUse: &yes, Needed: &yes, Location: "Shelf 4",
		Position: &models.Position{Latitude: 34.1, Longitude: 71.1, Accuracy: 12}, Remark: "aerial bent"})
	if err != nil {
		t.Fatal(err)
	}
	if s := line.Sighting; line.State != models.LineSighted || s.By != "commander-north" || !s.At.Equal(earlier.Time) || !s.ReceivedAt.Equal(w.Now()) || !*s.InUse || s.Matched != "tag" || s.Device != "test" {
		t.Errorf("%+v", line.Sighting)
	}
	if a := w.Asset(tags[0]); !a.LastSeenAt.Equal(earlier.Time) || a.LastSeenBy != "commander-north" || a.LastSeenIn != "Shelf 4" || a.Condition != "fair" {
		t.Errorf("%+v", a)
	}
	if events, err := w.Register.History(keeper, tags[0], 0, 1); err != nil || events[0].Kind != "asset.sighted" || events[0].Reason != st.Number+": aerial bent" {
		t.Errorf("%+v, %v", events, err)
	}
	count := func(who string, c stocktake.Count) error {
		_, err := w.Stocktakes.Sight(w.As(who), st.Number, c)
		return err
	}
	refused(t, count("chief", stocktake.Count{Code: tags[0]}), models.Conflict, "code", "was counted already, by Kamran Commander on 31 March 2026 at 11:30:00")
	refused(t, count("chief", stocktake.Count{}), models.Invalid, "code", "required")
	refused(t, count("chief", stocktake.Count{Code: strings.Repeat("x", 300)}), models.Invalid, "code", "longer")
	mistyped := tags[1][:len(tags[1])-1] + string('0'+('9'-tags[1][len(tags[1])-1]))
	refused(t, count("chief", stocktake.Count{Code: mistyped}), models.Invalid, "code", "is mistyped")
	refused(t, count("chief", stocktake.Count{Code: "hello"}), models.Invalid, "code", "is no tag")
	refused(t, count("keeper-north", stocktake.Count{Code: tags[1]}), models.Forbidden, "", "only the counting officers")
	refused(t, count("keeper-south", stocktake.Count{Code: tags[1]}), models.NotFound, "number", "there is no stocktake")
	refused(t, count("commander-north", stocktake.Count{Code: tags[2]}), models.Forbidden, "by", "what they are custodian of")
	refused(t, count("chief", stocktake.Count{Code: tags[2], By: "commander-north", OnPaper: true}), models.Forbidden, "by", "what they are custodian of")
	refused(t, count("chief", stocktake.Count{Code: tags[1], By: "workshop"}), models.Invalid, "by", "on paper")
	refused(t, count("chief", stocktake.Count{Code: tags[1], By: "nobody", OnPaper: true}), models.Invalid, "by", "no person")
	refused(t, count("chief", stocktake.Count{Code: tags[1], Condition: "shiny"}), models.Invalid, "condition", "one of")
	refused(t, count("chief", stocktake.Count{Code: tags[1], Absent: true}), models.Invalid, "absent", "counted again")
	refused(t, count("chief", stocktake.Count{Code: tags[1], Photo: []byte("not a photo")}), models.Unsupported, "photo", "JPEG")
	lots := models.One
	refused(t, count("chief", stocktake.Count{Code: tags[1], Quantity: &lots}), models.Invalid, "quantity", "stock lot")
	refused(t, count("chief", stocktake.Count{Code: tags[1], Position: &models.Position{Latitude: 91}}), models.Invalid, "position.latitude", "more than 90")
	ahead, before := models.At(w.Now().Add(time.Hour)), models.At(st.OpenedAt.Add(-time.Hour))
	refused(t, count("chief", stocktake.Count{Code: tags[1], At: &ahead}), models.Invalid, "at", "lies ahead")
	refused(t, count("chief", stocktake.Count{Code: tags[1], At: &before}), models.Invalid, "at", "was before")
	if got := tally(t, w, "keeper-north", st.Number); got != (models.Tally{Expected: 3, Sighted: 1, Outstanding: 2}) {
		t.Errorf("a refused sighting left something: %+v", got)
	}
	line, err = w.Stocktakes.Sight(w.As("chief"), st.Number, stocktake.Count{Code: "sn-2", OnPaper: true, By: "relief"})
	if err != nil || line.Code != tags[1] || line.Sighting.Matched != "serial" || line.Sighting.EnteredBy != "chief" || line.Sighting.By != "relief" || !line.Sighting.OnPaper {
		t.Errorf("%+v, %v", line, err)
	}
}

// TestWhatWasNotExpected counts what belongs elsewhere and what nobody knows.
func TestWhatWasNotExpected(t *testing.T) {
	w := booktest.New(t)
	w.Radios(2)
	south, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Radio of the south", Category: "radio", Unit: "SOUTH-STORE", Donor: "DONOR-B", AcquiredOn: "2026-01-15"})
	if err != nil {
		t.Fatal(err)
	}
	st := w.Stocktake()
	w.Pass(time.Minute)
	late := w.Radio("late")
	commander := w.As("commander-north")
	line, err := w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: south.Tag})
	if err != nil || line.State != models.LineMisplaced || line.Name != "" || line.Unit != "" || line.Explained != "on charge elsewhere" {
		t.Errorf("an item of a unit that the officer does not see: %+v, %v", line, err)
	}
	if a := w.Asset(south.Tag); a.LastSeenBy != "commander-north" || a.LastSeenIn != "NORTH" || a.Unit != "SOUTH-STORE" {
		t.Errorf("%+v", a)
	}
	_, err = w.Stocktakes.Sight(w.As("chief"), st.Number, stocktake.Count{Code: south.Tag})
	refused(t, err, models.Conflict, "code", "was counted already, by Kamran Commander")
	line, err = w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: late.Tag})
	if err != nil || line.State != models.LineMisplaced || line.Explained != "taken on charge since the opening" || line.Name == "" {
		t.Errorf("%+v, %v", line, err)
	}
	line, err = w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: w.TagOf(9_999)})
	if err != nil || line.State != models.LineUnknown || line.Code != w.TagOf(9_999) {
		t.Errorf("%+v, %v", line, err)
	}
	line, err = w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: "old sticker 77", Unlabelled: true, Remark: "generator behind the gate"})
	if err != nil || line.State != models.LineUnknown || line.Code != "OLDSTICKER77" {
		t.Errorf("%+v, %v", line, err)
	}
	if got := tally(t, w, "keeper-north", st.Number); got != (models.Tally{Expected: 2, Outstanding: 2, Misplaced: 2, Unknown: 2}) {
		t.Errorf("%+v", got)
	}
}

// TestTwentyPhonesCountTheSameLabels has each label seen by twenty at once: one is
// the sighting, the others are told.
func TestTwentyPhonesCountTheSameLabels(t *testing.T) {
	w := booktest.New(t)
	tags := append(w.Radios(5), w.TagOf(7_777)) // and one that nobody knows
	var officers []string
	for i := range 20 {
		code := "officer-" + string(rune('a'+i))
		officers = append(officers, code)
		w.Post(models.Person{Code: code, Name: "Officer " + code, Unit: "NORTH", Username: code, Role: models.Commander})
	}
	st := w.Stocktake(officers...)
	var all sync.WaitGroup
	won, told := make([]int, len(officers)), make([]int, len(officers))
	for i, officer := range officers {
		ctx := w.As(officer)
		all.Go(func() {
			for k := range tags {
				_, err := w.Stocktakes.Sight(ctx, st.Number, stocktake.Count{Code: tags[(i+k)%len(tags)]})
				switch {
				case err == nil:
					won[i]++
				case models.KindOf(err) == models.Conflict && strings.Contains(err.Error(), "was counted already, by Officer "):
					told[i]++
				default:
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	sum := func(counts []int) (n int) {
		for _, c := range counts {
			n += c
		}
		return n
	}
	if sum(won) != len(tags) || sum(told) != 19*len(tags) {
		t.Errorf("%d sightings, %d told", sum(won), sum(told))
	}
	if got := tally(t, w, "keeper-north", st.Number); got != (models.Tally{Expected: 5, Sighted: 5, Unknown: 1}) {
		t.Errorf("%+v", got)
	}
	p, err := w.Stocktakes.Progress(w.As("keeper-north"), st.Number)
	if err != nil || p.Units[0].Sighted != 5 {
		t.Errorf("%+v, %v", p, err)
	}
	for i, officer := range officers {
		at := slices.IndexFunc(p.Officers, func(o stocktake.OfficerProgress) bool { return o.Officer == officer })
		if at < 0 || p.Officers[at].Counted != won[i] {
			t.Errorf("%s counted %d, the progress says %+v", officer, won[i], p.Officers)
		}
	}
	for _, tag := range tags[:5] {
		a := w.Asset(tag)
		if err := w.Book.Verify(t.Context(), "assets/"+a.ID, a.Head, a.Version); err != nil || a.Version != 2 {
			t.Errorf("%s is at version %d: %v", tag, a.Version, err)
		}
	}
}

var bothSign = []*custody.Signed{booktest.Sign("Kamran Commander"), booktest.Sign("Naveed North")}

// TestRecountAndClosing counts, counts again, closes, and sees again what was
// missing.
func TestRecountAndClosing(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(6)
	w.Pass(10 * 24 * time.Hour)
	keeper, commander, chief := w.As("keeper-north"), w.As("commander-north"), w.As("chief")
	if _, err := w.Stocktakes.Scan(keeper, tags[5]); err != nil {
		t.Fatal(err)
	}
	w.Pass(2 * 24 * time.Hour)
	st := w.Stocktake()
	w.Pass(time.Hour)
	for _, tag := range tags[:3] {
		if _, err := w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: tag, Condition: "good"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Custody.Transfer(keeper, tags[3], 0, custody.Transfer{Unit: "SOUTH-STORE"}); err != nil {
		t.Fatal(err)
	}
	asked, err := w.Stocktakes.Recount(keeper, st.Number, stocktake.Recounting{Lines: []int{1}, Codes: []string{tags[1]}, Reason: "the seals differ"})
	if err != nil || asked.Asked != 2 || tally(t, w, "keeper-north", st.Number).Recounts != 2 {
		t.Errorf("%+v, %v", asked, err)
	}
	_, err = w.Stocktakes.Sight(commander, st.Number, stocktake.Count{Code: tags[0]})
	refused(t, err, models.Forbidden, "by", "somebody other than who counted it first")
	line, err := w.Stocktakes.Sight(chief, st.Number, stocktake.Count{Code: tags[0], Condition: "poor"})
	if err != nil || !line.Differs() || line.State != models.LineSighted || line.Seen().Condition != "poor" {
		t.Errorf("%+v, %v", line, err)
	}
	if line, err = w.Stocktakes.Sight(chief, st.Number, stocktake.Count{Code: tags[1], Absent: true}); err != nil || line.State != models.LineOutstanding {
		t.Errorf("%+v, %v", line, err)
	}
	for name, c := range map[string]struct {
		r     stocktake.Recounting
		field string
	}{"nothing": {stocktake.Recounting{}, "lines"}, "no such line": {stocktake.Recounting{Lines: []int{99}}, "lines"}, "no such code": {stocktake.Recounting{Codes: []string{w.TagOf(500)}}, "codes"},
		"no such state": {stocktake.Recounting{State: "unknown"}, "state"}} {
		if _, err := w.Stocktakes.Recount(keeper, st.Number, c.r); models.KindOf(err) != models.Invalid || err.(*models.Error).Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}

	_, err = w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: bothSign[:1]})
	refused(t, err, models.Invalid, "signatures", "two people")
	_, err = w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: []*custody.Signed{bothSign[0], booktest.Sign("kamran commander")}})
	refused(t, err, models.Invalid, "signatures", "two different people")
	_, err = w.Stocktakes.Close(w.As("workshop"), st.Number, 0, stocktake.Closing{Signatures: bothSign})
	refused(t, err, models.Forbidden, "", "may not")
	closed, err := w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: bothSign, Remarks: "Two are being looked for"})
	if err != nil {
		t.Fatal(err)
	}
	want := models.Tally{Expected: 6, Sighted: 2, Explained: 1, Unaccounted: 3}
	if *closed.Result != want || closed.State != models.StocktakeClosed || len(closed.SignedBy) != 2 || closed.SignedBy[0].Hash == closed.SignedBy[1].Hash {
		t.Errorf("%+v", closed.Result)
	}
	_, err = w.Stocktakes.Sight(chief, st.Number, stocktake.Count{Code: tags[5]})
	refused(t, err, models.Conflict, "state", "is closed; nothing more is counted")
	_, err = w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: bothSign})
	refused(t, err, models.Conflict, "state", "is closed")
	lines, _, err := w.Stocktakes.Lines(keeper, st.Number, stocktake.LineFilter{State: "unaccounted"}, "", 10)
	if err != nil || len(lines) != 3 || lines[0].Code != tags[1] || lines[1].DaysUnseen != 12 || lines[2].DaysUnseen != 2 {
		t.Errorf("%+v, %v", lines, err)
	}
	standing := func(tag string) int {
		t.Helper()
		flags, err := w.Flags.Standing(w.Operator(), "assets/"+w.Asset(tag).ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(flags)
	}
	reconcile := func(opened, closed int) {
		t.Helper()
		did, err := w.Flags.Reconcile(w.Operator(), models.Unaccounted, w.Stocktakes.Unaccounted(w.Operator()), models.Say("seen again"))
		if err != nil || did.Opened != opened || did.Closed != closed || did.Followed != 0 {
			t.Errorf("%+v, %v", did, err)
		}
	}
	if standing(tags[1]) != 1 || standing(tags[4]) != 1 || standing(tags[0]) != 0 || standing(tags[3]) != 0 {
		t.Error("the wrong items are flagged")
	}
	reconcile(0, 0) // the job keeps them open

	w.Pass(time.Hour)
	if _, err := w.Stocktakes.Scan(commander, tags[4]); err != nil || standing(tags[4]) != 0 {
		t.Errorf("seen again, and %d flags stand; %v", standing(tags[4]), err)
	}
	reconcile(0, 0)
	lines, _, err = w.Stocktakes.Lines(keeper, st.Number, stocktake.LineFilter{State: "unaccounted"}, "", 10)
	if err != nil || len(lines) != 3 || lines[1].SeenAgainAt == nil || lines[2].SeenAgainAt != nil {
		t.Errorf("%+v, %v", lines, err)
	}
	shown, err := w.Stocktakes.Stocktake(keeper, st.Number)
	if err != nil || len(shown.Broken) != 0 || shown.Tally != want {
		t.Errorf("%+v, %v", shown, err)
	}
}

// TestAChangedResultShows changes a line behind the back of the book.
func TestAChangedResultShows(t *testing.T) {
	w := booktest.New(t)
	tags := w.Radios(2)
	st := w.Stocktake()
	w.Pass(time.Minute)
	if _, err := w.Stocktakes.Sight(w.As("chief"), st.Number, stocktake.Count{Code: tags[0]}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Stocktakes.Close(w.As("keeper-north"), st.Number, 0, stocktake.Closing{Signatures: bothSign}); err != nil {
		t.Fatal(err)
	}
	if shown, err := w.Stocktakes.Stocktake(w.As("keeper-north"), st.Number); err != nil || len(shown.Broken) != 0 {
		t.Errorf("%+v, %v", shown, err)
	}
	record, err := w.Book.Store.Get(t.Context(), store.StocktakeLines, st.Number+"/"+w.Asset(tags[1]).ID)
	if err != nil {
		t.Fatal(err)
	}
	line, err := store.Decode[models.StocktakeLine](record)
	if err != nil {
		t.Fatal(err)
	}
	line.State = models.LineSighted
	if err := w.Book.Store.Commit(t.Context(), store.Replace(store.StocktakeLines, line.ID, record.Version, line)); err != nil {
		t.Fatal(err)
	}
	w.Pass(10 * time.Minute) // what was made a moment ago is not made anew
	shown, err := w.Stocktakes.Stocktake(w.As("keeper-north"), st.Number)
	if err != nil || !slices.Equal(shown.Broken, []int{1, 2}) {
		t.Errorf("%+v, %v", shown.Broken, err)
	}
}

func TestScansAreNotedOnceAnHour(t *testing.T) {
	w := booktest.New(t)
	tag := w.Radios(1)[0]
	for i, want := range []int64{2, 2, 3} {
		found, err := w.Stocktakes.Scan(w.As("keeper-north"), tag)
		if err != nil || found.Asset.Version != want || found.Asset.LastSeenBy != "keeper-north" || found.Asset.LastSeenIn != "NORTH" {
			t.Errorf("scan %d: version %d, wanted %d; %v", i, found.Asset.Version, want, err)
		}
		w.Pass(40 * time.Minute)
	}
	if _, err := w.Stocktakes.Scan(w.As("keeper-south"), tag); models.KindOf(err) != models.NotFound {
		t.Errorf("out of scope: %v", err)
	}
}

// TestAuditorsCountWhatTheirDonorsPaidFor opens a sample of an auditor's own.
func TestAuditorsCountWhatTheirDonorsPaidFor(t *testing.T) {
	w := booktest.New(t)
	w.Radios(30)
	other, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "Other donor's radio", Category: "radio", Unit: "NORTH-STORE", Donor: "DONOR-B", AcquiredOn: "2026-01-15"})
	if err != nil {
		t.Fatal(err)
	}
	auditor := w.As("auditor-a")
	open := func(seed int64) *models.Stocktake {
		t.Helper()
		st, err := w.Stocktakes.Open(auditor, stocktake.NewStocktake{Name: "Sample", Deadline: booktest.Deadline, Sample: &models.Sample{Size: 10, Seed: seed}})
		if err != nil || st.Expected != 10 || st.Sample.Of != 30 || st.Sample.Seed == 0 {
			t.Fatalf("%+v, %v", st, err)
		}
		return st
	}
	codes := func(st *models.Stocktake) (codes []string) {
		t.Helper()
		lines, _, err := w.Stocktakes.Lines(auditor, st.Number, stocktake.LineFilter{}, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			codes = append(codes, line.Code)
		}
		return codes
	}
	first, again, drawn := open(42), open(42), open(0)
	if a, b := codes(first), codes(again); !slices.Equal(a, b) || len(a) != 10 {
		t.Errorf("the same seed draws %v and %v", a, b)
	}
	if slices.Equal(codes(first), codes(drawn)) {
		t.Error("another seed draws the same")
	}
	w.Pass(time.Minute)
	if line, err := w.Stocktakes.Sight(auditor, first.Number, stocktake.Count{Code: codes(first)[0], Condition: "poor"}); err != nil || w.Asset(line.Code).Condition == "poor" || w.Asset(line.Code).LastSeenBy != "auditor-a" {
		t.Errorf("%+v, %v", line, err)
	}
	line, err := w.Stocktakes.Sight(auditor, first.Number, stocktake.Count{Code: other.Tag})
	if err != nil || line.Name != "" || line.State != models.LineMisplaced {
		t.Errorf("another donor's item: %+v, %v", line, err)
	}
	north := w.Stocktake()
	if got := tally(t, w, "auditor-a", north.Number); got.Expected != 30 {
		t.Errorf("of the north's count an auditor sees %+v", got)
	}
	if got := tally(t, w, "keeper-north", north.Number); got.Expected != 31 {
		t.Errorf("its keeper sees %+v", got)
	}
	if _, err := w.Stocktakes.Close(auditor, north.Number, 0, stocktake.Closing{Signatures: bothSign}); models.KindOf(err) != models.Forbidden {
		t.Errorf("an auditor closes another's: %v", err)
	}
	if _, _, err := w.Stocktakes.Lines(w.As("keeper-south"), first.Number, stocktake.LineFilter{}, "", 50); models.KindOf(err) != models.NotFound {
		t.Errorf("a keeper elsewhere sees it: %v", err)
	}
}
