package main

import (
	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/training"
)

// training gives people courses, one of which has lapsed and one of which lapses soon,
// and drafts a voucher that warns of somebody without any.
func (s *story) training() error {
	ago := func(days int) models.Day { return s.h.Book.Today().Plus(-days) }
	for _, c := range []models.Course{
		{Code: "xray", Name: "X-ray image interpretation and radiation safety", Provider: "Airport Security Academy (demo)", Months: 24},
		{Code: "convoy", Name: "Off-road and convoy driving", Provider: "Training wing (demo)", Months: 36},
		{Code: "nvg", Name: "Handling of night vision devices", Provider: "Donor's field team (demo)"},
	} {
		if _, err := s.h.Training.AddCourse(s.ctx, c); err != nil {
			return err
		}
	}
	for category, d := range map[string]models.Demand{"baggage-scanner": {Course: "xray", Without: models.RefuseUntrained},
		"vehicle": {Course: "convoy", Without: models.WarnUntrained}, "night-vision": {Course: "nvg", Without: models.WarnUntrained}} {
		if _, err := s.h.Register.EditCategory(s.ctx, category, 0, register.CategoryEdit{Demands: &[]models.Demand{d}}); err != nil {
			return err
		}
	}
	for _, r := range []struct {
		person, course string
		days           int // ago
	}{
		{"demo-003", "xray", 690}, {"demo-004", "xray", 800}, {"demo-001", "xray", 90}, {"demo-002", "xray", 90}, {"demo-007", "xray", 300}, {"demo-011", "xray", 40},
		{"demo-003", "convoy", 200}, {"demo-001", "convoy", 500}, {"demo-009", "convoy", 120}, {"demo-017", "convoy", 700},
		{"demo-003", "nvg", 1500}, {"demo-009", "nvg", 60},
	} {
		n := training.NewRecord{Course: r.course, Trainer: "Demo instructor", On: ago(r.days), Number: "DEMO-" + r.course + "-" + r.person[5:]}
		if _, err := s.h.Training.Record(s.ctx, r.person, n); err != nil {
			return err
		}
	}
	tags, err := s.inStore("ANF-N-STORE", "night-vision", "DEMO-US", 1)
	if err != nil {
		return err
	}
	_, err = s.h.Custody.Draft(s.as("demo-store"), custody.NewVoucher{Kind: models.IssueVoucher, From: "ANF-N-STORE", To: "ANF-TKM", Receiver: "demo-004",
		Note: "For the night watch", Lines: linesOf(tags)})
	return err
}
