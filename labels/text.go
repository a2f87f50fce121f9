package labels

import (
	"strings"
	"unicode/utf8"

	"quartermaster/letters"
)

// lines sets the label's text into a box: the tag as large as its width allows,
// then the name, then who paid, each as far as there is room.
func (l Label) lines(x, y, w, h float64, centred bool) []Line {
	tag := min(largestTag, w/bold().width(l.Tag), h/lineHeight)
	if tag < smallestTag-1e-9 {
		return nil
	}
	lines := []Line{{Text: l.Tag, Bold: true, Right: l.Right, Size: tag}}
	small := max(1.7, min(tag*0.72, 3.2))
	add := func(text string) {
		lines = append(lines, Line{Text: text, Right: l.Right || letters.RunsFromRight(text), Size: small})
	}
	rows := int((h - tag*lineHeight) / Line{Text: strings.Join(l.First, "") + l.Name + l.Kind + l.Mark, Size: small}.height())
	for _, text := range l.First[:max(0, min(len(l.First), rows))] {
		add(shorten(text, regular(), w/small))
		rows--
	}
	below := l.payers(w / small)
	if l.Kind != "" {
		below = append([]string{l.Kind}, below...)
	}
	below = below[:max(0, min(len(below), rows-1))] // the name comes first
	for _, text := range wrap(l.Name, regular(), w/small, min(mostNameRows, rows-len(below))) {
		add(text)
	}
	for _, text := range below {
		add(shorten(text, regular(), w/small))
	}
	height := 0.0
	for _, line := range lines {
		height += line.height()
	}
	at := y + max(0, (h-height)/2)
	if centred {
		at = y
	}
	for i := range lines {
		line := &lines[i]
		at += line.height()
		line.X, line.Y = x, at-(line.height()-line.Size*0.9) // the baseline is above the line's foot
		switch {
		case centred:
			line.X = x + (w-line.width())/2
		case line.Right:
			line.X = x + w - line.width()
		}
	}
	return lines
}

// wrap breaks a text between words into at most rows lines of a width in sizes;
// what is left over is cut with an ellipsis.
func wrap(text string, t *style, width float64, rows int) []string {
	var lines []string
	words := strings.Fields(text)
	for len(words) > 0 && len(lines) < rows {
		line := words[0]
		words = words[1:]
		if len(lines) == rows-1 {
			line = strings.Join(append([]string{line}, words...), " ")
			words = nil
		}
		for len(words) > 0 && t.width(line+" "+words[0]) <= width {
			line += " " + words[0]
			words = words[1:]
		}
		lines = append(lines, shorten(line, t, width))
	}
	return lines
}

// shorten cuts a text to a width in sizes.
func shorten(text string, t *style, width float64) string {
	if t.width(text) <= width {
		return text
	}
	for len(text) > 0 {
		_, last := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-last]
		if cut := strings.TrimRight(text, " ,.-") + "…"; t.width(cut) <= width {
			return cut
		}
	}
	return ""
}
