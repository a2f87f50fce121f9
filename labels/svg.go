package labels

import (
	"fmt"
	"html"
	"strings"
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
		weight := ""
		if line.Bold {
			weight = ` font-weight="700"`
		}
		fmt.Fprintf(&b, `<text x="%.2f" y="%.2f" font-size="%.2f" textLength="%.2f" lengthAdjust="spacingAndGlyphs" font-family="DejaVu Sans Condensed, Arial Narrow, sans-serif"%s>%s</text>`,
			line.X, line.Y, line.Size, face(line.Bold).width(line.Text)*line.Size, weight, html.EscapeString(line.Text))
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}
