package papers

import (
	"strconv"

	"quartermaster/models"
)

// column of the table of lines; widths in mm.
type column struct {
	head  string
	w     float64
	right bool
}

var columns = []column{
	{"No.", 9, true}, {"Description", 60, false}, {"Tag or lot", 27, false}, {"Quantity", 20, true},
	{"Condition", 23, false}, {"Unit cost", 25, true}, {"Receipt", 20, false},
}

// Within a cell, mm: beside and above its words, and how far what belongs to a kit
// stands in.
const (
	padX, padY = 1.2, 0.9
	indent     = 4
)

func (v Voucher) table(p *paper) {
	head := func() {
		p.pdf.SetFillColor(236, 236, 236)
		h := small.height() + 2*padY
		p.pdf.Rect(left, p.y, wide, h, "F")
		x := left
		for _, c := range columns {
			lines := []words{{c.head, style{size: 7, bold: true}}}
			p.cell(x, p.y, c, lines)
			x += c.w
		}
		p.grid(columns, p.y, h, h)
		p.y += h
	}
	p.room(30)
	head()
	for i := range v.Lines {
		v.row(p, &v.Lines[i], head)
	}
	if len(v.Lines) == 0 {
		p.say(left+padX, p.y+padY, words{"no lines", small})
		p.y += small.height() + 2*padY
	}
	p.y += 2
}

// row draws a line of the voucher whole, on the next page under a new head where
// this page has no room for it.
func (v Voucher) row(p *paper, l *models.Line, head func()) {
	cells := v.cells(l)
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
	under := p.set(wide-columns[0].w-2*padX, remark(l)...)
	whole := tall
	if len(under) > 0 {
		whole += height(under) + padY
	}
	if p.room(whole) {
		head()
	}
	x := left
	for i, c := range columns {
		in := x
		if i == 1 && l.PartOf != "" {
			in += indent
		}
		p.cell(in, p.y, c, set[i])
		x += c.w
	}
	p.put(left+columns[0].w+padX, p.y+tall, under)
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
	p.pdf.Rect(left, y, wide, whole, "D")
	x := left
	for i, c := range columns[:len(columns)-1] {
		x += c.w
		if i == 0 {
			p.pdf.Line(x, y, x, y+whole)
			continue
		}
		p.pdf.Line(x, y, x, y+tall)
	}
}

func (v Voucher) cells(l *models.Line) [7][]words {
	var c [7][]words
	c[0] = []words{{strconv.Itoa(l.Line), plain}}
	c[1] = []words{{l.Name, plain}}
	number := ""
	if l.Number != "" {
		number = "serial " + l.Number
		if l.Tag == "" {
			number = "lot " + l.Number
		}
	}
	expiry := ""
	if l.Expiry != "" {
		expiry = "expires " + day(l.Expiry)
	}
	if more := join(" · ", number, expiry); more != "" {
		c[1] = append(c[1], words{more, small})
	}
	if l.PartOf != "" {
		c[1] = append(c[1], words{"of the kit " + l.PartOf, small})
	}
	c[2] = []words{{l.Code(), plain}}
	c[3] = []words{{join(" ", l.Quantity.String(), l.Measure), plain}}
	c[4] = []words{{string(l.Condition), plain}}
	if l.Cost != nil {
		c[5] = []words{{l.Cost.String(), plain}}
	}
	if r := l.Receipt; r != nil {
		said := words{"accepted", plain}
		if !r.Accepted {
			said = words{"refused", style{8.5, true, red}}
		}
		c[6] = []words{said, {string(r.Condition), small}}
	}
	return c
}

// remark is what the receiver wrote of a line.
func remark(l *models.Line) []words {
	if l.Receipt == nil || l.Receipt.Remark == "" {
		return nil
	}
	return []words{{"Receiver’s remark: " + l.Receipt.Remark, style{size: 7.5}}}
}
