// Package charts draws small charts on the server as SVG: nothing to run in a
// browser, the same by day and by night, and each with a table that says the same to
// whoever does not see it.
package charts

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// Tone is what a value means, and so which colour of the page's it has.
type Tone string

// The tones.
const (
	Fine  Tone = "fine"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
	Plain Tone = "plain"
)

// Value is one value of a chart.
type Value struct {
	Label string // short, below its column
	Says  string // what the label is short for, in the table; "" is the label itself
	Count int64
	Tone  Tone
	Link  string // the list of what is counted
}

// Chart is a title and values.
type Chart struct {
	Title  string
	Of     string // what is counted, the heading of the table: "Items"
	Values []Value
}

// Full says what a value's label is short for.
func (v Value) Full() string {
	if v.Says != "" {
		return v.Says
	}
	return v.Label
}

// Text is the count with its thousands apart.
func (v Value) Text() string { return Grouped(v.Count) }

// Grouped writes a number with its thousands apart.
func Grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// Total is the sum of all values.
func (c Chart) Total() int64 {
	var sum int64
	for _, v := range c.Values {
		sum += v.Count
	}
	return sum
}

// Empty says whether there is nothing to draw.
func (c Chart) Empty() bool { return c.Total() == 0 }

// The drawing, in its own units: a phone shows one of them as about one pixel.
const (
	width    = 320.0
	height   = 150.0
	foot     = 22.0 // for the labels
	head     = 18.0 // for the counts
	most     = 44.0 // a column is no wider
	rounding = 3.0
)

// Columns draws a column for each value, with its count above and its label below.
// Only one that is zero has no height; no other is lower than a line.
func (c Chart) Columns() template.HTML {
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg class="chart" viewBox="0 0 %g %g" aria-hidden="true">`, width, height)
	largest := int64(1)
	for _, v := range c.Values {
		largest = max(largest, v.Count)
	}
	floor := height - foot
	slot := width / float64(max(len(c.Values), 1))
	wide := min(slot*0.72, most)
	for i, v := range c.Values {
		middle := slot * (float64(i) + 0.5)
		tall := float64(v.Count) / float64(largest) * (floor - head)
		if v.Count > 0 {
			tall = max(tall, 2)
			r := min(rounding, tall)
			fmt.Fprintf(&svg, `<path class="%s" d="M%.1f %.1fv-%.1fq0-%.1f %.1f-%.1fh%.1fq%.1f 0 %.1f %.1fv%.1fz"/>`, v.Tone,
				middle-wide/2, floor, tall-r, r, r, r, wide-2*r, r, r, r, tall-r)
		}
		class := "count"
		if v.Count == 0 {
			class = "none"
		}
		fmt.Fprintf(&svg, `<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, middle, floor-tall-5, short(v.Count))
		fmt.Fprintf(&svg, `<text x="%.1f" y="%.1f">%s</text>`, middle, height-6, template.HTMLEscapeString(v.Label))
	}
	fmt.Fprintf(&svg, `<path class="floor" d="M0 %gh%g"/></svg>`, floor, width)
	return template.HTML(svg.String()) // #nosec G203 -- numbers, and labels that are escaped
}

// short writes a count in the width of a column: 950, 1.2k, 48k, 1.2M.
func short(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10)
	case n < 10_000:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n/100)/10), ".0") + "k"
	case n < 1_000_000:
		return strconv.FormatInt(n/1000, 10) + "k"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n/100_000)/10), ".0") + "M"
}

// Band draws the values as parts of one whole, side by side. Each that is not zero
// is at least wide enough to be seen.
func (c Chart) Band() template.HTML {
	const tall, least, gap = 28.0, 3.0, 1.5
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg class="chart band" viewBox="0 0 %g %g" preserveAspectRatio="none" aria-hidden="true">`, width, tall)
	total := float64(max(c.Total(), 1))
	var parts []float64
	over := 0.0 // what the smallest were widened by, which the others give
	for _, v := range c.Values {
		part := float64(v.Count) / total * width
		if v.Count > 0 && part < least {
			over += least - part
			part = least
		}
		parts = append(parts, part)
	}
	x := 0.0
	for i, v := range c.Values {
		if v.Count == 0 {
			continue
		}
		part := parts[i]
		if part > least {
			part *= (width - over) / width
		}
		fmt.Fprintf(&svg, `<rect class="%s p%d" x="%.2f" width="%.2f" height="%g"/>`, v.Tone, i, x, max(part-gap, 1), tall)
		x += part
	}
	svg.WriteString(`</svg>`)
	return template.HTML(svg.String()) // #nosec G203 -- numbers alone
}

// Share is a value's part of the whole in words: "12 %", or "under 1 %".
func (c Chart) Share(v Value) string {
	total := c.Total()
	switch {
	case total == 0 || v.Count == 0:
		return "0 %"
	case v.Count*100 < total:
		return "under 1 %"
	}
	return fmt.Sprintf("%d %%", (v.Count*100+total/2)/total)
}
