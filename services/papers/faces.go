package papers

import "quartermaster/letters"

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
	if !letters.Arabic(text) {
		do(text)
		return
	}
	if !p.naskh { // only papers that need it carry it
		p.naskh = true
		p.pdf.AddUTF8FontFromBytes("naskh", "", letters.Naskh)
		p.pdf.AddUTF8FontFromBytes("naskh", "B", letters.NaskhBold)
	}
	for run, is := range letters.ByScript(text) {
		if is {
			p.face("naskh", letters.NaskhSize)
		} else {
			p.face("paper", 1)
		}
		do(run)
	}
	p.face("paper", 1)
}

// measure is the width of a text in the style that is in use.
func (p *paper) measure(text string) float64 {
	width := 0.0
	p.runs(letters.Joined(letters.Bare(text)), func(run string) { width += p.pdf.GetStringWidth(run) })
	return width
}
