package labels

import (
	"iter"
	"sync"

	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"quartermaster/letters"
)

// The label's letters are DejaVu Sans Condensed, which says much in little room, and
// those of Urdu and its relatives Noto Naskh Arabic.
const ptPerMM = 72 / 25.4

// typeface is one style of a font, set larger than asked for by a factor.
type typeface struct {
	name   string // in a PDF, with its style
	weight string
	ttf    []byte
	font   *sfnt.Font
	larger float64
	widths sync.Map // rune → width at a size of 1
}

// style is what a line is set in: a typeface for Arabic letters, and one for all others.
type style struct{ latin, arabic *typeface }

var regular, bold = sync.OnceValue(func() *style {
	return &style{load("label", "", dejavusanscondensed.TTF, 1), load("naskh", "", letters.Naskh, letters.NaskhSize)}
}), sync.OnceValue(func() *style {
	return &style{load("label", "B", dejavusanscondensedbold.TTF, 1), load("naskh", "B", letters.NaskhBold, letters.NaskhSize)}
})

func load(name, weight string, ttf []byte, larger float64) *typeface {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return &typeface{name: name, weight: weight, ttf: ttf, font: parsed, larger: larger}
}

func face(isBold bool) *style {
	if isBold {
		return bold()
	}
	return regular()
}

// runs are the pieces of a text that are of one typeface each.
func (s *style) runs(text string) iter.Seq2[*typeface, string] {
	return func(yield func(*typeface, string) bool) {
		for run, arabic := range letters.ByScript(text) {
			t := s.latin
			if arabic {
				t = s.arabic
			}
			if !yield(t, run) {
				return
			}
		}
	}
}

// width returns how wide a text is at a size of 1.
func (s *style) width(text string) float64 {
	total := 0.0
	for t, run := range s.runs(letters.Joined(letters.Bare(text))) {
		total += t.width(run)
	}
	return total
}

func (t *typeface) width(run string) float64 {
	total := 0.0
	for _, r := range run {
		total += t.advance(r)
	}
	return total
}

func (t *typeface) advance(r rune) float64 {
	if w, ok := t.widths.Load(r); ok {
		return w.(float64)
	}
	const ppem = 1000
	var buf sfnt.Buffer
	glyph, err := t.font.GlyphIndex(&buf, r)
	if err != nil {
		return 0
	}
	advance, err := t.font.GlyphAdvance(&buf, glyph, fixed.I(ppem), font.HintingNone)
	if err != nil {
		return 0
	}
	w := float64(advance) / 64 / ppem * t.larger
	t.widths.Store(r, w)
	return w
}

// drawer makes a face that draws at a size in pixels.
func (t *typeface) drawer(size float64) (font.Face, error) {
	return opentype.NewFace(t.font, &opentype.FaceOptions{Size: size * t.larger, DPI: 72, Hinting: font.HintingFull})
}
