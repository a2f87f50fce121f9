package main

import (
	"strings"

	"quartermaster/models"
	"quartermaster/services/mailings"
	"quartermaster/services/shares"
)

// shares gives donors two links: one that was opened, and one that went to the wrong
// person and was withdrawn.
func (s *story) shares() error {
	admin := s.as("demo-admin")
	made, err := s.h.Shares.Make(admin, shares.NewShare{For: "Ms Ito, donor's programme office (demo)", Kind: models.GrantShare, Days: 90, ReportQuery: models.ReportQuery{Grant: "BLO-2024"}})
	if err != nil {
		return err
	}
	_, secret, _ := strings.Cut(made.Address, shares.Path)
	for _, what := range []string{"page", "handover", "handover as PDF"} {
		if _, err := s.h.Shares.Open(s.ctx, secret, shares.Visitor{Address: "203.0.113.24", Agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/145.0"}, what); err != nil {
			return err
		}
	}
	wrong, err := s.h.Shares.Make(admin, shares.NewShare{For: "Mr Brandt, audit firm (demo)", Kind: "register", ReportQuery: models.ReportQuery{Donor: "DEMO-US", AsOf: string(s.h.Book.Today())}})
	if err != nil {
		return err
	}
	if _, err := s.h.Mailings.Add(admin, mailings.NewSchedule{For: "Donor's programme office (demo)", To: []string{"programme@example.org"}, Kind: "movements", Grant: "BLO-2024", Every: models.EveryQuarter}); err != nil {
		return err
	}
	_, err = s.h.Shares.Withdraw(admin, wrong.ID, 0, "Sent to an address that is no longer his")
	return err
}
