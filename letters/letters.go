// Package letters sets lines of any script where nothing else does, on papers and on
// labels: which font has a letter, how letters join, and in which order a line is drawn
// from the left.
package letters

import (
	_ "embed" // the fonts
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The fonts of Arabic letters: DejaVu, which everything else is set in, lacks several
// of Urdu. Noto Naskh Arabic is under the SIL Open Font License, see fonts/OFL.txt.
var (
	//go:embed fonts/NotoNaskhArabic-Regular.ttf
	Naskh []byte
	//go:embed fonts/NotoNaskhArabic-Bold.ttf
	NaskhBold []byte
)

// NaskhSize makes letters of Naskh as large as those of DejaVu look.
const NaskhSize = 1.15

// Drawn is a line as it is drawn from the left: its letters joined and in order. base is
// as of Visual.
func Drawn(line string, base int) string { return Visual(Joined(line), base) }

// arabic says whether Naskh has the rune: a letter or digit, a mark on one, or punctuation.
func arabic(r rune) bool {
	return unicode.Is(unicode.Arabic, r) || r >= 0x64b && r <= 0x655 || r == 0x670 || r == '،' || r == '؛' || r == '؟'
}

// Arabic says whether a text has letters of Naskh.
func Arabic(text string) bool { return strings.ContainsFunc(text, arabic) }

// ByScript parts a text into pieces of Arabic letters, and of others.
func ByScript(text string) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		for text != "" {
			first, _ := utf8.DecodeRuneInString(text)
			is := arabic(first)
			end := strings.IndexFunc(text, func(r rune) bool { return arabic(r) != is })
			if end < 0 {
				end = len(text)
			}
			if !yield(text[:end], is) {
				return
			}
			text = text[end:]
		}
	}
}
