package models

import (
	"math/big"
	"regexp"
	"strings"
)

// Accounting is what donors' asset registers ask of an item besides its purchase
// (2 CFR 200.313(d), EU general conditions article 7, IPSAS 45).
type Accounting struct {
	// Share is the part of the cost that the donor or grant paid, in percent; "" is all.
	Share   string `json:"share,omitempty" validate:"omitempty,percent"`
	Invoice string `json:"invoice,omitempty" validate:"omitempty,text,max=120"`
	// Value is the cost in the reporting currency.
	Value *Valuation `json:"value,omitempty"`
	// Use is whether it serves its purpose, as last verified.
	Use           EndUse `json:"use,omitempty" validate:"omitempty,oneof=as_intended standby not_in_use otherwise"`
	UseVerifiedOn Day    `json:"use_verified_on,omitempty" validate:"day"`
	Insurance     string `json:"insurance,omitempty" validate:"omitempty,text,max=120"` // insurer and policy
	InsuredTo     Day    `json:"insured_to,omitempty" validate:"day"`
}

// EndUse is how an item is used, seen against what it was given for.
type EndUse string

// EndUses lists them in the order that pages show them.
var EndUses = []EndUse{"as_intended", "standby", "not_in_use", "otherwise"}

// Words returns the use as people say it.
func (u EndUse) Words() string {
	if u == "otherwise" {
		return "used otherwise"
	}
	return strings.ReplaceAll(string(u), "_", " ")
}

// Valuation is an amount in a reporting currency, by the rate of a day: how much of
// that currency one of the cost's was worth.
type Valuation struct {
	Amount   string `json:"amount" validate:"omitempty,amount"` // of the cost and the rate, where it is left out
	Currency string `json:"currency" validate:"required,iso4217"`
	Rate     string `json:"rate,omitempty" validate:"omitempty,rate"`
	On       Day    `json:"on,omitempty" validate:"day"`
}

func (v Valuation) String() string { return strings.TrimSpace(v.Amount + " " + v.Currency) }

var (
	percentForm = regexp.MustCompile(`^(100(\.0{1,4})?|\d{1,2}(\.\d{1,4})?)$`)
	rateForm    = regexp.MustCompile(`^\d{1,9}(\.\d{1,10})?$`)
)

// SettleValue works the value out of cost and rate where it names no amount, and
// refuses an amount that these do not come to within a hundredth of it.
func (a *Asset) SettleValue() error {
	v := a.Value
	if v == nil {
		return nil
	}
	if v.Rate == "" {
		if v.Amount == "" {
			return Refuse(Invalid, "value.amount", "is required, or the rate of the day that it is worked out by")
		}
		return nil
	}
	if a.Cost == nil {
		return Refuse(Invalid, "value.rate", "has no cost to be applied to")
	}
	cost, rate := rational(a.Cost.Amount), rational(v.Rate)
	if cost == nil || rate == nil {
		return nil // told by their own forms
	}
	worth := new(big.Rat).Mul(cost, rate)
	if v.Amount == "" {
		v.Amount = worth.FloatString(2)
		return nil
	}
	given := rational(v.Amount)
	if given == nil {
		return nil
	}
	off := new(big.Rat).Sub(given, worth)
	off.Abs(off)
	if off.Cmp(new(big.Rat).Mul(worth, big.NewRat(1, 100))) > 0 {
		return Refuse(Invalid, "value.amount", "is %s, but %s at the rate %s is %s %s", v, a.Cost, v.Rate, worth.FloatString(2), v.Currency)
	}
	return nil
}

func rational(text string) *big.Rat {
	if !rateForm.MatchString(text) && !ValidAmount(text) {
		return nil
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}
