package letters

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

func class(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// isolates set a value apart from the direction of its sentence (UAX 9, 2.4.2).
const isolate, isolated = '\u2068', '\u2069'

// Bare is a text without what nobody sees of it.
func Bare(text string) string {
	if !strings.ContainsRune(text, isolate) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r == isolate || r == isolated {
			return -1
		}
		return r
	}, text)
}

// cell is a letter while its line is put in order, or all that an isolate holds.
type cell struct {
	r      rune
	inside string // in its own order
	level  int
}

// cells parts a line into letters and isolates; one that is not closed runs to the end
// of the line.
func cells(line string) []cell {
	var all []cell
	for line != "" {
		r, size := utf8.DecodeRuneInString(line)
		line = line[size:]
		switch r {
		case isolated:
		case isolate:
			inside := within(line)
			all = append(all, cell{r: '\ufffc', inside: Visual(inside, None)})
			line = strings.TrimPrefix(line[len(inside):], string(isolated))
		default:
			all = append(all, cell{r: r})
		}
	}
	return all
}

// within is what stands before the end of an isolate that has begun, others in it.
func within(line string) string {
	depth := 1
	for i, r := range line {
		switch r {
		case isolate:
			depth++
		case isolated:
			if depth--; depth == 0 {
				return line[:i]
			}
		}
	}
	return line
}

// None is the direction of a line where its first letter decides.
const None = -1

// Visual puts one line in the order in which it is drawn from the left. base is the
// direction of the paper, 0 from the left and 1 from the right, or None where the first
// letter decides; a line without letters from the right runs from the left in any. It does what names, descriptions and the sentences of the catalogues
// need of the bidirectional algorithm (UAX 9): letters, numbers, what stands between
// them, and isolates, without embeddings.
func Visual(line string, base int) string {
	all := cells(line)
	strong, right := None, false
	first := None
	for i := range all {
		c := &all[i]
		c.level = None
		right = right || c.inside != "" && strings.ContainsFunc(c.inside, FromRight)
		switch class(c.r) {
		case bidi.L:
			c.level, strong = 0, 0
		case bidi.R, bidi.AL:
			c.level, strong, right = 1, 1, true
		case bidi.AN:
			c.level, right = 2, true
		case bidi.EN:
			if c.level = 0; strong == 1 || strong == None && base == 1 {
				c.level = 2
			}
		case bidi.ES, bidi.CS: // as in 1.5 and 12/2026
			if i > 0 && all[i-1].level == 2 && i+1 < len(all) && number(all[i+1].r) {
				c.level = 2
			}
		case bidi.NSM:
			if i > 0 {
				c.level = all[i-1].level
			}
		}
		if first == None {
			first = strong
		}
	}
	if base == None {
		base = first
	}
	if !right {
		return ordered(all)
	}
	direction := func(level int) int { return min(level, 1) } // a number among letters from the right goes with them
	for i := 0; i < len(all); i++ {
		if all[i].level != None {
			continue
		}
		end := i
		for end < len(all) && all[end].level == None {
			end++
		}
		before, after := base, base
		if i > 0 {
			before = direction(all[i-1].level)
		}
		if end < len(all) {
			after = direction(all[end].level)
		}
		for ; i < end; i++ {
			all[i].level = base
			if before == after {
				all[i].level = before
			}
		}
	}
	for i := range all {
		c := &all[i]
		if base == 1 && c.level == 0 {
			c.level = 2
		}
		if c.level == 1 {
			c.r = mirrored(c.r)
		}
	}
	for level := 2; level > 0; level-- {
		for i := 0; i < len(all); i++ {
			from := i
			for i < len(all) && all[i].level >= level {
				i++
			}
			slices.Reverse(all[from:i])
		}
	}
	return ordered(all)
}

// FromRight says whether a letter is of a script that runs from the right.
func FromRight(r rune) bool { k := class(r); return k == bidi.R || k == bidi.AL }

func ordered(all []cell) string {
	var out strings.Builder
	for _, c := range all {
		if c.r == '\ufffc' {
			out.WriteString(c.inside)
			continue
		}
		out.WriteRune(c.r)
	}
	return out.String()
}

func number(r rune) bool { return class(r) == bidi.EN || class(r) == bidi.AN }

func mirrored(r rune) rune {
	const pairs = "()[]{}<>«»"
	all := []rune(pairs)
	if i := slices.Index(all, r); i >= 0 {
		return all[i^1]
	}
	return r
}

// First is the first letter of a text, by which a line runs.
func First(text string) string {
	at := strings.IndexFunc(text, unicode.IsLetter)
	if at < 0 {
		return ""
	}
	_, size := utf8.DecodeRuneInString(text[at:])
	return text[at : at+size]
}

// RunsFromRight says whether a line by its first letter runs from the right.
func RunsFromRight(text string) bool { return strings.ContainsFunc(First(text), FromRight) }
