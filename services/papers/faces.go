package papers

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
	naskh []byte
	//go:embed fonts/NotoNaskhArabic-Bold.ttf
	naskhBold []byte
)

// naskhSize makes letters of Naskh as large as those of DejaVu look.
const naskhSize = 1.15

// arabic says whether Naskh has the rune: a letter or digit, a mark on one, or punctuation.
func arabic(r rune) bool {
	return unicode.Is(unicode.Arabic, r) || r >= 0x64b && r <= 0x655 || r == 0x670 || r == '،' || r == '؛' || r == '؟'
}

// use sets what follows in a style.
func (p *paper) use(s style) {
	p.style = s
	p.face("paper", 1)
	p.pdf.SetTextColor(s.colour.r, s.colour.g, s.colour.b)
}

// face takes a family of fonts for the style in use.
func (p *paper) face(family string, larger float64) {
	weight := ""
	if p.style.bold {
		weight = "B"
	}
	p.pdf.SetFont(family, weight, p.style.size*larger)
}

// runs calls do with the pieces of a text that are of one font each, while that font
// is in use.
func (p *paper) runs(text string, do func(string)) {
	if !strings.ContainsFunc(text, arabic) {
		do(text)
		return
	}
	if !p.naskh { // only papers that need it carry it
		p.naskh = true
		p.pdf.AddUTF8FontFromBytes("naskh", "", naskh)
		p.pdf.AddUTF8FontFromBytes("naskh", "B", naskhBold)
	}
	for run, is := range byScript(text) {
		if is {
			p.face("naskh", naskhSize)
		} else {
			p.face("paper", 1)
		}
		do(run)
	}
	p.face("paper", 1)
}

// byScript parts a text into pieces of Arabic letters, and of others.
func byScript(text string) iter.Seq2[string, bool] {
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

// measure is the width of a text in the style that is in use.
func (p *paper) measure(text string) float64 {
	width := 0.0
	p.runs(joined(bare(text)), func(run string) { width += p.pdf.GetStringWidth(run) })
	return width
}
