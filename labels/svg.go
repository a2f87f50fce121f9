package labels

import (
	"fmt"
	"html"
	"strings"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"quartermaster/letters"
)

// SVG draws the code alone with its quiet zone, a module to the unit.
func (c *Code) SVG() []byte {
	var b strings.Builder
	side := c.Size + 2*Quiet
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d"><rect width="100%%" height="100%%" fill="#fff"/><path shape-rendering="crispEdges" d="`, side, side)
	c.Runs(func(x, y, length int) { fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+Quiet, y+Quiet, length, length) })
	b.WriteString(`"/></svg>`)
	return []byte(b.String())
}

// SVG draws the label in millimetres.
func (d *Drawing) SVG() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%gmm" viewBox="0 0 %g %g">`, d.W, d.H, d.W, d.H)
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>`)
	fmt.Fprintf(&b, `<path transform="translate(%.3f %.3f) scale(%.4f)" shape-rendering="crispEdges" d="`, d.X, d.Y, d.Module)
	d.Code.Runs(func(x, y, length int) { fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, length, length) })
	b.WriteString(`"/>`)
	for _, line := range d.Lines {
		if letters.Arabic(line.Text) {
			line.outline(&b)
			continue
		}
		weight := ""
		if line.Bold {
			weight = ` font-weight="700"`
		}
		fmt.Fprintf(&b, `<text x="%.2f" y="%.2f" font-size="%.2f" textLength="%.2f" lengthAdjust="spacingAndGlyphs" font-family="DejaVu Sans Condensed, Arial Narrow, sans-serif"%s>%s</text>`,
			line.X, line.Y, line.Size, line.width(), weight, html.EscapeString(line.Text))
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// outline draws a line as shapes: programs that draw SVG seldom have a font that joins its
// letters as they were measured.
func (l Line) outline(b *strings.Builder) {
	fmt.Fprintf(b, `<path role="img" aria-label="%s" d="`, html.EscapeString(letters.Bare(l.Text)))
	const ppem = 1000
	var buffer sfnt.Buffer
	x := l.X
	for t, run := range l.drawn() {
		unit := l.Size * t.larger / ppem / 64
		for _, r := range run {
			glyph, err := t.font.GlyphIndex(&buffer, r)
			if err != nil {
				continue
			}
			segments, err := t.font.LoadGlyph(&buffer, glyph, fixed.I(ppem), nil)
			if err != nil {
				continue
			}
			for i, s := range segments {
				if s.Op == sfnt.SegmentOpMoveTo && i > 0 {
					b.WriteByte('Z')
				}
				points := map[sfnt.SegmentOp]int{sfnt.SegmentOpMoveTo: 1, sfnt.SegmentOpLineTo: 1, sfnt.SegmentOpQuadTo: 2, sfnt.SegmentOpCubeTo: 3}[s.Op]
				b.WriteByte("MLQC"[s.Op])
				for i, p := range s.Args[:points] {
					if i > 0 {
						b.WriteByte(' ')
					}
					fmt.Fprintf(b, "%.2f %.2f", x+float64(p.X)*unit, l.Y+float64(p.Y)*unit)
				}
			}
			if len(segments) > 0 {
				b.WriteByte('Z')
			}
			x += t.advance(r) * l.Size
		}
	}
	b.WriteString(`"/>`)
}
