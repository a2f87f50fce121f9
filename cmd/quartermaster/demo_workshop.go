package main

import (
	"quartermaster/models"
	"quartermaster/services/maintenance"
	"quartermaster/services/public"
	"quartermaster/services/workshop"
)

// workshop leaves a job in every lane of the board, and reports from people without a
// sign-in that wait for somebody.
func (s *story) workshop() error {
	tags, err := s.inStore("ANF-N-STORE", "radio", "DEMO-US", 4)
	if err != nil {
		return err
	}
	mechanic := s.as("demo-maint")
	report := func(tag, what string, unusable bool) (string, error) {
		job, err := s.h.Workshop.Report(s.as("demo-store"), tag, workshop.NewDefect{What: what, Unusable: unusable})
		if err != nil {
			return "", err
		}
		return job.Number, nil
	}
	if _, err := report(tags[0], "Push-to-talk key sticks after rain; transmits by itself until it is shaken loose.", false); err != nil {
		return err
	}
	for i, d := range []struct {
		what string
		then func(number string) error
	}{
		{"Does not hold its charge for a watch; two batteries were tried.", func(n string) error {
			_, err := s.h.Workshop.Wait(mechanic, n, 0, "Battery contacts, maker's part 8930-4471")
			return err
		}},
		{"Aerial socket torn out in a fall from the vehicle.", func(n string) error {
			if _, err := s.h.Workshop.Start(mechanic, n, 0, workshop.Start{TakeIn: true}); err != nil {
				return err
			}
			parts := []models.Part{{Name: "Aerial socket", Quantity: models.One, Cost: &models.Money{Amount: "3850", Currency: "PKR"}}}
			_, err := s.h.Workshop.Note(mechanic, n, 0, workshop.Work{Parts: &parts, Labour: &models.Money{Amount: "1500", Currency: "PKR"}, Remark: "Board is sound; socket ordered in the bazaar"})
			return err
		}},
		{"Display dark.", func(n string) error {
			_, err := s.h.Workshop.Finish(mechanic, n, 0, maintenance.NewService{Note: "Ribbon cable reseated", Condition: "good", By: "Demo Workshop"})
			return err
		}},
	} {
		number, err := report(tags[i+1], d.what, i == 1)
		if err != nil {
			return err
		}
		if _, err := s.h.Workshop.Confirm(mechanic, number, 0, ""); err != nil {
			return err
		}
		if err := d.then(number); err != nil {
			return err
		}
	}
	for _, r := range []public.NewReport{
		{Kind: models.PublicFound, Text: "This lies in the back of a taxi at the bus stand, with its charger. I gave it to the guard at the gate.", Contact: "0300 0000000 (demo)"},
		{Kind: models.PublicFault, Text: "The strap is torn and the battery falls out."},
	} {
		if err := s.h.Public.Send(s.ctx, tags[0], "192.0.2.7", r); err != nil {
			return err
		}
	}
	return nil
}
