package main

import (
	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/store"
)

// findings looks for what is overdue, as a job will from now on, and has a director
// say what is done about some of it.
func (s *story) findings() error {
	if _, err := s.h.Flags.Reconcile(s.ctx, models.OverdueReturn, s.h.Custody.OverdueReturns(s.ctx), models.Say("it is back")); err != nil {
		return err
	}
	director := s.as("demo-director")
	page, err := s.h.Flags.List(director, flags.Filter{Kind: string(models.OverdueReturn)}, "", 3)
	if err != nil {
		return err
	}
	today := s.h.Book.Today()
	for i, record := range page.Records {
		flag, err := store.Decode[models.Flag](record)
		if err != nil {
			return err
		}
		remark := []flags.Remark{
			{Remark: "On patrol until the end of the month; it comes back with the party", LookAgain: today.Plus(12)},
			{Remark: "Needed at the crossing for longer; a new issue voucher is being made", LookAgain: today.Plus(5)},
			{Remark: "Asked the custodian by telephone; no answer yet"},
		}[i]
		if _, err := s.h.Flags.Acknowledge(director, flag.ID, 0, remark); err != nil {
			return err
		}
	}
	return nil
}
