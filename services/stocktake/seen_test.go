package stocktake_test

import (
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/public"
	"quartermaster/services/register"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
	"quartermaster/services/workshop"
)

// TestWhoeverHasAnItemInHandClosesItsFlag has a stocktake find nothing, and then the
// items turn up in every way in which somebody has one before them.
func TestWhoeverHasAnItemInHandClosesItsFlag(t *testing.T) {
	w := booktest.New(t)
	meters := []models.Meter{{Name: "hours", Label: "Hours", Unit: "h"}}
	if _, err := w.Register.EditCategory(w.Operator(), "radio", 0, register.CategoryEdit{Meters: &meters}); err != nil {
		t.Fatal(err)
	}
	keeper, mechanic := w.As("keeper-north"), w.As("workshop")
	job := func(tag string) *models.Repair {
		job, err := w.Workshop.Report(keeper, tag, workshop.NewDefect{What: "no sound"})
		if err != nil {
			t.Fatal(err)
		}
		return job
	}
	confirmed := func(tag string) string {
		job, err := w.Workshop.Confirm(keeper, job(tag).Number, 0, "")
		if err != nil {
			t.Fatal(err)
		}
		return job.Number
	}
	read := func(tag string, on models.Day) error {
		_, err := w.Maintenance.ReadMeter(mechanic, tag, 0, maintenance.NewReading{Value: models.One, On: on})
		return err
	}
	var yesterday models.Day
	ways := []struct {
		name   string
		do     func(tag string) error
		stands bool
		says   string
	}{
		{"a scan", func(tag string) error { _, err := w.Stocktakes.Scan(keeper, tag); return err }, false, "scanned by"},
		{"a service", func(tag string) error {
			_, err := w.Maintenance.Record(mechanic, tag, 0, maintenance.NewService{Note: "new antenna"})
			return err
		}, false, "serviced on"},
		{"a service of the day before", func(tag string) error {
			_, err := w.Maintenance.Record(mechanic, tag, 0, maintenance.NewService{Note: "new antenna", On: yesterday})
			return err
		}, true, ""},
		{"a reading", func(tag string) error { return read(tag, "") }, false, "meter"},
		{"a reading of the day before", func(tag string) error { return read(tag, yesterday) }, true, ""},
		{"the workshop", func(tag string) error { _, err := w.Maintenance.PutIn(mechanic, tag, 0, "no sound"); return err }, false, "workshop"},
		{"a job that is begun", func(tag string) error {
			_, err := w.Workshop.Start(mechanic, confirmed(tag), 0, workshop.Start{TakeIn: true})
			return err
		}, false, "workshop"},
		{"a job that is ended", func(tag string) error {
			_, err := w.Workshop.Finish(mechanic, confirmed(tag), 0, maintenance.NewService{Note: "mended"})
			return err
		}, false, "serviced on"},
		{"a report of a defect", func(tag string) error { job(tag); return nil }, true, ""},
		{"an issue that is signed for", func(tag string) error {
			_, err := w.Custody.Issue(keeper, tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")})
			return err
		}, false, "accepted"},
		{"a find that is confirmed", func(tag string) error {
			if err := w.Public.Send(t.Context(), tag, "192.0.2.1", public.NewReport{Kind: models.PublicFound, Text: "lies at the gate"}); err != nil {
				return err
			}
			page, err := w.Public.List(keeper, public.Filter{State: models.PublicWaiting}, "", 1)
			if err != nil {
				return err
			}
			_, err = w.Public.Confirm(keeper, page.Records[0].ID, 0, public.Confirmation{})
			return err
		}, false, "somebody found it"},
	}
	tags := w.Radios(len(ways))
	w.Pass(48 * time.Hour)
	st := w.Stocktake()
	if _, err := w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: []*custody.Signed{booktest.Sign("One"), booktest.Sign("Two")}}); err != nil {
		t.Fatal(err)
	}
	yesterday = w.Book.Today().Plus(-1)
	w.Pass(time.Hour)
	for i, way := range ways {
		if err := way.do(tags[i]); err != nil {
			t.Fatalf("%s: %v", way.name, err)
		}
		flag, err := store.Get[models.Flag](t.Context(), w.Book.Store, store.Flags, models.FlagID(models.Unaccounted, ledger.Subject(store.Assets, w.Asset(tags[i]).ID)))
		if err != nil || flag.Stands() != way.stands || !strings.Contains(flag.Outcome, way.says) {
			t.Errorf("after %s its flag stands: %v, with the outcome %q, %v", way.name, flag.Stands(), flag.Outcome, err)
		}
	}
	if did, err := w.Flags.Reconcile(w.Operator(), models.Unaccounted, w.Stocktakes.Unaccounted(w.Operator()), models.Say("it was seen")); err != nil || did.Standing != 3 || did.Opened+did.Closed != 0 {
		t.Errorf("the job did %+v, %v", did, err)
	}
	a := w.Radio("seen a moment before")
	if _, err := w.Stocktakes.Scan(keeper, a.Tag); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute)
	st = w.Stocktake()
	if _, err := w.Stocktakes.Close(keeper, st.Number, 0, stocktake.Closing{Signatures: []*custody.Signed{booktest.Sign("One"), booktest.Sign("Two")}}); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute)
	if missed, err := w.Flags.Missed(w.Operator(), a); err != nil || !missed {
		t.Errorf("the count that did not find it does not miss it; %v", err)
	}
	if _, err := w.Stocktakes.Scan(keeper, a.Tag); err != nil {
		t.Fatal(err)
	}
	if missed, err := w.Flags.Missed(w.Operator(), a); err != nil || missed {
		t.Errorf("what was scanned twice within the hour is still missed; %v", err)
	}
}
