package web

import (
	"quartermaster/models"
)

// exhibits are the papers with a loss, a write-off or a title transfer, which lie
// below At.
type exhibits struct {
	At    string
	Files []models.Exhibit
}

// Exhibits are the loss's papers as their part of the page takes them.
func (p *lossPage) Exhibits(at string) exhibits { return exhibits{at, p.Files} }

// Exhibits are the write-off's papers as their part of the page takes them.
func (p *writeOffPage) Exhibits(at string) exhibits { return exhibits{at, p.Files} }

// Exhibits are the transfer's papers as their part of the page takes them.
func (p *titlePage) Exhibits(at string) exhibits { return exhibits{at, p.Files} }

// amountInput is the part of a form that takes an amount.
type amountInput struct {
	ID, Currency string
	Form         map[string]string
}

// Amount is the part of a form that takes what is recovered: what was recommended or
// decided, until it was filled in.
func (p *lossPage) Amount(id string) amountInput {
	form := p.Form
	if given := p.Recommended().Amount; given != nil && len(form) == 0 && id != "f" {
		form = map[string]string{"amount": given.Amount, "currency": given.Currency}
	}
	return amountInput{id, currencyOf(p.Cost), form}
}

// Amount is the part of the form that takes what a sale brought.
func (p *writeOffPage) Amount(id string) amountInput {
	return amountInput{id, currencyOf(p.Cost), p.Form}
}

func currencyOf(m *models.Money) string {
	if m == nil {
		return ""
	}
	return m.Currency
}

// recommended is what was decided or else recommended to be recovered, from whom.
type recommended struct {
	From   string
	Amount *models.Money
}

// Recommended is what was decided or else recommended to be recovered.
func (p *lossPage) Recommended() recommended {
	switch {
	case p.Decision != nil:
		return recommended{p.Decision.RecoverFrom, p.Decision.Amount}
	case p.Inquiry != nil:
		return recommended{p.Inquiry.RecoverFrom, p.Inquiry.Amount}
	}
	return recommended{}
}

// Signing is the part of the form in which who closes a grant signs.
func (p *closingPage) Signing(legend, id string) signForm {
	given := map[string]string{}
	if p.Open == "close" {
		given = p.Form
	}
	return signing(legend, id, nil, given)
}

// PassedShare is which part of the items has their title passed, in percent.
func (p *closingPage) PassedShare() int { return percent(p.Passed, p.Items) }

// StruckShare is which part of the items was struck off charge, in percent.
func (p *closingPage) StruckShare() int { return percent(p.StruckOff, p.Items) }

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return 100 * part / whole
}

// Currency is the one of the grant's settings.
func (p *closingPage) Currency() string {
	if p.Grant.EvidenceFrom != nil {
		return p.Grant.EvidenceFrom.Currency
	}
	return currencyOf(p.Grant.ConsentFrom)
}
