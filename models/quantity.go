package models

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Quantity is how much of something there is, in thousandths of its unit of
// measure, so that litres and kilograms add up exactly. In JSON it is a decimal
// number with at most three places.
type Quantity int64

// One is a whole unit of measure.
const One Quantity = 1000

// LargestQuantity is the most of anything that one line or lot may hold: a
// thousand million units of measure.
const LargestQuantity = 1_000_000_000 * One

// ParseQuantity reads a plain decimal such as "12" or "-0.25".
func ParseQuantity(text string) (Quantity, error) {
	text = strings.TrimSpace(text)
	digits, negative := strings.CutPrefix(text, "-")
	whole, places, _ := strings.Cut(digits, ".")
	unreadable := Refuse(Invalid, "quantity", "%q is not a quantity; write it like 12 or 0.25, with at most three places", text)
	if whole == "" || len(places) > 3 || strings.HasSuffix(digits, ".") {
		return 0, unreadable
	}
	n, err := strconv.ParseUint(whole+places+strings.Repeat("0", 3-len(places)), 10, 63)
	if err != nil {
		return 0, unreadable.Because(err)
	}
	if Quantity(n) > LargestQuantity {
		return 0, Refuse(Invalid, "quantity", "is more than %s", LargestQuantity)
	}
	if negative {
		return -Quantity(n), nil
	}
	return Quantity(n), nil
}

// Whole says whether q is a whole number of units.
func (q Quantity) Whole() bool { return q%One == 0 }

func (q Quantity) String() string {
	if q == math.MinInt64 {
		return strconv.FormatInt(int64(q), 10) + "e-3" // no quantity that was ever read
	}
	sign := ""
	if q < 0 {
		sign, q = "-", -q
	}
	text := fmt.Sprintf("%s%d.%03d", sign, q/One, q%One)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// MarshalJSON writes a decimal number.
func (q Quantity) MarshalJSON() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalJSON reads a decimal number, or the same as text.
func (q *Quantity) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	if text == "null" {
		return nil
	}
	parsed, err := ParseQuantity(text)
	if err != nil {
		return err
	}
	*q = parsed
	return nil
}
