package papers

import "quartermaster/labels"

// A module of the code is as large as a code of this width allows, mm, and never
// smaller than a camera reads from paper.
const (
	codeSide       = 23
	smallestModule = 0.5
	largestModule  = 0.8
)

// placed is where a code stands, mm.
type placed struct{ x, y, side, quiet float64 }

// code draws the QR code of an address in the upper right corner of what is left of
// the page.
func (p *paper) code(address string) (placed, error) {
	code, err := labels.NewPaperCode(address)
	if err != nil {
		return placed{}, err
	}
	module := min(largestModule, max(smallestModule, codeSide/float64(code.Size)))
	at := placed{side: float64(code.Size) * module, quiet: labels.Quiet * module}
	at.x, at.y = p.edge-at.side-at.quiet, p.y+at.quiet
	p.pdf.SetFillColor(0, 0, 0)
	x := p.from(at.x, at.side)
	code.Runs(func(cx, cy, length int) {
		p.pdf.Rect(x+float64(cx)*module, at.y+float64(cy)*module, float64(length)*module, module, "F")
	})
	return at, nil
}

// under says below the code what it does, and returns where that ends.
func (c placed) under(p *paper, does []words) float64 {
	y := c.y + c.side + c.quiet - 1
	for _, line := range does {
		p.say(c.x+(c.side-p.width(line))/2, y, line)
		y += line.height()
	}
	return y + 1
}
