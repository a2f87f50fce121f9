package models

import "math/big"

// Authority is who decides on the loss or write-off of an item, by its value.
type Authority string

// The authorities, lowest first. Each may decide what a lower one may.
const (
	UnitAuthority   Authority = "unit"   // a commander of the unit or of one above it
	AgencyAuthority Authority = "agency" // the commander of the agency
	BoardAuthority  Authority = "board"  // an administrator, for the property survey board
)

// Words returns the authority as people say it.
func (a Authority) Words() string {
	switch a {
	case UnitAuthority:
		return "a commander of the unit"
	case AgencyAuthority:
		return "the commander of the agency"
	}
	return "the board (an administrator)"
}

// DisposalLimit says up to which value, in one currency, who decides on losses and
// write-offs of a unit and of those below it that set none for the currency.
type DisposalLimit struct {
	Currency string `json:"currency" validate:"required,iso4217"`
	// Unit is up to which value a commander of the unit decides, Agency up to which the
	// commander of the agency does; what is above is for the board. "" is nothing.
	Unit   string `json:"unit,omitempty" validate:"omitempty,amount"`
	Agency string `json:"agency,omitempty" validate:"omitempty,amount"`
	// Inquiry is the book value below which a loss may be decided on without an inquiry
	// (UNDP waives it below 1,000 USD); "" demands one of every loss.
	Inquiry string `json:"inquiry,omitempty" validate:"omitempty,amount"`
}

// Decides is who decides on something of a value in the limit's currency.
func (l DisposalLimit) Decides(value Money) Authority {
	for _, step := range []struct {
		limit string
		who   Authority
	}{{l.Unit, UnitAuthority}, {l.Agency, AgencyAuthority}} {
		if step.limit != "" && (Money{step.limit, l.Currency}).AtLeast(value) {
			return step.who
		}
	}
	return BoardAuthority
}

// Ceiling is the highest value on which an authority decides; "" for the board.
func (l DisposalLimit) Ceiling(who Authority) string {
	switch who {
	case UnitAuthority:
		return l.Unit
	case AgencyAuthority:
		return l.Agency
	}
	return ""
}

// WaivesInquiry says whether something of this book value may do without an inquiry.
func (l DisposalLimit) WaivesInquiry(book Money) bool {
	return l.Inquiry != "" && l.Currency == book.Currency && !book.AtLeast(Money{l.Inquiry, l.Currency})
}

// BookValue is what the item is worth in the accounts on a day: its cost in equal
// parts over the months of its category's life (straight line, IPSAS 45), from the
// month after it was received. Where the category sets no life, or the item has no
// day of receipt, it is the cost; nil without one.
func (a *Asset) BookValue(c *Category, on Day) *Money {
	if a.Cost == nil || c == nil || c.LifeMonths == 0 || a.AcquiredOn == "" {
		return a.Cost
	}
	cost := rational(a.Cost.Amount)
	if cost == nil {
		return a.Cost
	}
	from, to := a.AcquiredOn.Midnight(), on.Midnight()
	months := max(0, (to.Year()-from.Year())*12+int(to.Month()-from.Month()))
	months = min(months, c.LifeMonths)
	kept := new(big.Rat)
	if c.Residual != "" {
		if share := rational(c.Residual); share != nil {
			kept.Mul(cost, share.Quo(share, big.NewRat(100, 1)))
		}
	}
	gone := new(big.Rat).Sub(cost, kept)
	gone.Mul(gone, big.NewRat(int64(months), int64(c.LifeMonths)))
	return &Money{Amount: cost.Sub(cost, gone).FloatString(2), Currency: a.Cost.Currency}
}
