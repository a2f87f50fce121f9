package labels

import (
	"strings"
	"unicode/utf8"
)

// lines sets the label's text into a box: the tag as large as its width allows,
// then the name, then who paid, each as far as there is room.
func (l Label) lines(x, y, w, h float64, centred bool) []Line {
	tag := min(largestTag, w/bold().width(l.Tag), h/lineHeight)
	if tag < smallestTag-1e-9 {
		return nil
	}
	lines := []Line{{Text: l.Tag, Bold: true, Size: tag}}
	small := max(1.7, min(tag*0.72, 3.2))
	rows := int((h - tag*lineHeight) / (small * lineHeight))
	payers := l.payers(w / small)
	payers = payers[:max(0, min(len(payers), rows-1))] // the name comes first
	for _, text := range wrap(l.Name, regular(), w/small, min(mostNameRows, rows-len(payers))) {
		lines = append(lines, Line{Text: text, Size: small})
	}
	for _, text := range payers {
		lines = append(lines, Line{Text: shorten(text, regular(), w/small), Size: small})
	}
	height := 0.0
	for _, line := range lines {
		height += line.Size * lineHeight
	}
	at := y + max(0, (h-height)/2)
	if centred {
		at = y
	}
	for i := range lines {
		line := &lines[i]
		at += line.Size * lineHeight
		line.X, line.Y = x, at-line.Size*0.28 // the baseline is above the line's foot
		if centred {
			line.X = x + (w-face(line.Bold).width(line.Text)*line.Size)/2
		}
	}
	return lines
}

// wrap breaks a text between words into at most rows lines of a width in sizes;
// what is left over is cut with an ellipsis.
func wrap(text string, t *typeface, width float64, rows int) []string {
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
func shorten(text string, t *typeface, width float64) string {
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
