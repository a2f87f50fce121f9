package labels

import (
	"iter"
	"math"

	"quartermaster/letters"
	"quartermaster/models"
)

const (
	// SmallestModule and WantedModule are in mm. Below 0.4 phones and worn labels no
	// longer agree; 0.5 is four dots at 203 dpi, the least that Denso Wave advises.
	SmallestModule = 0.4
	WantedModule   = 0.5
	largestModule  = 0.9 // more takes room from the text and reads no better

	margin       = 0.7 // mm between the cut and the quiet zone
	smallestTag  = 2.0 // mm, the size of the tag's letters: 5.7 pt
	largestTag   = 5.5
	lineHeight   = 1.18 // of a line, in sizes of its letters
	arabicHeight = 1.5  // of one with Arabic letters, which reach further up and down
	textGap      = 1.0  // mm between code and text
	moduleStep   = 0.01
	mostNameRows = 3
)

// Drawing is one label laid out. Lengths are mm from its upper left corner.
type Drawing struct {
	W, H   float64
	Code   *Code
	X, Y   float64 // of the code's first module
	Module float64 // width of one module
	Bare   bool    // the code carries the tag alone
	Lines  []Line
}

// Line is one line of readable text.
type Line struct {
	Text  string
	Bold  bool
	Right bool    // it runs from the right
	Size  float64 // of the letters, mm
	X, Y  float64 // of its left end, on its baseline
}

// drawn is the line as it is drawn from the left, in pieces of one typeface each.
func (l Line) drawn() iter.Seq2[*typeface, string] {
	base := letters.None
	if l.Right {
		base = 1
	}
	return face(l.Bold).runs(letters.Drawn(l.Text, base))
}

func (l Line) width() float64 { return face(l.Bold).width(l.Text) * l.Size }

func (l Line) height() float64 {
	if letters.Arabic(l.Text) {
		return l.Size * arabicHeight
	}
	return l.Size * lineHeight
}

// Draw lays a label out on the stock: the code with its address, or with the bare
// tag where only that is large enough to be read. A stock too small for either is
// refused with the size that would do.
func (s Stock) Draw(l Label) (*Drawing, error) {
	for _, bare := range []bool{false, true} {
		text := l.Address()
		if bare {
			text = l.Tag
		}
		code, err := NewCode(text)
		if err != nil {
			return nil, err
		}
		if d := s.fit(l, code); d != nil {
			d.Bare = bare
			return d, nil
		}
		if bare {
			side := code.side()*s.whole(SmallestModule) + 2*margin
			text := bold().width(l.Tag)*smallestTag + textGap + margin
			return nil, models.Refuse(models.Invalid, "stock", "labels of %g × %g mm are too small for a code that can be read; at least %.0f × %.0f mm would do",
				s.W, s.H, math.Ceil(side+text), math.Ceil(side))
		}
	}
	return nil, nil
}

// whole returns the module rounded up to whole dots of the stock's printer.
func (s Stock) whole(module float64) float64 {
	if s.DotsPerMM == 0 {
		return module
	}
	return math.Ceil(module*s.DotsPerMM-1e-6) / s.DotsPerMM
}

// fit lays the label out with the largest module that leaves the text its room,
// or returns nil.
func (s Stock) fit(l Label, code *Code) *Drawing {
	step := moduleStep
	if s.DotsPerMM > 0 {
		step = 1 / s.DotsPerMM
	}
	const share = 0.55 // of the label's longer side is the code's at most, once its modules are as wide as wanted
	for module := s.whole(largestModule); module >= SmallestModule-1e-9; module -= step {
		side := code.side()*module + 2*margin
		if module > WantedModule+1e-9 && side > share*max(s.W, s.H) {
			continue
		}
		if d := s.arrange(l, code, module, side); d != nil {
			return d
		}
	}
	return nil
}

// arrange puts the text beside the code, or below it, whichever has more room.
func (s Stock) arrange(l Label, code *Code, module, side float64) *Drawing {
	if side > s.W || side > s.H {
		return nil
	}
	d := &Drawing{W: s.W, H: s.H, Code: code, Module: module}
	beside, below := s.W-side-textGap-margin, s.H-side
	needed := bold().width(l.Tag) * smallestTag
	switch {
	case beside >= needed:
		d.X, d.Y = margin+Quiet*module, (s.H-float64(code.Size)*module)/2
		text := side + textGap/2
		if l.Right {
			d.X, text = s.W-margin-float64(Quiet+code.Size)*module, margin
		}
		d.Lines = l.lines(text, margin, beside, s.H-2*margin, false)
	case below >= smallestTag*lineHeight+margin && s.W-2*margin >= needed:
		d.X, d.Y = (s.W-float64(code.Size)*module)/2, margin+Quiet*module
		d.Lines = l.lines(margin, side-margin, s.W-2*margin, below, true)
	}
	if d.Lines == nil {
		return nil
	}
	return d
}
