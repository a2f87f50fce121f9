package workshop_test

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/store"
	"quartermaster/services/workshop"
)

func refusal(t *testing.T, err error, kind models.Kind, field string, texts ...string) {
	t.Helper()
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Field != field {
		t.Fatalf("got %v, wanted %s of %q", err, kind, field)
	}
	for _, text := range texts {
		if !strings.Contains(e.Message, text) {
			t.Errorf("%q lacks %q", e.Message, text)
		}
	}
}

func photo(t *testing.T) workshop.Photo {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return workshop.Photo{Name: "aerial.jpg", Content: b.Bytes()}
}

func report(t *testing.T, w *booktest.World, a *models.Asset) *models.Repair {
	t.Helper()
	job, err := w.Workshop.Report(w.As("commander-north"), a.Tag, workshop.NewDefect{What: "Aerial broken off", Unusable: true, Photos: []workshop.Photo{photo(t)}})
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func TestADefectIsReportedConfirmedMendedAndRecorded(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	job := report(t, w, a)
	if job.Number != "W-NORTH-STORE-2026-0001" || job.State != models.RepairReported || len(job.Photos) != 1 {
		t.Fatalf("%+v", job)
	}
	mechanic := w.As("workshop")
	step := func(got *models.Repair, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		job = got
	}
	_, err := w.Workshop.Start(mechanic, job.Number, 0, workshop.Start{})
	refusal(t, err, models.Conflict, "state", "nobody has confirmed it yet")
	step(w.Workshop.Confirm(mechanic, job.Number, 1, "thread is stripped"))
	step(w.Workshop.Wait(mechanic, job.Number, 0, "aerial, 2 m band"))
	step(w.Workshop.Start(mechanic, job.Number, 0, workshop.Start{TakeIn: true}))
	if now := w.Asset(a.Tag); now.Status != models.InWorkshop || !strings.Contains(now.Workshop.Reason, "Aerial broken off") {
		t.Errorf("%+v", now)
	}
	_, err = w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST"})
	refusal(t, err, models.Conflict, "status", "in workshop")
	parts := []models.Part{{Name: "Aerial", Quantity: models.One, Cost: &models.Money{Amount: "14.50", Currency: "USD"}}}
	step(w.Workshop.Note(mechanic, job.Number, 0, workshop.Work{Parts: &parts, Labour: &models.Money{Amount: "900", Currency: "PKR"}, Remark: "Fitted"}))
	if total := job.Total(); len(total) != 2 || total[0].Amount != "14.50" {
		t.Errorf("%v", total)
	}
	step(w.Workshop.Finish(mechanic, job.Number, job.Version, maintenance.NewService{Condition: "good", Back: true}))
	now := w.Asset(a.Tag)
	if job.State != models.RepairDone || job.EndedAt == nil || now.Status != models.InStore || now.Condition != "good" {
		t.Errorf("%+v %+v", job, now)
	}
	done, err := w.Maintenance.Service(mechanic, a.Tag, job.Service)
	if err != nil || done.Job != job.Number || done.Note != "Aerial broken off" || done.By != "Waqar Workshop" || len(done.Cost) != 2 || len(done.Parts) != 1 {
		t.Errorf("%+v %v", done, err)
	}
	for _, id := range []string{ledger.Subject(store.Repairs, job.Number)} {
		if err := w.Book.Verify(t.Context(), id, job.Head, job.Version); err != nil {
			t.Error(err)
		}
	}
	_, err = w.Workshop.Note(mechanic, job.Number, 0, workshop.Work{Remark: "later"})
	refusal(t, err, models.Conflict, "state", "is done")
}

func TestWhatCannotBeRecordedChangesNothing(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	job := report(t, w, a)
	a = w.Asset(a.Tag)
	mechanic := w.As("workshop")
	if _, err := w.Workshop.Confirm(mechanic, job.Number, 0, ""); err != nil {
		t.Fatal(err)
	}
	_, err := w.Workshop.Finish(mechanic, job.Number, 0, maintenance.NewService{On: "2027-01-01"})
	refusal(t, err, models.Invalid, "on")
	_, err = w.Workshop.Finish(mechanic, job.Number, 0, maintenance.NewService{Back: true})
	refusal(t, err, models.Conflict, "status", "not in the workshop")
	if got, err := w.Workshop.Job(mechanic, job.Number); err != nil || got.State != models.RepairConfirmed || w.Asset(a.Tag).Version != a.Version {
		t.Errorf("%+v %v", got, err)
	}
}

func TestWhoMayDoWhatInTheWorkshop(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	job := report(t, w, a)
	_, err := w.Workshop.Report(w.As("auditor-a"), a.Tag, workshop.NewDefect{What: "x"})
	refusal(t, err, models.Forbidden, "")
	_, err = w.Workshop.Report(w.As("keeper-south"), a.Tag, workshop.NewDefect{What: "x"})
	refusal(t, err, models.NotFound, "tag")
	_, err = w.Workshop.Report(w.As("keeper-north"), a.Tag, workshop.NewDefect{What: " "})
	refusal(t, err, models.Invalid, "what")
	_, err = w.Workshop.Report(w.As("keeper-north"), a.Tag, workshop.NewDefect{What: "x", Photos: []workshop.Photo{{Name: "x.pdf", Content: []byte("%PDF-1.4\n%%EOF\n")}}})
	refusal(t, err, models.Unsupported, "file")
	_, err = w.Workshop.Confirm(w.As("keeper-south"), job.Number, 0, "")
	refusal(t, err, models.NotFound, "number")
	_, err = w.Workshop.Confirm(w.As("commander-north"), job.Number, 9, "")
	refusal(t, err, models.Stale, "If-Match")
	if _, err = w.Workshop.Confirm(w.As("commander-north"), job.Number, 0, ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.Workshop.Wait(w.As("commander-north"), job.Number, 0, "aerial")
	refusal(t, err, models.Forbidden, "")
	_, err = w.Workshop.Dismiss(w.As("commander-north"), job.Number, 0, workshop.Dismissal{})
	refusal(t, err, models.Invalid, "reason")
	for who, want := range map[string]int{"keeper-north": 1, "keeper-south": 0, "auditor-a": 1, "admin": 1, "workshop": 1} {
		page, err := w.Workshop.List(w.As(who), workshop.Filter{}, "", 10)
		if err != nil || len(page.Records) != want {
			t.Errorf("%s sees %d of the list; %v", who, len(page.Records), err)
		}
		columns, err := w.Workshop.Board(w.As(who), workshop.Filter{})
		if err != nil || len(columns) != 5 || len(columns[1].Jobs) != want || columns[1].State != models.RepairConfirmed {
			t.Errorf("%s sees of the board %+v; %v", who, columns, err)
		}
	}
	if _, content, err := w.Workshop.Photo(w.As("keeper-north"), job.Number, job.Photos[0].ID); err != nil || len(content) == 0 {
		t.Error(err)
	}
}

func TestTwoMechanicsDoNotBothStartAJob(t *testing.T) {
	w := booktest.New(t)
	job := report(t, w, w.Radio("1"))
	if _, err := w.Workshop.Confirm(w.As("workshop"), job.Number, 0, ""); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	wrong := make([]error, 8)
	ctx := w.As("workshop")
	for i := range wrong {
		all.Go(func() { _, wrong[i] = w.Workshop.Start(ctx, job.Number, 0, workshop.Start{TakeIn: i%2 == 0}) })
	}
	all.Wait()
	started := 0
	for _, err := range wrong {
		if err == nil {
			started++
		} else if k := models.KindOf(err); k != models.Conflict && k != models.Stale {
			t.Error(err)
		}
	}
	if started != 1 {
		t.Errorf("%d started it", started)
	}
}

// TestAJobEndsOnce walks at random through the steps of a job and holds it to what
// its state lets happen, and the item to being in the workshop only during one.
func TestAJobEndsOnce(t *testing.T) {
	w := booktest.New(t)
	mechanic := w.As("workshop")
	rapid.Check(t, func(r *rapid.T) {
		a := w.Radio("")
		job := report(t, w, a)
		for range rapid.IntRange(1, 10).Draw(r, "steps") {
			before, err := w.Workshop.Job(mechanic, job.Number)
			if err != nil {
				r.Fatal(err)
			}
			in := w.Asset(a.Tag).Status == models.InWorkshop
			var to models.RepairState
			takeIn := rapid.Bool().Draw(r, "take in")
			switch rapid.IntRange(0, 4).Draw(r, "what") {
			case 0:
				to = models.RepairConfirmed
				_, err = w.Workshop.Confirm(mechanic, job.Number, 0, "")
			case 1:
				to = models.RepairWaiting
				_, err = w.Workshop.Wait(mechanic, job.Number, 0, "parts")
			case 2:
				to = models.RepairInWork
				_, err = w.Workshop.Start(mechanic, job.Number, 0, workshop.Start{TakeIn: takeIn && !in})
			case 3:
				to = models.RepairDone
				_, err = w.Workshop.Finish(mechanic, job.Number, 0, maintenance.NewService{Back: in})
			case 4:
				to = models.RepairDismissed
				_, err = w.Workshop.Dismiss(mechanic, job.Number, 0, workshop.Dismissal{Reason: "no", Back: in})
			}
			after, _ := w.Workshop.Job(mechanic, job.Number)
			allowed := false
			for _, next := range before.Next() {
				allowed = allowed || next == to
			}
			switch {
			case allowed && err != nil:
				r.Fatalf("%s to %s: %v", before.State, to, err)
			case allowed && after.State != to:
				r.Fatalf("%s to %s became %s", before.State, to, after.State)
			case !allowed && (models.KindOf(err) != models.Conflict || after.Version != before.Version):
				r.Fatalf("%s to %s: %v", before.State, to, err)
			case after.State.Over() && w.Asset(a.Tag).Status == models.InWorkshop:
				r.Fatalf("%s is over and its item still in the workshop", after.Number)
			}
		}
	})
}

// TestWhatCannotBeUsedIsNotIssuedUntilItsJobEnds reports an item as unusable and ends
// the job in each way.
func TestWhatCannotBeUsedIsNotIssuedUntilItsJobEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(w *booktest.World, number string) error
		then models.Condition
	}{
		"mended": {func(w *booktest.World, number string) error {
			_, err := w.Workshop.Finish(w.As("workshop"), number, 0, maintenance.NewService{})
			return err
		}, "new"},
		"mended not quite": {func(w *booktest.World, number string) error {
			_, err := w.Workshop.Finish(w.As("workshop"), number, 0, maintenance.NewService{Condition: "poor"})
			return err
		}, "poor"},
		"dismissed": {func(w *booktest.World, number string) error {
			_, err := w.Workshop.Dismiss(w.As("commander-north"), number, 0, workshop.Dismissal{Reason: "it was not switched on"})
			return err
		}, "new"},
		"dismissed in the workshop": {func(w *booktest.World, number string) error {
			if _, err := w.Workshop.Start(w.As("workshop"), number, 0, workshop.Start{TakeIn: true}); err != nil {
				return err
			}
			_, err := w.Workshop.Dismiss(w.As("workshop"), number, 0, workshop.Dismissal{Reason: "it was not switched on", Back: true})
			return err
		}, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			w := booktest.New(t)
			a := w.Radio("1")
			job := report(t, w, a)
			_, err := w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST"})
			refusal(t, err, models.Conflict, "condition", "unserviceable")
			if _, err := w.Workshop.Confirm(w.As("workshop"), job.Number, 0, ""); err != nil {
				t.Fatal(err)
			}
			if err := c.end(w, job.Number); err != nil {
				t.Fatal(err)
			}
			if now := w.Asset(a.Tag); now.Condition != c.then {
				t.Errorf("its condition is %s", now.Condition)
			}
			if _, err := w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST"}); err != nil {
				t.Error(err)
			}
		})
	}
}
