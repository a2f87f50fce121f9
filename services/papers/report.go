package papers

import (
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
)

// LongestReport is how many rows a report may have on paper; it is drawn in memory,
// and nobody reads more. The other formats have no such end.
const LongestReport = 20_000

// The page of a report lies on its side, mm.
const (
	reportEdge = 283.0
	reportEnd  = 194.0
)

// Report writes a report as a tagged PDF with its attachments. Its text can be copied as
// it was written, Urdu too.
func Report(w io.Writer, r *layout.Report) error {
	p, err := drawReport(r)
	if err != nil {
		return err
	}
	return p.write(w)
}

func drawReport(r *layout.Report) (*paper, error) {
	r.Voice = speaking(r.Voice)
	p := newSheet(r.Voice, "L", reportEdge, reportEnd, r.Title, r.Number, r.Voice[0].Say("made %v from the property book", when(r.Voice, r.Made, r.Zone)), r.Made)
	p.head = func() {
		p.say(left, p.y, words{readable(r.Title), strong})
		p.sayRight(p.edge, p.y, words{readable(about(r)), small})
		p.y += 6
	}
	p.newPage()
	if err := p.opening(r); err != nil {
		return nil, err
	}
	for i, section := range r.Sections {
		t := &reportTable{paper: p, section: section, zone: r.Zone}
		if i > 0 {
			p.y += 4
		}
		var err error
		p.within("Sect", func() { err = t.draw() })
		if err != nil {
			return nil, err
		}
	}
	p.closing(r)
	var attached []fpdf.Attachment
	for _, a := range r.Attachments {
		content, err := a.Write()
		if err != nil {
			return nil, err
		}
		attached = append(attached, fpdf.Attachment{Content: content, Filename: a.Name, Description: a.About})
	}
	if len(attached) > 0 {
		p.pdf.SetAttachments(attached)
	}
	return p, nil
}

// about is what a report is about in one line, for the head of its further pages.
func about(r *layout.Report) string {
	var parts []string
	for _, fact := range r.Facts {
		parts = append(parts, fact.Label+": "+fact.Value)
	}
	text := []rune(strings.Join(parts, " · "))
	if len(text) > 130 {
		return string(text[:129]) + "…"
	}
	return string(text)
}

// opening draws the title, what the report is about and what is alarming of it.
func (p *paper) opening(r *layout.Report) error {
	beside, under := p.edge-left, p.y
	if r.Address != "" {
		var at placed
		var err error
		p.piece(&element{role: "Figure", alt: p.t("QR code of %v", r.Address)}, func() { at, err = p.code(r.Address) })
		if err != nil {
			return err
		}
		p.is("P", func() {
			under = at.under(p, p.paragraphs(models.Say("scan to check this report"), style{size: 7, bold: true}))
		})
		beside = at.x - at.quiet - left
	}
	p.pdf.Bookmark(readable(r.Title), 0, -1)
	y := p.y + 1
	p.is("H1", func() { y += p.put(left, y, p.set(beside, words{r.Title, style{size: 17, bold: true}})) })
	p.is("P", func() { y += p.put(left, y, p.set(beside, words{r.Number, small})) + 2 })
	const gap = 6
	column := (beside - 2*gap) / 3
	for facts := r.Facts; len(facts) > 0; {
		row := facts[:min(3, len(facts))]
		facts = facts[len(row):]
		tall := 0.0
		for i, f := range row {
			p.is("P", func() {
				tall = max(tall, p.put(left+float64(i)*(column+gap), y, p.set(column, words{f.Label, small}, words{f.Value, style{size: 9.5}})))
			})
		}
		y += tall + 1.5
	}
	p.y = max(y, under) + 1
	for _, alarm := range r.Alarms {
		lines := p.set(p.edge-left-6, words{alarm, style{11, true, colour{255, 255, 255}}})
		p.room(height(lines) + 4)
		p.fill(red, left, p.y, p.edge-left, height(lines)+3)
		p.is("P", func() { p.put(left+3, p.y+1.5, lines) })
		p.y += height(lines) + 5
	}
	return nil
}

// closing draws how the figures were made and how to check the report.
func (p *paper) closing(r *layout.Report) {
	p.y += 5
	p.room(24)
	for _, note := range r.Notes {
		p.flow(left, p.edge-left, words{note, style{7.5, false, grey}})
		p.y += 0.8
	}
	p.y += 2
	for _, f := range r.Closing {
		lines := p.set(p.edge-left-42, words{f.Value, style{size: 7.5}})
		p.room(height(lines) + 0.6)
		tall := small.height()
		p.is("P", func() {
			p.say(left, p.y, words{f.Label, style{7.5, true, black}})
			tall = max(tall, p.put(left+42, p.y, lines))
		})
		p.y += tall + 0.6
	}
	for _, a := range r.Attachments {
		p.flow(left, p.edge-left, words{p.t("Attached to this file: %v, %v", a.Name, a.About), style{size: 7.5}})
	}
}

// reportTable draws a section.
type reportTable struct {
	*paper
	section layout.Section
	zone    *time.Location
	columns []layout.Column
	at      []int // where the column stands among the cells
	under   []int // of the columns that are told in a line under the row
	widths  []float64
	text    style
	waiting []layout.Row
	rows    int
	started bool
}

func (t *reportTable) draw() error {
	for i, c := range t.section.Columns {
		if !c.Wide {
			t.columns = append(t.columns, c)
			t.at = append(t.at, i)
		} else if c.Under {
			t.under = append(t.under, i)
		}
	}
	t.room(30)
	if t.section.Title != "" {
		t.pdf.SetY(t.y)
		t.pdf.Bookmark(readable(t.section.Title), 1, -1)
		t.is("H2", func() {
			t.y += t.put(left, t.y, t.set(t.edge-left, words{t.section.Title, style{size: 12, bold: true}})) + 0.5
		})
	}
	if t.section.About != "" {
		t.is("P", func() { t.y += t.put(left, t.y, t.set(t.edge-left, words{t.section.About, style{8, false, grey}})) + 1 })
	}
	var err error
	t.within("Table", func() { err = t.lines() })
	if err == nil && t.rows == 0 {
		t.is("P", func() { t.y += t.put(left, t.y, t.set(t.edge-left, words{t.section.Empty, style{9, false, grey}})) })
	}
	return err
}

// lines draws the rows as they come.
func (t *reportTable) lines() error {
	err := t.section.Rows(func(row layout.Row) error {
		t.rows++
		if t.rows > LongestReport {
			return models.Refuse(models.TooLarge, "format", "the report has more than %d lines, too many for paper; ask for XLSX or CSV, or for less", LongestReport)
		}
		if !t.started {
			t.waiting = append(t.waiting, layout.Row{Kind: row.Kind, Cells: append([]any(nil), row.Cells...)})
			if len(t.waiting) == measuredRows {
				t.begin()
			}
			return nil
		}
		t.row(row)
		return nil
	})
	if err == nil && t.rows > 0 && !t.started {
		t.begin()
	}
	return err
}

// measuredRows is by how many of the first rows the columns are made as wide as
// their content asks for.
const measuredRows = 200

// begin settles the columns' widths and draws what waited for them.
func (t *reportTable) begin() {
	t.started = true
	for _, size := range []float64{8, 7.2, 6.4, 5.8} {
		t.text = style{size: size}
		if t.fit() {
			break
		}
	}
	t.within("TR", t.heads)
	for _, row := range t.waiting {
		t.row(row)
	}
	t.waiting = nil
}

// longestText is how wide a column of text may ask to be, mm.
const longestText = 75

// longestWord is how wide a column of text is kept for a word, mm; a longer one is broken.
const longestWord = 38

// fit gives each column the width that its longest cell asks for, and where there is
// too little for all, takes from the columns of text in proportion. It says whether
// every word fits a line.
func (t *reportTable) fit() bool {
	wide := t.edge - left
	t.widths = make([]float64, len(t.columns))
	least := make([]float64, len(t.columns))
	all, fixed := 0.0, 0.0
	for i, c := range t.columns {
		t.use(style{size: t.text.size, bold: true})
		for word := range strings.FieldsSeq(c.Title) {
			least[i] = max(least[i], t.measure(readable(word)))
		}
		natural := least[i]
		for _, row := range t.waiting {
			if t.label(row) > t.at[i] {
				continue
			}
			t.use(style{size: t.text.size, bold: row.Kind != layout.Line})
			text := t.cell(row, i)
			natural = max(natural, min(t.measure(text), longestText))
			if c.Type != layout.Text {
				least[i] = max(least[i], t.measure(text))
				continue
			}
			for word := range strings.FieldsSeq(text) {
				least[i] = max(least[i], min(t.measure(word), longestWord))
			}
		}
		least[i] += 2 * padX
		t.widths[i] = max(natural+2*padX, least[i])
		all += t.widths[i]
		fixed += least[i]
	}
	if fixed > wide { // even the longest words do not fit: all give way alike
		for i := range t.widths {
			t.widths[i] = least[i] * wide / fixed
		}
		return false
	}
	if all <= wide {
		spare := min((wide-all)/float64(len(t.widths)), 8)
		for i := range t.widths {
			t.widths[i] += spare
		}
		return true
	}
	share := (wide - fixed) / (all - fixed)
	for i := range t.widths {
		t.widths[i] = least[i] + (t.widths[i]-least[i])*share
	}
	return true
}

// label is over how many cells the words of a total's first cell may run: up to the
// first that holds something.
func (t *reportTable) label(row layout.Row) int {
	if row.Kind == layout.Line {
		return 0
	}
	n := 1
	for n < len(row.Cells) && (row.Cells[n] == nil || row.Cells[n] == "") {
		n++
	}
	return n
}

func (t *reportTable) cell(row layout.Row, column int) string {
	at := t.at[column]
	if at >= len(row.Cells) {
		return ""
	}
	return readable(layout.Readable(row.Cells[at], t.columns[column].Type, t.zone, t.voice[0]))
}

func (t *reportTable) heads() {
	look := style{size: t.text.size, bold: true}
	set := make([][]words, len(t.columns))
	tall := 0.0
	for i, c := range t.columns {
		set[i] = t.set(t.widths[i]-2*padX+0.2, words{c.Title, look})
		tall = max(tall, height(set[i]))
	}
	tall += 2 * padY
	t.fill(colour{226, 238, 234}, left, t.y, t.whole(), tall)
	x := left
	for i, c := range t.columns {
		t.is("TH", func() { t.put1(x, t.y+tall-padY-height(set[i]), t.widths[i], c.Type.Numeric(), set[i]) })
		x += t.widths[i]
	}
	t.y += tall
	t.line(0.3)
}

func (t *reportTable) whole() float64 {
	all := 0.0
	for _, w := range t.widths {
		all += w
	}
	return all
}

func (t *reportTable) line(width float64) {
	t.artifact(func() {
		t.pen(grey, width)
		t.paper.line(left, t.y, left+t.whole(), t.y)
	})
}

// fill colours a part of the page.
func (p *paper) fill(c colour, x, y, w, h float64) {
	p.artifact(func() {
		p.pdf.SetFillColor(c.r, c.g, c.b)
		p.rect(x, y, w, h, "F")
	})
}

func (t *reportTable) put1(x, y, w float64, right bool, lines []words) {
	if right {
		t.putRight(x+w-padX, y, lines)
		return
	}
	t.put(x+padX, y, lines)
}

// row draws a row whole, on the next page under a new head where this one is full.
func (t *reportTable) row(row layout.Row) {
	look := t.text
	look.bold = row.Kind != layout.Line
	if row.Kind == layout.Alarm {
		look.colour = red
	}
	label := t.label(row)
	set := make([][]words, len(t.columns))
	tall := 0.0
	for i := range t.columns {
		w := t.widths[i]
		if i == 0 && label > 1 {
			for n := 1; n < len(t.columns) && t.at[n] < label; n++ {
				w += t.widths[n]
			}
		}
		set[i] = t.set(w-2*padX+0.2, words{t.cell(row, i), look})
		if row.Kind != layout.Line && t.columns[i].Type.Numeric() { // a sum is not broken; it runs out to the left, where nothing stands
			set[i] = []words{{t.cell(row, i), look}}
		}
		tall = max(tall, height(set[i]))
	}
	further := t.further(row)
	if len(further) > 0 {
		tall += padY * 0.6
	}
	cells := tall
	tall += height(further) + 2*padY*0.8
	if t.room(tall) {
		t.artifact(t.heads)
	}
	if row.Kind == layout.Total || row.Kind == layout.Subtotal {
		t.fill(colour{244, 242, 236}, left, t.y, t.whole(), tall)
	}
	x := left
	t.within("TR", func() {
		for i, c := range t.columns {
			t.is("TD", func() { t.put1(x, t.y+padY*0.8, t.widths[i], c.Type.Numeric() && !(i == 0 && label > 0), set[i]) })
			x += t.widths[i]
		}
	})
	if len(further) > 0 {
		t.within("TR", func() {
			t.piece(&element{role: "TD", span: len(t.columns)}, func() { t.put(left+padX, t.y+padY*0.8+cells, further) })
		})
	}
	t.y += tall
	t.line(0.08)
}

// further is what is told of a row in lines under it.
func (t *reportTable) further(row layout.Row) []words {
	var parts []string
	for _, at := range t.under {
		if at >= len(row.Cells) {
			continue
		}
		c := t.section.Columns[at]
		if text := layout.Readable(row.Cells[at], c.Type, t.zone, t.voice[0]); text != "" {
			parts = append(parts, c.Title+": "+text)
		}
	}
	return t.set(t.whole()-2*padX, words{strings.Join(parts, " · "), style{t.text.size * 0.86, false, grey}})
}
