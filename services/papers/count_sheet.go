package papers

import (
	"io"
	"strconv"
	"strings"
	"time"

	"quartermaster/models"
	tongues "quartermaster/services/words"
)

// CountSheets are the sheets on which a stocktake is counted where phones are
// forbidden or fail: numbered, each signed by who verified and by who answers for
// what is on it.
type CountSheets struct {
	*models.Stocktake
	Lines   []*models.StocktakeLine
	Units   map[string]string // a unit's code to its name
	Names   map[string]string // a person's code to "Rank Name"
	Printed models.Time
	Voice   tongues.Voice  // in whose language they are; nothing is English
	Zone    *time.Location // of the times on it; nil is UTC
}

// The columns of a count sheet, mm.
var counted = []column{
	{models.Say("Line"), 10, true}, {models.Say("Item, make and model, serial number"), 60, false}, {models.Say("Tag or lot"), 27, false}, {models.Say("Where it should be"), 36, false},
	{models.Say("Seen"), 10, false}, {models.Say("Condition"), 22, false}, {models.Say("Use, need"), 19, false},
}

const (
	countedFoot = 34.0 // what the signatures under each sheet take, mm
	tickSide    = 4.5
	foundRows   = 6 // blank lines for what is there and is not on the list
)

// Write writes the sheets as a PDF.
func (c CountSheets) Write(w io.Writer) error { return c.draw().write(w) }

func (c CountSheets) draw() *paper {
	voice := speaking(c.Voice)
	p := newPaper(voice, voice.Say("Count sheets"), c.Number, voice[0].Say("printed %v from the property book", when(voice, c.Printed, c.Zone)), c.Printed)
	c.newSheet(p)
	for _, line := range c.Lines {
		c.row(p, line)
	}
	c.found(p)
	c.sign(p)
	return p
}

// newSheet begins a page with its head.
func (c CountSheets) newSheet(p *paper) {
	p.newPage()
	p.say(left, p.y, words{p.t("Count sheet %v", p.pdf.PageNo()), style{size: 14, bold: true}})
	p.sayRight(right, p.y+1, words{c.Number, style{size: 12, bold: true}})
	p.y += 7
	p.y += p.put(left, p.y, p.set(wide, words{join(" · ", c.Name, p.t("as expected on %v", p.when(c.OpenedAt, c.Zone)), p.t("count by %v", p.day(c.Deadline))), style{size: 8.5, colour: grey}})) + 1.5
	p.heads(counted)
}

// row draws a line to be ticked, on the next sheet where this one is full.
func (c CountSheets) row(p *paper, l *models.StocktakeLine) {
	item := []words{{l.Name, plain}}
	if about := join(" · ", join(" ", l.Make, l.Model), c.kit(p, l)); about != "" {
		item = append(item, words{about, small})
	}
	serial := p.t("serial %v", l.Serial)
	if l.Serial == "" {
		serial = p.t("serial %v", "………………………………")
	}
	if l.Asset == "" {
		serial = p.t("expires %v, counted %v %v", p.day(l.Expiry), "………………", l.Measure)
	}
	item = append(item, words{serial, plain})
	unit := l.Unit
	if name := c.Units[l.Unit]; name != "" {
		unit = name
	}
	where := []words{{unit, plain}, {l.Location, small}}
	if name := c.Names[l.Custodian]; name != "" {
		where = append(where, words{p.t("held by %v", name), small})
	}
	cells := [][]words{{{strconv.Itoa(l.Line), plain}}, item, {{l.Code, plain}}, where, nil, {{p.choice("new", "good", "fair"), small}, {p.choice("poor", models.Unserviceable), small}}, {{p.t("in use  yes  no"), small}, {p.t("needed  yes  no"), small}}}
	tall := 0.0
	for i := range cells {
		cells[i] = p.set(counted[i].w-2*padX, cells[i]...)
		tall = max(tall, height(cells[i]))
	}
	tall = max(tall, tickSide) + 2*padY + 0.8
	c.room(p, tall)
	x := left
	for i, col := range counted {
		p.cell(x, p.y, col, cells[i])
		if cells[i] == nil {
			p.tick(x+(col.w-tickSide)/2, p.y+(tall-tickSide)/2)
		}
		x += col.w
	}
	p.grid(counted, p.y, tall, tall)
	p.y += tall
}

func (c CountSheets) kit(p *paper, l *models.StocktakeLine) string {
	if len(l.Contents) == 0 {
		return ""
	}
	parts := ""
	for _, part := range l.Contents {
		parts = join(", ", parts, part.Quantity.String()+" × "+part.Name)
	}
	return p.t("kit of %v", parts)
}

// choice lists conditions of which one is ringed.
func (p *paper) choice(of ...models.Condition) string {
	told := make([]string, len(of))
	for i, c := range of {
		told[i] = p.voice[0].Tell(c)
	}
	return strings.Join(told, "  ")
}

func (p *paper) tick(x, y float64) {
	p.pen(black, 0.3)
	p.rect(x, y, tickSide, tickSide, "D")
}

// room ends the sheet and begins the next unless h mm are left above the signatures.
func (c CountSheets) room(p *paper, h float64) {
	if p.y+h <= bottom-countedFoot {
		return
	}
	c.sign(p)
	c.newSheet(p)
}

// found draws blank lines for what is there and is not on the list.
func (c CountSheets) found(p *paper) {
	const tall = 9
	head := p.set(wide, p.paragraphs(models.Say("There, and not on the list: write what it is, its tag and its serial number"), strong)...)
	c.room(p, height(head)+3+foundRows*tall)
	p.y += p.put(left, p.y+2, head) + 3
	for range foundRows {
		p.grid(counted, p.y, tall, tall)
		p.y += tall
	}
}

// sign draws the places to sign at the foot of a sheet.
func (c CountSheets) sign(p *paper) {
	const gap = 8
	w := (wide - gap) / 2
	y := bottom - countedFoot + 5
	for i, who := range []string{p.t("Verified by (not the custodian)"), p.t("In the presence of the custodian")} {
		x := left + float64(i)*(w+gap)
		p.say(x, y, words{who, strong})
		for n, blank := range []string{p.t("Signature"), p.t("Name, rank, service number"), p.t("Date and hour")} {
			under := y + 12 + float64(n)*7
			label := words{blank, small}
			p.say(x, under-small.height(), label)
			p.pen(grey, 0.15)
			p.line(x+p.width(label)+1.5, under-0.4, x+w, under-0.4)
		}
	}
}
