package layout

import (
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
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
func Readable(cell any, t Type, zone *time.Location) string {
	switch v := cell.(type) {
	case models.Day:
		day, err := time.Parse(time.DateOnly, string(v))
		if err != nil {
			return string(v)
		}
		return day.Format("2 Jan 2006")
	case models.Time:
		if v.IsZero() {
			return ""
		}
		if zone == nil {
			zone = time.UTC
		}
		return v.In(zone).Format("2 Jan 2006 15:04")
	}
	text := Plain(cell)
	if t.Numeric() {
		text = grouped(text)
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
