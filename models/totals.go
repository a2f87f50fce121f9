package models

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// places are how many decimals an amount has at most.
const places = 4

// inPlaces returns the amount in ten-thousandths of its currency.
func (m Money) inPlaces() (*big.Int, bool) {
	whole, part, _ := strings.Cut(m.Amount, ".")
	if len(part) > places {
		return nil, false
	}
	return new(big.Int).SetString(whole+part+strings.Repeat("0", places-len(part)), 10)
}

// AddMoney adds m to totals, of which there is one a currency in the order in which
// they came. Amounts are added exactly.
func AddMoney(totals []Money, m Money) []Money {
	if !ValidAmount(m.Amount) {
		return totals
	}
	at := slices.IndexFunc(totals, func(t Money) bool { return t.Currency == m.Currency })
	if at < 0 {
		return append(slices.Clone(totals), m)
	}
	a, okA := totals[at].inPlaces()
	b, okB := m.inPlaces()
	if !okA || !okB {
		return totals
	}
	digits := fmt.Sprintf("%0*s", places+1, a.Add(a, b).String())
	cut := len(digits) - places
	amount := digits[:cut] + "." + digits[cut:]
	for decimals := places; decimals > 2 && strings.HasSuffix(amount, "0"); decimals-- {
		amount = amount[:len(amount)-1] // cents stay
	}
	totals = slices.Clone(totals)
	totals[at].Amount = amount
	return totals
}

// PerUnit is what one of n costs, to the cent; "" when n is not above zero.
func (m Money) PerUnit(n Quantity) string {
	total, ok := m.inPlaces()
	if !ok || n <= 0 {
		return ""
	}
	each := new(big.Rat).SetFrac(total.Mul(total, big.NewInt(int64(One))), big.NewInt(int64(n)*10_000))
	return each.FloatString(2) + " " + m.Currency
}

// CompareMoney orders totals by what they hold in a currency.
func CompareMoney(a, b []Money, currency string) int {
	in := func(totals []Money) *big.Int {
		for _, m := range totals {
			if n, ok := m.inPlaces(); ok && m.Currency == currency {
				return n
			}
		}
		return new(big.Int)
	}
	return in(a).Cmp(in(b))
}
