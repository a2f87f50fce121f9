package papers

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// A PDF shows the letters that it is given, in the order that it is given. Urdu and
// its relatives join their letters and run from the right, so both are done here:
// with the presentation forms of Unicode, which has them for Arabic, Persian and
// Urdu; other letters, such as some of Pashto, stand unjoined.

// forms holds each letter's isolated form and how many forms follow in a row:
// isolated and final, and of 4 also initial and medial.
var forms = map[rune]struct {
	isolated rune
	count    int
}{
	'ء': {0xfe80, 1}, 'آ': {0xfe81, 2}, 'أ': {0xfe83, 2}, 'ؤ': {0xfe85, 2}, 'إ': {0xfe87, 2}, 'ئ': {0xfe89, 4}, 'ا': {0xfe8d, 2},
	'ب': {0xfe8f, 4}, 'ة': {0xfe93, 2}, 'ت': {0xfe95, 4}, 'ث': {0xfe99, 4}, 'ج': {0xfe9d, 4}, 'ح': {0xfea1, 4}, 'خ': {0xfea5, 4},
	'د': {0xfea9, 2}, 'ذ': {0xfeab, 2}, 'ر': {0xfead, 2}, 'ز': {0xfeaf, 2}, 'س': {0xfeb1, 4}, 'ش': {0xfeb5, 4}, 'ص': {0xfeb9, 4},
	'ض': {0xfebd, 4}, 'ط': {0xfec1, 4}, 'ظ': {0xfec5, 4}, 'ع': {0xfec9, 4}, 'غ': {0xfecd, 4}, 'ف': {0xfed1, 4}, 'ق': {0xfed5, 4},
	'ك': {0xfed9, 4}, 'ل': {0xfedd, 4}, 'م': {0xfee1, 4}, 'ن': {0xfee5, 4}, 'ه': {0xfee9, 4}, 'و': {0xfeed, 2}, 'ى': {0xfeef, 2},
	'ي': {0xfef1, 4}, 'پ': {0xfb56, 4}, 'ٹ': {0xfb66, 4}, 'چ': {0xfb7a, 4}, 'ڈ': {0xfb88, 2}, 'ژ': {0xfb8a, 2}, 'ڑ': {0xfb8c, 2},
	'ک': {0xfb8e, 4}, 'گ': {0xfb92, 4}, 'ں': {0xfb9e, 2}, 'ھ': {0xfbaa, 4}, 'ی': {0xfbfc, 4},
	'ہ': {0xfba6, 4}, 'ے': {0xfbae, 2}, 'ۓ': {0xfbb0, 2}, 'ۀ': {0xfba4, 2}, 'ۂ': {0xfba4, 2},
	'ۃ': {0xfe93, 2}, // Unicode has no forms of its own for it; those of te marbuta look alike
}

// ligatures are what lam becomes with each alef, isolated; the final form follows.
var ligatures = map[rune]rune{'آ': 0xfef5, 'أ': 0xfef7, 'إ': 0xfef9, 'ا': 0xfefb}

// joined replaces letters by the form that their neighbours ask for.
func joined(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { _, ok := forms[r]; return ok }) {
		return text
	}
	letters := []rune(text)
	mark := func(r rune) bool { return bidi.NSM == class(r) }
	next := func(i int) rune { // the letter after i, beyond its marks
		for _, r := range letters[i+1:] {
			if !mark(r) {
				return r
			}
		}
		return 0
	}
	var out []rune
	fromBefore := false // the letter before reaches over to this one
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		f, known := forms[r]
		if mark(r) {
			out = append(out, r)
			continue
		}
		if !known {
			fromBefore = false
			out = append(out, r)
			continue
		}
		form := f.isolated
		if r == 'ل' && i+1 < len(letters) && ligatures[letters[i+1]] != 0 {
			form = ligatures[letters[i+1]]
			i++
			if fromBefore {
				form++
			}
			fromBefore = false
			out = append(out, form)
			continue
		}
		onward := f.count == 4 && forms[next(i)].count > 1
		switch {
		case fromBefore && onward:
			form += 3
		case onward:
			form += 2
		case fromBefore && f.count > 1:
			form++
		}
		fromBefore = onward
		out = append(out, form)
	}
	return string(out)
}

func class(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// isolates set a value apart from the direction of its sentence (UAX 9, 2.4.2).
const isolate, isolated = '\u2068', '\u2069'

// bare is a text without what nobody sees of it.
func bare(text string) string {
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
			all = append(all, cell{r: '\ufffc', inside: visual(inside, none)})
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

const none = -1

// visual puts one line in the order in which it is drawn from the left. base is the
// direction of the paper, 0 from the left and 1 from the right, or none where the first
// letter decides; a line without letters from the right runs from the left in any. It does what names, descriptions and the sentences of the catalogues
// need of the bidirectional algorithm (UAX 9): letters, numbers, what stands between
// them, and isolates, without embeddings.
func visual(line string, base int) string {
	all := cells(line)
	strong, right := none, false
	first := none
	for i := range all {
		c := &all[i]
		c.level = none
		right = right || c.inside != "" && strings.ContainsFunc(c.inside, fromRight)
		switch class(c.r) {
		case bidi.L:
			c.level, strong = 0, 0
		case bidi.R, bidi.AL:
			c.level, strong, right = 1, 1, true
		case bidi.AN:
			c.level, right = 2, true
		case bidi.EN:
			if c.level = 0; strong == 1 || strong == none && base == 1 {
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
		if first == none {
			first = strong
		}
	}
	if base == none {
		base = first
	}
	if !right {
		return ordered(all)
	}
	direction := func(level int) int { return min(level, 1) } // a number among letters from the right goes with them
	for i := 0; i < len(all); i++ {
		if all[i].level != none {
			continue
		}
		end := i
		for end < len(all) && all[end].level == none {
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

func fromRight(r rune) bool { k := class(r); return k == bidi.R || k == bidi.AL }

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
