package main

import (
	"quartermaster/models"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/titles"
)

// ends has a radio stolen and under inquiry, a scanner struck off with its
// certificate, a write-off to decide on, and a grant that cannot be closed yet.
func (s *story) ends() error {
	limits := []models.DisposalLimit{{Currency: "USD", Unit: "1000", Agency: "10000", Inquiry: "100"}, {Currency: "EUR", Unit: "1000", Agency: "10000", Inquiry: "100"},
		{Currency: "JPY", Unit: "150000", Agency: "1500000", Inquiry: "15000"}, {Currency: "PKR", Unit: "250000", Agency: "2500000", Inquiry: "25000"}}
	if _, err := s.h.Register.EditUnit(s.ctx, "ANF", 0, register.UnitEdit{Disposal: &limits}); err != nil {
		return err
	}
	for _, chapter := range []func() error{s.stolenRadio, s.scannerGone, s.oldComputer, s.endingGrant} {
		if err := chapter(); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) stolenRadio() error {
	radios, err := s.inStore("ANF-N-STORE", "radio", "DEMO-US", 4)
	if err != nil {
		return err
	}
	l, err := s.h.Disposal.Report(s.as("demo-store"), disposal.NewLoss{Tag: radios[3], Kind: models.Theft, On: s.h.Book.Today(), Where: "Charging shelf in the duty room, Rawalpindi",
		What:   "At the change of watch one of twelve radios was not in its charger. The window to the yard stood open, its catch was bent. The duty roster and the key book are held back for the inquiry.",
		Police: "FIR 214/26 (demo), Police Station Airport", Papers: []register.Paper{{Is: models.PoliceReport, Name: "fir-214-26.txt", Content: []byte("Copy of FIR 214/26 (demonstration)")}}})
	if err != nil {
		return err
	}
	_, err = s.h.Disposal.Appoint(s.as("demo-director"), l.Number, 0, "demo-maint")
	return err
}

func (s *story) scannerGone() error {
	scanners, err := s.inStore("ANF-N-STORE", "document-scanner", "DEMO-JP", 1)
	if err != nil {
		return err
	}
	w, err := s.h.Disposal.Propose(s.as("demo-store"), disposal.Proposal{Tag: scanners[0], Ground: "beyond_repair", Method: models.Destroyed,
		Why: "The illumination board has failed twice, the maker has delivered no spares since 2024, and the workshop's estimate is above what a new one costs."})
	if err != nil {
		return err
	}
	if _, err := s.h.Disposal.Approve(s.as("demo-admin"), w.Number, 0, "Survey board of the directorate, item 4"); err != nil {
		return err
	}
	letter := register.Paper{Is: models.ConsentPaper, Name: "consent.txt", Content: []byte("The donor consents to the destruction (demonstration).")}
	if _, err := s.h.Disposal.Consent(s.as("demo-store"), w.Number, 0, disposal.Consenting{Document: "Letter 26-118 (demo)", On: s.h.Book.Today(), Papers: []register.Paper{letter}}); err != nil {
		return err
	}
	certificate := register.Paper{Is: models.Destruction, Name: "certificate.txt", Content: []byte("Certificate of destruction 31/26 (demonstration): shredded in the presence of two witnesses.")}
	_, err = s.h.Disposal.StrikeOff(s.as("demo-store"), w.Number, 0, disposal.Leaving{Method: models.Destroyed, Reference: "Certificate 31/26 (demo)", Papers: []register.Paper{certificate}})
	return err
}

// oldComputer leaves a write-off for somebody to decide on.
func (s *story) oldComputer() error {
	computers, err := s.inStore("ANF-N-STORE", "computer", "DEMO-US", 1)
	if err != nil {
		return err
	}
	_, err = s.h.Disposal.Propose(s.as("demo-store"), disposal.Proposal{Tag: computers[0], Ground: "obsolete", Method: models.Donated, Why: "It runs no system that is still maintained; a school of the district has asked for such machines."})
	return err
}

// endingGrant ends in two months, with some of its titles passed and the evidence of
// those missing.
func (s *story) endingGrant() error {
	to, recipient := s.h.Book.Today().Plus(60), "Anti-Narcotics Force (demo)"
	edit := register.GrantEdit{To: &to, Recipient: &recipient, EvidenceFrom: &models.Money{Amount: "5000", Currency: "USD"}}
	if _, err := s.h.Register.EditGrant(s.ctx, "BLO-2024", 0, edit); err != nil {
		return err
	}
	page, err := s.h.Register.List(s.ctx, register.Filter{Grant: "BLO-2024", Unit: "ANF", Status: string(models.InStore)}, "", 4)
	if err != nil {
		return err
	}
	var tags []string
	for _, record := range page.Records {
		a, err := store.Decode[models.Asset](record)
		if err != nil {
			return err
		}
		if a.TitleWithDonor() {
			tags = append(tags, a.Tag)
		}
	}
	if len(tags) == 0 {
		return nil
	}
	_, err = s.h.Titles.Record(s.ctx, titles.NewTransfer{To: "ANF", On: s.h.Book.Today(), Document: "Transfer of ownership no. 3 (demo)", Tags: tags})
	return err
}
