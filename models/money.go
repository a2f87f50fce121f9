package models

import (
	"regexp"
	"strings"
)

// Money is an amount in a currency. The amount is a decimal string, never a
// float, so that what a donor wrote is what a donor reads.
type Money struct {
	Amount   string `json:"amount" validate:"required,amount"`
	Currency string `json:"currency" validate:"required,iso4217"`
}

var amount = regexp.MustCompile(`^\d{1,15}(\.\d{1,4})?$`)

// ValidAmount says whether s is a plain non-negative decimal: at most 15 digits
// before the point and 4 after it.
func ValidAmount(s string) bool { return amount.MatchString(s) }

func (m Money) String() string { return strings.TrimSpace(m.Amount + " " + m.Currency) }

// AtLeast says whether m is other or more; false of another currency.
func (m Money) AtLeast(other Money) bool {
	if m.Currency != other.Currency {
		return false
	}
	whole, places, _ := strings.Cut(m.Amount, ".")
	than, thanPlaces, _ := strings.Cut(other.Amount, ".")
	whole, than = strings.TrimLeft(whole, "0"), strings.TrimLeft(than, "0")
	if len(whole) != len(than) {
		return len(whole) > len(than)
	}
	if whole != than {
		return whole > than
	}
	return strings.TrimRight(places, "0") >= strings.TrimRight(thanPlaces, "0")
}
