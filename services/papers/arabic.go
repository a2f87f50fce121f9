package papers

import (
	"slices"
	"strings"

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

// visual puts one line in the order in which it is drawn from the left. It does
// what names and descriptions need of the bidirectional algorithm (UAX 9): letters,
// numbers and what stands between them, without embeddings.
func visual(line string) string {
	const none = -1
	letters := []rune(line)
	levels := make([]int, len(letters))
	base, strong := none, none
	for i, r := range letters {
		levels[i] = none
		switch class(r) {
		case bidi.L:
			levels[i], strong = 0, 0
		case bidi.R, bidi.AL:
			levels[i], strong = 1, 1
		case bidi.AN:
			levels[i] = 2
		case bidi.EN:
			if levels[i] = 0; strong == 1 {
				levels[i] = 2
			}
		case bidi.ES, bidi.CS: // as in 1.5 and 12/2026
			if i > 0 && levels[i-1] == 2 && i+1 < len(letters) && number(letters[i+1]) {
				levels[i] = 2
			}
		case bidi.NSM:
			if i > 0 {
				levels[i] = levels[i-1]
			}
		}
		if base == none {
			base = strong
		}
	}
	if !slices.Contains(levels, 1) && !slices.Contains(levels, 2) {
		return line
	}
	direction := func(level int) int { return min(level, 1) } // a number among letters from the right goes with them
	for i := 0; i < len(levels); i++ {
		if levels[i] != none {
			continue
		}
		end := i
		for end < len(levels) && levels[end] == none {
			end++
		}
		before, after := base, base
		if i > 0 {
			before = direction(levels[i-1])
		}
		if end < len(levels) {
			after = direction(levels[end])
		}
		for ; i < end; i++ {
			levels[i] = base
			if before == after {
				levels[i] = before
			}
		}
	}
	for i, level := range levels {
		if base == 1 && level == 0 {
			levels[i] = 2
		}
		if levels[i] == 1 {
			letters[i] = mirrored(letters[i])
		}
	}
	for level := 2; level > 0; level-- {
		for i := 0; i < len(levels); i++ {
			from := i
			for i < len(levels) && levels[i] >= level {
				i++
			}
			slices.Reverse(letters[from:i])
			slices.Reverse(levels[from:i])
		}
	}
	return string(letters)
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
