package reports

import (
	"context"
	"fmt"
	"strconv"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// EndUseOwed are the donors that are owed the end-use report of a year within a
// month, or were, while nobody has had it made for them as a file.
func (s *Service) EndUseOwed(ctx context.Context) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		donors, err := store.Find[models.Donor](ctx, s.Book.Store, store.Query{In: store.Donors, By: "code"})
		if err != nil {
			yield(flags.Cause{}, err)
			return
		}
		for _, d := range donors {
			by, year, owed := d.OwedEndUse(s.Book.Today(), s.Book.DayOf(d.CreatedAt))
			if !owed {
				continue
			}
			owed, err := s.owesEndUse(ctx, d.Code, year)
			if err == nil && !owed {
				continue
			}
			detail := models.Say("is owed by %v; make the yearly end-use report of %v for %v as a file", by, strconv.Itoa(year), d.Code)
			if by < s.Book.Today() {
				detail = models.Say("was owed by %v; make the yearly end-use report of %v for %v as a file", by, strconv.Itoa(year), d.Code)
			}
			cause := flags.Cause{Subject: ledger.Subject(store.Donors, d.Code), Ref: d.Code, What: models.Say("End-use report of %v to %v", strconv.Itoa(year), d.Name), Since: by, Donor: d.Code,
				Detail: detail}
			if !yield(cause, err) || err != nil {
				return
			}
		}
	}
}

// owesEndUse says whether a donor paid for something on charge, and the report of a
// year was not made for it.
func (s *Service) owesEndUse(ctx context.Context, donor string, year int) (bool, error) {
	gave, err := s.Register.Count(ctx, register.Filter{Donor: donor}, 1)
	if err != nil || gave == 0 {
		return false, err
	}
	ended := models.At(s.begin(models.Day(fmt.Sprintf("%04d-12-31", year)), 1))
	q := store.Query{In: store.Reports, By: "kind", Where: []store.Cond{store.Is("kind", endUseKind.Name), store.From("asked_at", ended.String())}}
	made := false
	err = each(ctx, s.Book.Store, q, func(records []store.Record) error {
		for _, record := range records {
			r, err := store.Decode[models.Report](record)
			if err != nil {
				return err
			}
			of := r.Asked
			whole := of.Donor == donor && of.Grant == "" && of.Unit == "" && of.Category == ""
			if whole && r.Format != Page && (r.State == models.ReportDone || r.State == models.ReportExpired) && of.Covers(year, s.Book.DayOf(r.AskedAt)) {
				made = true
			}
		}
		return nil
	})
	return !made, err
}
