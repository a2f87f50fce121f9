package layout

import (
	"math/big"
	"slices"
	"strings"

	"quartermaster/models"
)

// Sum adds decimals exactly.
type Sum struct {
	total  big.Rat
	places int
}

// Add adds a decimal; what is none adds nothing.
func (s *Sum) Add(d Decimal) {
	s.AddTimes(d, 1)
}

// AddTimes adds a decimal so many times.
func (s *Sum) AddTimes(d Decimal, times int64) {
	r, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return
	}
	s.total.Add(&s.total, r.Mul(r, new(big.Rat).SetInt64(times)))
	for i := range len(d) {
		if d[i] == '.' {
			s.places = max(s.places, len(d)-i-1)
		}
	}
}

// Decimal is the sum, with at least two places and as many as the most of what was
// added.
func (s *Sum) Decimal() Decimal { return Decimal(s.total.FloatString(max(s.places, 2))) }

// Thousandth is a thousandth of the sum: of an amount added as often as a quantity
// has thousandths, what that quantity is worth.
func (s *Sum) Thousandth() Decimal {
	worth := new(big.Rat).Quo(&s.total, big.NewRat(1000, 1))
	return Decimal(strings.TrimSuffix(strings.TrimRight(worth.FloatString(s.places+3), "0"), "."))
}

// Zero says whether it comes to nothing.
func (s *Sum) Zero() bool { return s.total.Sign() == 0 }

// Purse adds amounts of money, each currency by itself.
type Purse struct{ sums map[string]*Sum }

// Add adds an amount, if there is one.
func (p *Purse) Add(m *models.Money) {
	if m != nil {
		p.AddDecimal(Decimal(m.Amount), m.Currency)
	}
}

// AddDecimal adds an amount of a currency.
func (p *Purse) AddDecimal(d Decimal, currency string) {
	if p.sums == nil {
		p.sums = map[string]*Sum{}
	}
	if p.sums[currency] == nil {
		p.sums[currency] = &Sum{}
	}
	p.sums[currency].Add(d)
}

// Currencies lists the currencies of what was added.
func (p *Purse) Currencies() []string {
	var all []string
	for c := range p.sums {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// In is the sum of a currency.
func (p *Purse) In(currency string) Decimal {
	if p.sums[currency] == nil {
		return Decimal("0.00")
	}
	return p.sums[currency].Decimal()
}

// TotalRows makes the last rows of a section whose lines have amounts with their
// currencies beside them: one for each currency, the first also with the number of
// lines. at is where label, count, amount and currency stand among columns cells.
func (p *Purse) TotalRows(columns int, lines int64, at func(cells []any, amount Decimal, currency string)) []Row {
	row := func(label models.Text) []any {
		cells := make([]any, columns)
		cells[0] = label
		return cells
	}
	label := models.Say("Total: %v", models.Count("%v line", "%v lines", int(lines)))
	if len(p.sums) == 0 {
		return []Row{{Kind: Total, Cells: row(label)}}
	}
	var rows []Row
	for i, currency := range p.Currencies() {
		cells := row(models.Say("Total in %v", currency))
		if i == 0 {
			cells = row(label)
		}
		at(cells, p.In(currency), currency)
		rows = append(rows, Row{Kind: Total, Cells: cells})
	}
	return rows
}
