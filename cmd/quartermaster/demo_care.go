package main

import (
	"context"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// care has vehicles and generators read and serviced, scanners calibrated, and some
// things in the workshop.
func (s *story) care() error {
	for category, edit := range map[string]register.CategoryEdit{
		"vehicle":         {Meters: &[]models.Meter{{Name: "odometer", Label: "Odometer", Unit: "km"}}},
		"generator":       {Meters: &[]models.Meter{{Name: "hours", Label: "Hour meter", Unit: "h"}}},
		"baggage-scanner": {Calibrated: new(true)},
	} {
		if _, err := s.h.Register.EditCategory(s.ctx, category, 0, edit); err != nil {
			return err
		}
	}
	today := s.h.Book.Today()
	for _, n := range []maintenance.NewSchedule{
		{Name: "Oil, filters and safety check", Category: "vehicle", Months: 6, Run: 5000 * models.One, Meter: "odometer", Tolerance: 7, From: today.Plus(-150),
			Checklist: []string{"Engine oil and filter changed", "Air filter cleaned or changed", "Brakes and steering tried", "Tyres, lights and horn checked", "Tools and spare wheel there"}},
		{Name: "Readiness before the monsoon", Category: "vehicle", Fixed: []string{"06-01"}, Tolerance: 14, From: today, Checklist: []string{"Wipers and seals", "Underbody washed and greased"}},
		{Name: "Oil and filters", Category: "generator", Months: 6, Run: 250 * models.One, Meter: "hours", Tolerance: 7, From: today.Plus(-120), Checklist: []string{"Oil and filter changed", "Coolant and belts checked", "Run under load for 30 minutes"}},
		{Name: "Calibration and radiation survey", Category: "baggage-scanner", Months: 12, Certificate: true, Tolerance: 0, From: today.Plus(-330),
			Checklist: []string{"Image quality by test piece", "Leakage under 1 µSv/h at 10 cm", "Emergency stops tried"}},
		{Name: "Performance check", Category: "analyser", Months: 3, From: today.Plus(-80), Checklist: []string{"Reference substance identified", "Window cleaned"}},
	} {
		if _, err := s.h.Maintenance.AddSchedule(s.ctx, n); err != nil {
			return err
		}
	}
	if err := s.driven(today); err != nil {
		return err
	}
	if err := s.calibrated(today); err != nil {
		return err
	}
	radios, err := s.inStore("ANF-N-STORE", "radio", "", 1)
	if err != nil {
		return err
	}
	_, err = s.h.Maintenance.PutIn(s.as("demo-maint"), radios[0], 0, "Does not transmit on channel 3; battery contact burnt")
	return err
}

// ofCategory are the items of a category.
func (s *story) ofCategory(category string) ([]*models.Asset, error) {
	var list []*models.Asset
	err := s.h.Register.Each(s.ctx, register.Filter{Category: category}, func(r store.Record) error {
		a, err := store.Decode[models.Asset](r)
		list = append(list, a)
		return err
	})
	return list, err
}

// maintainer acts for who services an item: the maintenance officer of the north, or
// the administrator.
func (s *story) maintainer(a *models.Asset) context.Context {
	ctx := s.as("demo-maint")
	if person, err := access.Caller(ctx); err == nil && access.CoversUnit(person, a.Path) {
		return ctx
	}
	return s.as("demo-admin")
}

// driven reads the odometers of vehicles over two months, each driven in its own way,
// and services most of them.
func (s *story) driven(today models.Day) error {
	vehicles, err := s.ofCategory("vehicle")
	if err != nil {
		return err
	}
	for i, a := range vehicles {
		km, _ := a.Fields["odometer"].(float64)
		start := models.Quantity(max(int(km), 3000)) * models.One
		daily := models.Quantity(12+(i*37)%130) * models.One
		serviced := today.Plus(-62 + i%9)
		if serviced < a.AcquiredOn || i%11 == 10 {
			continue
		}
		if i%3 == 0 { // one that was done in the autumn, and is due again
			serviced = max(today.Plus(-170-i), a.AcquiredOn)
		}
		n := maintenance.NewService{On: serviced, Schedules: []string{"Oil, filters and safety check"}, By: "Police workshop, Rawalpindi",
			Work: []models.Work{{What: "Engine oil and filter changed", Done: true}, {What: "Air filter cleaned or changed", Done: true}, {What: "Brakes and steering tried", Done: true},
				{What: "Tyres, lights and horn checked", Done: i%7 != 3}, {What: "Tools and spare wheel there", Done: true}},
			Parts:  []models.Part{{Name: "Engine oil 15W-40", Quantity: 7 * models.One, Cost: &models.Money{Amount: fmt.Sprint(9800 + i*35), Currency: "PKR"}}, {Name: "Oil filter", Quantity: models.One, Cost: &models.Money{Amount: "1850", Currency: "PKR"}}},
			Labour: &models.Money{Amount: "2500", Currency: "PKR"}, Readings: []maintenance.NewReading{{Value: start}}}
		if i%5 == 2 {
			n.OutFrom, n.OutTo, n.Note = serviced, serviced.Plus(3+i%4), "Brake pads awaited"
		}
		if _, err := s.h.Maintenance.Record(s.maintainer(a), a.Tag, 0, n); err != nil {
			return fmt.Errorf("%s: %w", a.Tag, err)
		}
		for _, back := range []int{45, 30, 16, 2} {
			on := today.Plus(-back - i%3)
			if on <= serviced {
				continue
			}
			value := start + daily*models.Quantity(on.Since(serviced))
			if _, err := s.h.Maintenance.ReadMeter(s.maintainer(a), a.Tag, 0, maintenance.NewReading{Value: value, On: on}); err != nil {
				return fmt.Errorf("%s: %w", a.Tag, err)
			}
		}
	}
	return nil
}

// calibrated gives scanners their certificates; some have lapsed, some are about to.
func (s *story) calibrated(today models.Day) error {
	scanners, err := s.ofCategory("baggage-scanner")
	if err != nil {
		return err
	}
	for i, a := range scanners {
		on := today.Plus(-375 + (i*29)%360)
		if on < a.AcquiredOn || i%8 == 7 {
			continue
		}
		if _, err := s.h.Maintenance.Record(s.maintainer(a), a.Tag, 0, maintenance.NewService{On: on, Schedules: []string{"Calibration and radiation survey"}, By: "Demo Calibration Laboratory",
			Work:        []models.Work{{What: "Image quality by test piece", Done: true}, {What: "Leakage under 1 µSv/h at 10 cm", Done: true}, {What: "Emergency stops tried", Done: true}},
			Labour:      &models.Money{Amount: "420", Currency: "USD"},
			Certificate: &models.Certificate{Number: fmt.Sprintf("DCL-%04d", 3100+i), Issuer: "Demo Calibration Laboratory", Expiry: on.PlusMonths(12)}}); err != nil {
			return fmt.Errorf("%s: %w", a.Tag, err)
		}
	}
	return nil
}
