package letters

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Letters are joined with the presentation forms of Unicode, which has them for Arabic,
// Persian and Urdu; other letters, such as some of Pashto, stand unjoined.

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

// Joined replaces letters by the form that their neighbours ask for.
func Joined(text string) string {
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

// Origins are the letters that each joined form stands for.
func Origins() map[rune]string {
	of := map[rune]string{}
	for _, letter := range slices.Sorted(maps.Keys(forms)) {
		for i := range forms[letter].count {
			if _, taken := of[forms[letter].isolated+rune(i)]; !taken {
				of[forms[letter].isolated+rune(i)] = string(letter)
			}
		}
	}
	for alef, form := range ligatures {
		of[form], of[form+1] = "ل"+string(alef), "ل"+string(alef)
	}
	return of
}
