package labels

import (
	"sync"

	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The label's letters are DejaVu Sans Condensed, which has those of Latin, Greek,
// Cyrillic and Arabic scripts (Urdu and Pashto among them) and says much in little
// room. Letters are set one by one, left to right.
const ptPerMM = 72 / 25.4

// typeface is one style of the font.
type typeface struct {
	ttf    []byte
	font   *sfnt.Font
	widths sync.Map // rune → width at a size of 1
}

var regular, bold = sync.OnceValue(func() *typeface { return load(dejavusanscondensed.TTF) }),
	sync.OnceValue(func() *typeface { return load(dejavusanscondensedbold.TTF) })

func load(ttf []byte) *typeface {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return &typeface{ttf: ttf, font: parsed}
}

func face(isBold bool) *typeface {
	if isBold {
		return bold()
	}
	return regular()
}

// width returns how wide a text is at a size of 1.
func (t *typeface) width(text string) float64 {
	total := 0.0
	for _, r := range text {
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
	w := float64(advance) / 64 / ppem
	t.widths.Store(r, w)
	return w
}

// drawer makes a face that draws at a size in pixels.
func (t *typeface) drawer(size float64) (font.Face, error) {
	return opentype.NewFace(t.font, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
}
