package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
)

// DayOrder is how a column of days written with numbers alone is read.
type DayOrder string

// The orders of a day's parts. ISO 8601 and months in letters are read in any.
const (
	DayFirst   DayOrder = "day/month/year"
	MonthFirst DayOrder = "month/day/year"
)

var numericDay = regexp.MustCompile(`^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})$`)

// OrderOfDays returns the order in which a column's days are written: day first,
// as most of the world writes them, unless the column shows a month first and
// nowhere a day.
func OrderOfDays(cells []string) DayOrder {
	monthFirst := false
	for _, cell := range cells {
		parts := numericDay.FindStringSubmatch(withoutTime(cell))
		if parts == nil {
			continue
		}
		first, _ := strconv.Atoi(parts[1])
		second, _ := strconv.Atoi(parts[2])
		if first > 12 {
			return DayFirst
		}
		if second > 12 {
			monthFirst = true
		}
	}
	if monthFirst {
		return MonthFirst
	}
	return DayFirst
}

var lettered = []string{"2-Jan-2006", "2-January-2006", "Jan-2-2006", "January-2-2006", "2-Jan-06", "2006-1-2"}

// ParseDay reads a day as ISO 8601, in numbers in the column's order, or with the
// month in letters. Two digits of a year are 1970 to 2069.
func ParseDay(cell string, order DayOrder) (models.Day, error) {
	text := withoutTime(cell)
	if text == "" {
		return "", nil
	}
	if parts := numericDay.FindStringSubmatch(text); parts != nil {
		day, month, year := parts[1], parts[2], parts[3]
		if order == MonthFirst {
			day, month = month, day
		}
		if len(year) == 2 {
			century := "20"
			if year >= "70" {
				century = "19"
			}
			year = century + year
		}
		t, err := time.Parse("2006-1-2", year+"-"+strings.TrimLeft(month, "0")+"-"+strings.TrimLeft(day, "0"))
		if err == nil {
			return checked(cell, models.DayOf(t))
		}
		return "", fmt.Errorf("%q is not a day when read as %s", cell, order)
	}
	dashed := strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" -/.,", r) }), "-")
	for _, form := range lettered {
		if t, err := time.Parse(form, dashed); err == nil {
			return checked(cell, models.DayOf(t))
		}
	}
	return "", fmt.Errorf("%q is not a day; write it like 2026-03-31, 31/03/2026 or 31-Mar-2026", cell)
}

func checked(cell string, d models.Day) (models.Day, error) {
	if !d.Valid() {
		return "", fmt.Errorf("%q is outside the years 1900 to 2199", cell)
	}
	return d, nil
}

var clock = regexp.MustCompile(`[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?$`)

func withoutTime(cell string) string {
	return strings.TrimSpace(clock.ReplaceAllString(strings.TrimSpace(cell), ""))
}

var currencySigns = map[string]string{
	"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₨": "PKR", "RS": "PKR", "RS.": "PKR", "PKRS": "PKR", "₹": "INR", "A$": "AUD", "C$": "CAD",
}

var amountForm = regexp.MustCompile(`^([^\d\s.,-]*\.?)\s*([\d.,'\s\x{00a0}]+?)\s*(?:/[-=])?\s*([^\d\s.,/=-]*)$`)

// ParseAmount reads an amount with its thousands marked or not, a point or comma
// before the decimals, and a currency before or behind it, if any.
func ParseAmount(cell string) (amount, currency string, err error) {
	unreadable := fmt.Errorf("%q is not an amount; write it like 1250.00", cell)
	parts := amountForm.FindStringSubmatch(strings.TrimSpace(cell))
	if parts == nil {
		return "", "", unreadable
	}
	sign := strings.ToUpper(parts[1] + parts[3])
	if known, ok := currencySigns[sign]; ok {
		sign = known
	}
	digits := strings.Map(func(r rune) rune {
		if r == '\'' || r == ' ' || r == '\u00a0' {
			return -1
		}
		return r
	}, parts[2])
	amount, ok := plainNumber(digits)
	if !ok || !models.ValidAmount(amount) {
		return "", "", unreadable
	}
	if sign != "" && !currencyForm.MatchString(sign) {
		return "", "", fmt.Errorf("%q names no currency such as USD or PKR", cell)
	}
	return amount, sign, nil
}

var (
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	grouped      = map[byte]*regexp.Regexp{
		',': regexp.MustCompile(`^\d{1,3}(,\d{2,3})*,\d{3}$`), // lakh and crore too: 12,34,567
		'.': regexp.MustCompile(`^\d{1,3}(\.\d{3})+$`),
	}
)

// plainNumber takes the marks of thousands out of a number. A single mark that
// could be either is one of thousands when it is a comma and of decimals when it
// is a point.
func plainNumber(digits string) (string, bool) {
	last := strings.LastIndexAny(digits, ".,")
	if last < 0 {
		return digits, true
	}
	mark := digits[last]
	whole, decimals := digits[:last], digits[last+1:]
	other := byte(',')
	if mark == ',' {
		other = '.'
	}
	switch {
	case strings.IndexByte(whole, other) >= 0: // both marks: the last is that of decimals
		if strings.IndexByte(whole, mark) >= 0 || !grouped[other].MatchString(whole) {
			return "", false
		}
		return strings.ReplaceAll(whole, string(other), "") + "." + decimals, decimals != ""
	case strings.IndexByte(whole, mark) >= 0, mark == ',' && len(decimals) == 3:
		return strings.ReplaceAll(digits, string(mark), ""), grouped[mark].MatchString(digits)
	}
	return whole + "." + decimals, whole != "" && decimals != ""
}
