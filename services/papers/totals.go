package papers

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"quartermaster/models"
)

// totals says how many lines there are and what they are worth.
func (v Voucher) totals(p *paper) []words {
	accepted, refused, without := 0, 0, 0
	for _, l := range v.Lines {
		switch {
		case l.Receipt == nil:
		case l.Receipt.Accepted:
			accepted++
		default:
			refused++
		}
		if l.Cost == nil {
			without++
		}
	}
	count := lines(len(v.Lines))
	if accepted+refused > 0 {
		count = models.Say("%v: %v accepted, %v refused", count, accepted, refused)
	}
	if v.Hidden > 0 {
		count = models.Say("%v, and %v that other donors paid for", count, lines(v.Hidden))
	}
	texts := []words{{p.voice.Tell(count), strong}}
	all := worth(v.Lines, func(*models.Line) bool { return true })
	if all != "" {
		value := models.Say("Value: %v", all)
		if without > 0 {
			value = models.Say("Value: %v (%v without a cost)", all, lines(without))
		}
		texts = append(texts, words{p.voice.Tell(value), strong})
	}
	if refused > 0 {
		if value := worth(v.Lines, func(l *models.Line) bool { return l.Receipt != nil && l.Receipt.Accepted }); value != "" && value != all {
			texts = append(texts, words{p.t("Value accepted: %v", value), strong})
		}
	}
	return texts
}

func lines(n int) models.Text { return models.Count("%v line", "%v lines", n) }

// places is how many decimals a cost times a quantity has: four of an amount of
// money and three of a quantity.
const places = 7

// worth adds up exactly what the chosen lines cost, by currency.
func worth(all []models.Line, chosen func(*models.Line) bool) string {
	sums := map[string]*big.Int{}
	for i := range all {
		l := &all[i]
		if l.Cost == nil || !chosen(l) || !models.ValidAmount(l.Cost.Amount) {
			continue
		}
		if sums[l.Cost.Currency] == nil {
			sums[l.Cost.Currency] = new(big.Int)
		}
		whole, part, _ := strings.Cut(l.Cost.Amount, ".")
		one, _ := new(big.Int).SetString(whole+part+strings.Repeat("0", 4-len(part)), 10)
		sums[l.Cost.Currency].Add(sums[l.Cost.Currency], one.Mul(one, big.NewInt(int64(l.Quantity))))
	}
	var texts []string
	for currency, sum := range sums {
		texts = append(texts, point(sum)+" "+currency)
	}
	slices.SortFunc(texts, func(a, b string) int {
		return strings.Compare(a[strings.LastIndexByte(a, ' '):], b[strings.LastIndexByte(b, ' '):])
	})
	return strings.Join(texts, " · ")
}

// point writes a sum with its decimals: two, or as many more as it has.
func point(sum *big.Int) string {
	sign := ""
	if sum.Sign() < 0 {
		sign = "-"
	}
	digits := fmt.Sprintf("%0*s", places+1, new(big.Int).Abs(sum))
	whole, part := digits[:len(digits)-places], digits[len(digits)-places:]
	part = part[:2] + strings.TrimRight(part[2:], "0")
	return sign + whole + "." + part
}
