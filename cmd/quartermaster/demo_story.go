package main

import (
	"context"
	"fmt"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/house"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// story is what the people of the demo have done, so that every page has something
// to show. Each chapter is done by those whose work it is.
type story struct {
	h   *house.House
	ctx context.Context
}

func (s *story) tell(first string) error {
	for _, chapter := range []struct {
		name string
		tell func() error
	}{
		{"an item's history", func() error { return s.history(first) }}, {"stock", s.stock}, {"a kit", s.kit}, {"a loan", s.loan},
		{"a donor handover", s.handover}, {"requests", s.requests},
		{"training", s.training}, {"care", s.care}, {"workshop", s.workshop}, {"stocktakes", s.stocktakes}, {"the ends of equipment", s.ends}, {"end-use visits", s.visits}, {"findings", s.findings}, {"links for donors", s.shares}, {"keys", s.keys},
	} {
		if err := chapter.tell(); err != nil {
			return fmt.Errorf("%s: %w", chapter.name, err)
		}
	}
	return nil
}

// as is a context in which one of the demo's people acts.
func (s *story) as(code string) context.Context {
	person, err := store.Get[models.Person](s.ctx, s.h.Book.Store, store.People, code)
	if err != nil {
		return s.ctx // told by whatever is done in it
	}
	return access.As(s.ctx, person, "demo")
}

func demoSignature(name, rank string) *custody.Signed {
	return &custody.Signed{Name: name, Rank: rank, Drawing: `<svg width="320" height="120"><path d="M 18 84 C 40 10 58 12 54 70 C 52 104 74 96 92 58 C 98 44 108 48 104 72 C 102 92 124 88 140 60 C 150 46 156 60 152 78 L 190 52 C 214 36 220 84 196 80 C 176 76 220 40 262 62 L 302 48"/><path d="M 30 100 L 268 94"/></svg>`}
}

// inStore names some items that a store has of a category.
func (s *story) inStore(unit, category, donor string, n int) ([]string, error) {
	page, err := s.h.Register.List(s.ctx, register.Filter{Unit: unit, Category: category, Donor: donor, Status: string(models.InStore)}, "", n)
	if err != nil {
		return nil, err
	}
	var tags []string
	for _, record := range page.Records {
		a, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		tags = append(tags, a.Tag)
	}
	if len(tags) < n {
		return nil, fmt.Errorf("%s has only %d of %s", unit, len(tags), category)
	}
	return tags, nil
}

func linesOf(tags []string) []custody.NewLine {
	lines := make([]custody.NewLine, len(tags))
	for i, tag := range tags {
		lines[i] = custody.NewLine{Tag: tag}
	}
	return lines
}

// send drafts and dispatches a voucher.
func (s *story) send(who, name, rank string, n custody.NewVoucher) (*models.Voucher, error) {
	v, err := s.h.Custody.Draft(s.as(who), n)
	if err != nil {
		return nil, err
	}
	return s.h.Custody.Dispatch(s.as(who), v.Number, 0, demoSignature(name, rank))
}

// history gives one item movements to look at.
func (s *story) history(tag string) error {
	record, err := s.h.Register.Asset(s.ctx, tag)
	if err != nil {
		return err
	}
	asset, err := store.Decode[models.Asset](record)
	if err != nil {
		return err
	}
	if asset.Status == models.Issued {
		if _, err := s.h.Custody.Return(s.ctx, tag, 0, custody.Return{Condition: "good", Note: "Seasonal check, aerial renewed"}); err != nil {
			return err
		}
	}
	keeper := demoSignature("Demo Storekeeper, Rawalpindi", "Sub-Inspector")
	if _, err := s.h.Custody.Transfer(s.ctx, tag, 0, custody.Transfer{Unit: "ANF-N-STORE", Note: "Rebalancing of stock between regions", Receipt: keeper}); err != nil {
		return err
	}
	guard := demoSignature("Demo Custodian 03", "Sub-Inspector")
	if _, err := s.h.Custody.Issue(s.as("demo-store"), tag, 0, custody.Issue{Custodian: "demo-003", Note: "For the winter deployment at Torkham", Receipt: guard}); err != nil {
		return err
	}
	note := "Charger replaced under warranty"
	_, err = s.h.Register.Edit(s.as("demo-store"), tag, 0, register.AssetEdit{Note: &note, Reason: "Repair report 14"})
	return err
}

// stock takes lots in: one that expires today, some that expire soon, others that
// last; and has some of it used.
func (s *story) stock() error {
	in := func(days int) models.Day { return models.DayOf(s.h.Book.Now().AddDate(0, 0, days)) }
	for _, r := range []stock.Receipt{
		{Item: "kit-opiates", Number: "MQ-2411", Expiry: in(40), Donor: "DEMO-US", Unit: "ANF-N-STORE", Quantity: 120 * models.One, Bin: "C-2", Cost: &models.Money{Amount: "2.35", Currency: "USD"}, Reference: "DN-771"},
		{Item: "kit-opiates", Number: "MQ-2507", Expiry: in(410), Donor: "DEMO-US", Unit: "ANF-N-STORE", Quantity: 400 * models.One, Bin: "C-2", Cost: &models.Money{Amount: "2.41", Currency: "USD"}, Reference: "DN-802"},
		{Item: "kit-opiates", Number: "MQ-2507", Expiry: in(410), Donor: "DEMO-JP", Unit: "PCS-PEW-STORE", Quantity: 200 * models.One, Bin: "A-1"},
		{Item: "kit-cocaine", Number: "SC-0098", Expiry: in(0), Donor: "DEMO-US", Unit: "ANF-N-STORE", Quantity: 60 * models.One, Bin: "C-3", Reference: "DN-640"},
		{Item: "kit-cocaine", Number: "SC-0112", Expiry: in(75), Donor: "DEMO-JP", Unit: "ANF-N-STORE", Quantity: 90 * models.One, Bin: "C-3"},
		{Item: "kit-cocaine", Number: "SC-0121", Expiry: in(300), Donor: "DEMO-EU", Unit: "FCB-STORE", Quantity: 150 * models.One},
		{Item: "swab", Number: "TS-33", Donor: "DEMO-US", Unit: "ANF-N-STORE", Quantity: 2000 * models.One, Bin: "D-1"},
		{Item: "swab", Number: "TS-34", Donor: "DEMO-US", Unit: "PCG-STORE", Quantity: 500 * models.One},
		{Item: "battery-bl1702", Number: "B-2025-11", Donor: "DEMO-JP", Unit: "ANF-N-STORE", Quantity: 64 * models.One, Bin: "B-7"},
		{Item: "reference-solution", Number: "RS-7", Expiry: in(190), Donor: "DEMO-EU", Unit: "PCS-PEW-STORE", Quantity: 2500, Bin: "A-4"},
	} {
		if _, err := s.h.Stock.Receive(s.ctx, r); err != nil {
			return err
		}
	}
	if _, err := s.h.Stock.SetLevel(s.as("demo-store"), "battery-bl1702", 0, models.Level{Unit: "ANF-N-STORE", Reorder: 100 * models.One}); err != nil {
		return err
	}
	v, err := s.send("demo-store", "Demo Storekeeper, Rawalpindi", "Sub-Inspector", custody.NewVoucher{Kind: models.IssueVoucher, From: "ANF-N-STORE", To: "ANF-TKM", Receiver: "demo-003",
		Note: "Monthly supply", Lines: []custody.NewLine{{Item: "kit-opiates", Quantity: 30 * models.One}, {Item: "swab", Quantity: 200 * models.One}}})
	if err != nil {
		return err
	}
	if _, err := s.h.Custody.Accept(s.as("demo-director"), v.Number, 0, custody.Acceptance{Signature: demoSignature("Demo Custodian 03", "Sub-Inspector")}); err != nil {
		return err
	}
	for n, purpose := range []string{"Search of a lorry at the scanning lane", "Search of hand baggage", "Training of the night shift"} {
		use := stock.Use{Unit: "ANF-TKM", Quantity: models.Quantity(2+n) * models.One, Purpose: purpose, Reference: fmt.Sprintf("TKM/%d/26", 41+n), Result: fmt.Sprintf("LAB-%d", 310+n)}
		if _, err := s.h.Stock.ConsumeItem(s.as("demo-store"), "kit-opiates", use); err != nil {
			return err
		}
	}
	return nil
}

// kit makes a baggage scanner a kit of which something is missing.
func (s *story) kit() error {
	scanners, err := s.inStore("ANF-N-STORE", "baggage-scanner", "DEMO-US", 1)
	if err != nil {
		return err
	}
	parts, err := s.inStore("ANF-N-STORE", "computer", "DEMO-US", 1)
	if err != nil {
		return err
	}
	_, err = s.h.Register.SetContents(s.as("demo-store"), scanners[0], 0, register.Contents{Reason: "As on the packing list", Parts: []register.Part{
		{Tag: parts[0]}, {Name: "Mains cable, 10 m", Quantity: 2 * models.One, Measure: "piece"}, {Name: "Calibration phantom", Missing: models.One},
		{Item: "swab", Quantity: 50 * models.One}}})
	return err
}

// loan lends night vision to another agency for an operation.
func (s *story) loan() error {
	tags, err := s.inStore("ANF-N-STORE", "night-vision", "DEMO-US", 2)
	if err != nil {
		return err
	}
	back := models.DayOf(s.h.Book.Now().Add(21 * 24 * time.Hour))
	v, err := s.send("demo-store", "Demo Storekeeper, Rawalpindi", "Sub-Inspector", custody.NewVoucher{Kind: models.LoanVoucher, From: "ANF-N-STORE", To: "PCS-TKM", Receiver: "demo-009",
		Operation: "Joint operation KHYBER 4 (demo)", DueBack: back, Lines: linesOf(tags)})
	if err != nil {
		return err
	}
	_, err = s.h.Custody.Accept(s.ctx, v.Number, 0, custody.Acceptance{Signature: demoSignature("Demo Custodian 09", "Inspector")})
	return err
}

// handover passes the title of what a donor gave.
func (s *story) handover() error {
	tags, err := s.inStore("ANF-S-STORE", "night-vision", "DEMO-JP", 3)
	if err != nil {
		return err
	}
	n := custody.NewVoucher{Kind: models.HandoverVoucher, From: "DEMO-JP", To: "ANF-S-STORE", Agreement: "Exchange of notes (demo), annex 2", Lines: linesOf(tags)}
	v, err := s.send("demo-admin", "Demo Delegate of the donor", "", n)
	if err != nil {
		return err
	}
	_, err = s.h.Custody.Accept(s.ctx, v.Number, 0, custody.Acceptance{Signature: demoSignature("Demo Custodian 07", "Inspector"),
		Lines: []custody.LineReceipt{{Line: 1, Accepted: true, Condition: "new"}, {Line: 2, Accepted: true, Condition: "new"}, {Line: 3, Remark: "Eyepiece cracked in transport"}}})
	return err
}

// requests leaves something waiting for everybody.
func (s *story) requests() error {
	in := func(days int) models.Day { return models.DayOf(s.h.Book.Now().AddDate(0, 0, days)) }
	ask := func(n requests.NewRequest) (*models.Request, error) {
		n.Unit = "ANF-TKM"
		return s.h.Requests.Submit(s.as("demo-cmdr"), n)
	}
	radios, err := ask(requests.NewRequest{Category: "radio", Quantity: 6 * models.One, Purpose: "Second watch at the crossing point", Priority: "urgent", NeededBy: in(9)})
	if err != nil {
		return err
	}
	scanner, err := ask(requests.NewRequest{Category: "document-scanner", Quantity: models.One, Purpose: "Passport desk of the new lane", Priority: "immediate", NeededBy: in(3)})
	if err != nil {
		return err
	}
	if _, err := ask(requests.NewRequest{Item: "kit-cocaine", Quantity: 40 * models.One, Purpose: "Supply for the festival season", NeededBy: in(30)}); err != nil {
		return err
	}
	director := s.as("demo-director")
	if _, err := s.h.Requests.Approve(director, radios.Number, 0, requests.Approval{Quantity: 5 * models.One, Remarks: "One is to come back from the workshop"}); err != nil {
		return err
	}
	if _, err := s.h.Requests.Approve(director, scanner.Number, 0, requests.Approval{}); err != nil {
		return err
	}
	v, err := s.h.Requests.Fulfil(s.as("demo-store"), radios.Number, requests.Fulfilment{From: "ANF-N-STORE", Receiver: "demo-004", Quantity: 3 * models.One})
	if err != nil {
		return err
	}
	if _, err := s.h.Custody.Dispatch(s.as("demo-store"), v.Number, 0, demoSignature("Demo Storekeeper, Rawalpindi", "Sub-Inspector")); err != nil {
		return err
	}
	_, err = s.h.Requests.Fulfil(s.as("demo-store"), radios.Number, requests.Fulfilment{From: "ANF-N-STORE", Receiver: "demo-004", Quantity: models.One})
	return err
}
