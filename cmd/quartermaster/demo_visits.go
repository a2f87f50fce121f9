package main

import (
	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/visits"
)

// visits has one made and signed, with a finding that is answered and one that is
// open, one under way, and one planned by a donor's own monitor.
func (s *story) visits() error {
	by := "01-31"
	if _, err := s.h.Register.EditDonor(s.ctx, "DEMO-US", 0, register.DonorEdit{EndUseBy: &by}); err != nil {
		return err
	}
	enhanced := true
	if _, err := s.h.Register.EditCategory(s.ctx, "night-vision", 0, register.CategoryEdit{Enhanced: &enhanced}); err != nil {
		return err
	}
	questions := append(append([]string{}, models.PhysicalSecurity...), "Is every tube in its case, and does its serial number match?", "Is there a log of who took which device on patrol?")
	if _, err := s.h.Visits.SetChecklist(s.ctx, models.Checklist{Code: "night-vision", Name: "Night vision, enhanced monitoring", Category: "night-vision", Questions: questions}); err != nil {
		return err
	}
	for _, chapter := range []func() error{s.visitMade, s.visitUnderway, s.visitPlanned} {
		if err := chapter(); err != nil {
			return err
		}
	}
	return nil
}

// begun plans a visit for today, begins it, and returns its items.
func (s *story) begun(n visits.NewVisit) (*models.Visit, []*models.VisitItem, error) {
	n.On = s.h.Book.Today()
	v, err := s.h.Visits.Plan(s.as("demo-audit"), n)
	if err != nil {
		return nil, nil, err
	}
	if v, err = s.h.Visits.Begin(s.as("demo-audit"), v.Number, 0); err != nil {
		return nil, nil, err
	}
	var items []*models.VisitItem
	err = s.h.Visits.EachItem(s.as("demo-audit"), v.Number, func(i *models.VisitItem) error { items = append(items, i); return nil })
	return v, items, err
}

func (s *story) visitMade() error {
	auditor, commander := s.as("demo-audit"), s.as("demo-cmdr")
	v, items, err := s.begun(visits.NewVisit{Name: "Border liaison offices, Khyber", Scope: models.VisitScope{Unit: "ANF-PEW", Grant: "BLO-2024"}, Sample: &models.Sample{Size: 5, Seed: 2026}})
	if err != nil {
		return err
	}
	yes, no := true, false
	used := []visits.Look{
		{Outcome: models.ItemSeen, Condition: "good", Use: "as_intended", UsedFor: "Night patrols between Torkham and Tirah", Needed: &yes},
		{Outcome: models.ItemSeen, Condition: "good", Use: "as_intended", UsedFor: "Search of lorries at the gate", Needed: &yes},
		{Outcome: models.ItemSeen, Condition: "fair", Use: "standby", Needed: &no, Remark: "The post has two more of them than watches"},
		{Outcome: models.ItemNotSeen, Remark: "On patrol; the log book shows it out since 05:40"},
		{Outcome: models.ItemMisused, Condition: "good", UsedFor: "Errands of the officers' mess", Remark: "Found outside of the mess, not on duty"},
	}
	misused := ""
	for i, item := range items {
		look := used[i%4]
		if i == len(items)-1 {
			look, misused = used[4], item.Tag
		}
		look.Code = item.Tag
		if _, err := s.h.Visits.See(auditor, v.Number, look); err != nil {
			return err
		}
	}
	var answers visits.Answers
	for i := range v.Checklist {
		a := visits.Answer{Question: i + 1, Answer: "yes"}
		if i == 1 {
			a = visits.Answer{Question: i + 1, Answer: "no", Remark: "The list is of 2023; three people on it serve elsewhere"}
		}
		answers.Answers = append(answers.Answers, a)
	}
	if _, err := s.h.Visits.Check(auditor, v.Number, 0, answers); err != nil {
		return err
	}
	due := s.h.Book.Today().Plus(30)
	found, err := s.h.Visits.Raise(auditor, v.Number, 0, visits.NewFinding{Severity: "major", What: "Equipment of the grant is used for errands, outside of its purpose.", Tag: misused, Owner: "demo-cmdr", Due: due})
	if err != nil {
		return err
	}
	if _, err := s.h.Visits.Raise(auditor, v.Number, 0, visits.NewFinding{Severity: "minor", What: "The list of who may enter the store is out of date.", Unit: "ANF-PEW", Due: due}); err != nil {
		return err
	}
	if _, err := s.h.Visits.Sign(auditor, v.Number, 0, visits.Closing{Impact: "The post counts 14 seizures in the year that began with what the equipment showed, after 3 in the year before.",
		Monitor: demoSignature("", ""), Representative: demoSignature("Demo Custodian 01", "Head Constable")}); err != nil {
		return err
	}
	_, err = s.h.Visits.Answer(commander, found.Number, 0, visits.FollowUp{Text: "The keys are kept by the duty officer now; a log book is signed at every ride.", Evidence: "Order 12/26 of the post (demo)"})
	return err
}

func (s *story) visitUnderway() error {
	v, items, err := s.begun(visits.NewVisit{Name: "Night vision of the customs' posts", Scope: models.VisitScope{Unit: "PCS", Donor: "DEMO-JP", Category: "night-vision"}})
	if err != nil {
		return err
	}
	yes := true
	for _, item := range items[:(len(items)+1)/2] {
		if _, err := s.h.Visits.See(s.as("demo-audit"), v.Number, visits.Look{Code: item.Tag, Outcome: models.ItemSeen, Condition: "good", Use: "as_intended", UsedFor: "Watch of the crossing by night", Needed: &yes}); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) visitPlanned() error {
	_, err := s.h.Visits.Plan(s.as("demo-admin"), visits.NewVisit{Name: "Yearly end-use check, northern stores", Scope: models.VisitScope{Unit: "ANF-N", Donor: "DEMO-US"}, On: s.h.Book.Today().Plus(12),
		Monitor: models.Monitor{Name: "Demo Monitor", Organisation: "US Bureau INL (demo)"}, Sample: &models.Sample{Size: 20}})
	return err
}
