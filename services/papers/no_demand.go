package papers

import (
	"io"
	"time"

	"quartermaster/models"
	tongues "quartermaster/services/words"
)

// NoDemand is a certificate that nothing donated is outstanding on a person's name.
type NoDemand struct {
	Person    *models.Person
	UnitName  string
	On        models.Time // as of when the property book was asked
	IssuedBy  string      // "Rank Name"
	Reference string
	Voice     tongues.Voice  // in whose language it is; nothing is English
	Zone      *time.Location // of the times on it; nil is UTC
}

// Write writes the certificate as a PDF of one page.
func (n NoDemand) Write(w io.Writer) error { return n.draw().write(w) }

func (n NoDemand) draw() *paper {
	const inset = 8
	voice := speaking(n.Voice)
	on := when(voice, n.On, n.Zone)
	p := newPaper(voice, voice.Say("No-demand certificate"), n.Reference, voice[0].Say("as the property book stood on %v", on), n.On)
	p.newPage()
	p.y += 14
	for _, line := range p.set(wide, p.paragraphs(models.Say("No-demand certificate"), style{size: 20, bold: true})...) {
		p.is("H1", func() { p.middle(p.y, line) })
		p.y += 11
	}
	for _, line := range p.set(wide, words{n.Reference, style{size: 12}}) {
		p.middle(p.y, line)
		p.y += line.height()
	}
	p.y += 10
	text := style{size: 11}
	p.flow(left+inset, wide-2*inset, p.paragraphs(models.Say("It is certified that, according to the property book as it stood on %v, no donated equipment and no donated stores are outstanding on the name of", on), text)...)
	p.y += 6
	for _, f := range []fact{
		{p.t("Name"), join(" ", n.Person.Rank, n.Person.Name)}, {p.t("Service number"), n.Person.ServiceNumber}, {p.t("Unit"), unit(n.UnitName, n.Person.Unit)},
	} {
		if f.value == "" {
			continue
		}
		label := p.set(34, words{f.label, style{9, false, grey}})
		p.put(left+inset+4, p.y+0.6, label)
		p.y += max(height(label), p.put(left+inset+40, p.y, p.set(wide-2*inset-40, words{f.value, style{size: 12, bold: true}}))) + 1.5
	}
	p.y += 6
	p.flow(left+inset, wide-2*inset,
		p.paragraphs(models.Say("It covers donated property alone, up to the time above, and does not clear what is held on other charge."), style{9.5, false, grey})...)
	p.y += 32
	const line = 70
	for i, f := range []fact{{p.t("Issued by"), n.IssuedBy}, {p.t("Seal of the unit"), ""}} {
		x := left + inset + float64(i)*(wide-2*inset-line)
		p.pen(black, 0.2)
		p.line(x, p.y, x+line, p.y)
		label := p.t("Signature and date")
		if i == 1 {
			label = ""
		}
		p.put(x, p.y+1.5, p.set(line, words{join(": ", f.label, f.value), style{size: 10}}, words{label, small}))
	}
	return p
}

// paragraphs tells a sentence in each language of the paper, one under the other.
func (p *paper) paragraphs(sentence models.Text, s style) []words {
	var all []words
	for _, in := range p.voice {
		all = append(all, words{in.Tell(sentence), s})
	}
	return all
}
