package layout

import (
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/words"
)

// Plain writes a cell for machines: days and instants in ISO form, numbers without
// groups.
func Plain(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return v
	case models.Day:
		return string(v)
	case models.Time:
		if v.IsZero() {
			return ""
		}
		return v.String()
	case int64:
		return strconv.FormatInt(v, 10)
	case models.Quantity:
		return v.String()
	case Decimal:
		return string(v)
	}
	panic("layout: a cell is of none of the types of columns")
}

// Readable writes a cell for people: days with the month's name, numbers in groups
// of three.
func Readable(cell any, t Type, zone *time.Location, in *words.Printer) string {
	switch v := cell.(type) {
	case models.Day:
		return in.ShortDate(v)
	case models.Time:
		if v.IsZero() {
			return ""
		}
		if zone == nil {
			zone = time.UTC
		}
		return in.ShortWhen(v.In(zone))
	}
	text := Plain(cell)
	if t.Numeric() {
		text = in.Turned(grouped(text))
		if t == Percent && text != "" {
			text += " %"
		}
	}
	return text
}

// grouped puts a comma after every three digits before the point.
func grouped(number string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		sign, number = "\u2212", rest
	}
	whole, places, pointed := strings.Cut(number, ".")
	var out strings.Builder
	out.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	if pointed {
		out.WriteString("." + places)
	}
	return out.String()
}
