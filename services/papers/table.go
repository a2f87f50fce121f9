package papers

import (
	"strconv"

	"quartermaster/models"
)

// column of the table of lines; widths in mm.
type column struct {
	head  models.Text
	w     float64
	right bool
}

var columns = []column{
	{models.Say("No."), 9, true}, {models.Say("Description"), 60, false}, {models.Say("Tag or lot"), 27, false}, {models.Say("Quantity"), 20, true},
	{models.Say("Condition"), 23, false}, {models.Say("Unit cost"), 25, true}, {models.Say("Receipt"), 20, false},
}

// Within a cell, mm: beside and above its words, and how far what belongs to a kit
// stands in.
const (
	padX, padY = 1.2, 0.9
	indent     = 4
)

// heads draws the head of a table, as high as its longest heading asks for.
func (p *paper) heads(columns []column) {
	set := make([][]words, len(columns))
	h := 0.0
	for i, c := range columns {
		set[i] = p.set(c.w-2*padX+0.2, words{p.voice.Tell(c.head), style{size: 7, bold: true}})
		h = max(h, height(set[i]))
	}
	h += 2 * padY
	p.fill(colour{236, 236, 236}, left, p.y, wide, h)
	x := left
	p.within("TR", func() {
		for i, c := range columns {
			p.is("TH", func() { p.cell(x, p.y, c, set[i]) })
			x += c.w
		}
	})
	p.grid(columns, p.y, h, h)
	p.y += h
}

func (v Voucher) table(p *paper) {
	head := func() {
		p.heads(columns)
	}
	p.room(30)
	p.within("Table", func() {
		head()
		for i := range v.Lines {
			v.row(p, &v.Lines[i], func() { p.artifact(head) })
		}
	})
	if len(v.Lines) == 0 {
		p.say(left+padX, p.y+padY, words{p.t("no lines"), small})
		p.y += small.height() + 2*padY
	}
	p.y += 2
}

// row draws a line of the voucher whole, on the next page under a new head where
// this page has no room for it.
func (v Voucher) row(p *paper, l *models.Line, head func()) {
	cells := v.cells(p, l)
	var set [7][]words
	tall := 0.0
	for i, c := range columns {
		w := c.w - 2*padX
		if i == 1 && l.PartOf != "" {
			w -= indent
		}
		set[i] = p.set(w, cells[i]...)
		tall = max(tall, height(set[i]))
	}
	tall += 2 * padY
	under := p.set(wide-columns[0].w-2*padX, remark(p, l)...)
	whole := tall
	if len(under) > 0 {
		whole += height(under) + padY
	}
	if p.room(whole) {
		head()
	}
	x := left
	p.within("TR", func() {
		for i, c := range columns {
			in := x
			if i == 1 && l.PartOf != "" {
				in += indent
			}
			p.is("TD", func() { p.cell(in, p.y, c, set[i]) })
			x += c.w
		}
	})
	if len(under) > 0 {
		p.within("TR", func() {
			p.piece(&element{role: "TD", span: len(columns)}, func() { p.put(left+columns[0].w+padX, p.y+tall, under) })
		})
	}
	p.grid(columns, p.y, tall, whole)
	p.y += whole
}

func (p *paper) cell(x, y float64, c column, lines []words) {
	if c.right {
		p.putRight(x+c.w-padX, y+padY, lines)
		return
	}
	p.put(x+padX, y+padY, lines)
}

// grid draws the frame of a row: its cells are tall mm high, all of it is whole.
func (p *paper) grid(columns []column, y, tall, whole float64) {
	p.pen(grey, 0.12)
	p.rect(left, y, wide, whole, "D")
	x := left
	for i, c := range columns[:len(columns)-1] {
		x += c.w
		if i == 0 {
			p.line(x, y, x, y+whole)
			continue
		}
		p.line(x, y, x, y+tall)
	}
}

func (v Voucher) cells(p *paper, l *models.Line) [7][]words {
	var c [7][]words
	c[0] = []words{{strconv.Itoa(l.Line), plain}}
	c[1] = []words{{l.Name, plain}}
	number := ""
	if l.Number != "" {
		number = p.t("serial %v", l.Number)
		if l.Tag == "" {
			number = p.t("lot %v", l.Number)
		}
	}
	expiry := ""
	if l.Expiry != "" {
		expiry = p.t("expires %v", p.day(l.Expiry))
	}
	if more := join(" · ", number, expiry); more != "" {
		c[1] = append(c[1], words{more, small})
	}
	if l.PartOf != "" {
		c[1] = append(c[1], words{p.t("of the kit %v", l.PartOf), small})
	}
	c[2] = []words{{l.Code(), plain}}
	c[3] = []words{{join(" ", l.Quantity.String(), l.Measure), plain}}
	c[4] = []words{{p.condition(l.Condition), plain}}
	if l.Cost != nil {
		c[5] = []words{{l.Cost.String(), plain}}
	}
	if r := l.Receipt; r != nil {
		said := words{p.voice.Tell(models.Accepted), plain}
		if !r.Accepted {
			said = words{p.voice.Tell(models.Refused), style{8.5, true, red}}
		}
		c[6] = []words{said, {p.condition(r.Condition), small}}
	}
	return c
}

// condition tells one; "" where there is none.
func (p *paper) condition(c models.Condition) string {
	if c == "" {
		return ""
	}
	return p.voice.Tell(c)
}

// remark is what the receiver wrote of a line.
func remark(p *paper, l *models.Line) []words {
	if l.Receipt == nil || l.Receipt.Remark == "" {
		return nil
	}
	return []words{{p.t("Receiver’s remark") + ": " + l.Receipt.Remark, style{size: 7.5}}}
}
