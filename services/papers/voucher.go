package papers

import (
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"quartermaster/models"
)

// Voucher is a voucher as it is printed: in the form of a store issue and receipt
// voucher.
type Voucher struct {
	*models.Voucher
	FromName, ToName string
	Names            map[string]string // of people, by their codes
	Address          string            // that its code leads to
	Printed          models.Time
	Zone             *time.Location
	Broken           []string // ends whose signature does not match: outgoing, incoming
	Hidden           int      // lines that are not shown
}

var titles = map[models.VoucherKind]string{
	models.IssueVoucher: "Store issue and receipt voucher", models.ReturnVoucher: "Return voucher", models.TransferVoucher: "Transfer voucher",
	models.HandoverVoucher: "Donor handover and transfer of title", models.LoanVoucher: "Loan voucher", models.TakingOver: "Handing and taking over certificate",
}

// Write writes the voucher as PDF.
func (v Voucher) Write(w io.Writer) error {
	p := open(v.Number, v.Printed, v.Zone)
	y, err := v.head(p)
	if err != nil {
		return err
	}
	y = v.table(p, y+4)
	y = v.totals(p, y)
	if err := v.signatures(p, y+5); err != nil {
		return err
	}
	return p.finish(w)
}

// head writes what the voucher is, from whom and to whom.
func (v Voucher) head(p *page) (float64, error) {
	const side = 27.0
	if err := p.code(pageWidth-margin-side, margin, side, v.Address); err != nil {
		return 0, err
	}
	p.font("", 7)
	p.Text(pageWidth-margin-side, margin+side+3.5, "Scan to open")
	p.font("B", 15)
	y := p.block(margin, margin-1, width-side-8, 7, titles[v.Kind])
	p.font("B", 12)
	p.Text(margin, y+5, v.Number)
	stamp := strings.ToUpper(v.State.Words())
	x := margin + p.GetStringWidth(v.Number) + 6
	p.font("B", 9)
	p.Rect(x, y+0.6, p.GetStringWidth(stamp)+4, 6, "D")
	p.Text(x+2, y+4.8, stamp)
	y += 11
	person := func(name, code string) string {
		if code == "" {
			return name
		}
		return name + " — " + v.Names[code]
	}
	facts := [][2]string{{"From", person(v.FromName+" ("+v.From+")", v.Sender)}, {"To", person(v.ToName+" ("+v.To+")", v.Receiver)},
		{"Raised", p.when(v.RaisedAt) + ", " + v.Names[v.RaisedBy]}, {"To come back on", string(v.DueBack)}, {"Operation", v.Operation},
		{"Agreement", v.Agreement}, {"For request", v.Request}, {"Remark", v.Note}, {"Reason", v.Reason}}
	for _, f := range facts {
		if f[1] == "" {
			continue
		}
		p.font("B", 8.5)
		p.Text(margin, y+3.6, f[0])
		p.font("", 9)
		y = p.block(margin+28, y, width-28-side-8, 4.8, f[1])
	}
	return max(y, margin+side+6), nil
}

// column is one column of the table of lines.
type column struct {
	heading string
	width   float64 // mm
	right   bool
	text    func(models.Line) string
}

var columns = []column{
	{"No.", 9, false, func(l models.Line) string { return strconv.Itoa(l.Line) }},
	{"Description", 62, false, describe},
	{"Tag or lot", 30, false, func(l models.Line) string { return l.Code() }},
	{"Quantity", 20, true, func(l models.Line) string { return strings.TrimSpace(l.Quantity.String() + " " + l.Measure) }},
	{"Unit cost", 24, true, func(l models.Line) string {
		if l.Cost == nil {
			return ""
		}
		return l.Cost.String()
	}},
	{"Received", 37, false, received},
}

func describe(l models.Line) string {
	text := l.Name
	if l.PartOf != "" {
		text = "— " + text
	}
	var marks []string
	if l.Number != "" {
		marks = append(marks, "no. "+l.Number)
	}
	if l.Expiry != "" {
		marks = append(marks, "expires "+string(l.Expiry))
	}
	if l.Condition != "" {
		marks = append(marks, string(l.Condition))
	}
	return text + "\n" + strings.Join(marks, " · ")
}

func received(l models.Line) string {
	if l.Receipt == nil {
		return ""
	}
	parts := []string{"refused"}
	if l.Receipt.Accepted {
		parts[0] = "accepted"
	}
	if l.Receipt.Condition != "" {
		parts = append(parts, string(l.Receipt.Condition))
	}
	if l.Receipt.Remark != "" {
		parts = append(parts, l.Receipt.Remark)
	}
	return strings.Join(parts, ", ")
}

const rowHeight, cellPad = 4.1, 1.4

// table writes the lines; a line is never cut by the end of a page, and every page
// has the headings.
func (v Voucher) table(p *page, y float64) float64 {
	y = headings(p, y)
	for _, line := range v.Lines {
		p.font("", 8)
		cells := make([][]string, len(columns))
		height := 0.0
		for i, c := range columns {
			cells[i] = p.rows(c.text(line), c.width-2*cellPad)
			height = max(height, float64(len(cells[i]))*rowHeight+2)
		}
		if y+height > bottom {
			p.AddPage()
			y = headings(p, margin)
			p.font("", 8)
		}
		x := margin
		for i, c := range columns {
			p.Rect(x, y, c.width, height, "D")
			for n, text := range cells[i] {
				at := x + cellPad
				if c.right {
					at = x + c.width - cellPad - p.GetStringWidth(text)
				}
				p.Text(at, y+1+rowHeight*(float64(n)+0.75), text)
			}
			x += c.width
		}
		y += height
	}
	return y
}

func headings(p *page, y float64) float64 {
	p.font("B", 8)
	p.SetFillColor(232, 232, 228)
	p.SetLineWidth(0.15)
	x := margin
	for _, c := range columns {
		p.Rect(x, y, c.width, 6, "FD")
		p.Text(x+cellPad, y+4.2, c.heading)
		x += c.width
	}
	return y + 6
}

// totals writes how many lines there are and what they cost, in each currency.
func (v Voucher) totals(p *page, y float64) float64 {
	sums := map[string]*big.Rat{}
	for _, l := range v.Lines {
		if l.Cost == nil {
			continue
		}
		cost, ok := new(big.Rat).SetString(l.Cost.Amount)
		if !ok {
			continue
		}
		if sums[l.Cost.Currency] == nil {
			sums[l.Cost.Currency] = new(big.Rat)
		}
		sums[l.Cost.Currency].Add(sums[l.Cost.Currency], cost.Mul(cost, big.NewRat(int64(l.Quantity), int64(models.One))))
	}
	text := fmt.Sprintf("%d lines", len(v.Lines))
	if len(v.Lines) == 1 {
		text = "1 line"
	}
	if v.Hidden > 0 {
		text += fmt.Sprintf(", and %d that other donors paid for", v.Hidden)
	}
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		text += " · value " + sums[currency].FloatString(2) + " " + currency
	}
	if y+8 > bottom {
		p.AddPage()
		y = margin
	}
	p.font("B", 8.5)
	return p.block(margin, y+1.5, width, 5, text)
}

// signatures writes a box for each end, and one for the accounts.
func (v Voucher) signatures(p *page, y float64) error {
	const height, gap = 52.0, 4.0
	if y+height > bottom {
		p.AddPage()
		y = margin
	}
	each := (width - 2*gap) / 3
	for i, box := range []struct {
		title, end string
		by         *models.Signature
	}{{"Handed over by", "outgoing", v.Outgoing}, {"Received by", "incoming", v.Incoming}, {"Accounts", "", nil}} {
		x := margin + float64(i)*(each+gap)
		p.Rect(x, y, each, height, "D")
		p.font("B", 8.5)
		p.Text(x+2, y+5, box.title)
		if box.by == nil {
			p.font("", 7.5)
			for n, label := range []string{"Signature", "Name, rank", "Service number", "Date"} {
				p.Line(x+2, y+17+float64(n)*10, x+each-2, y+17+float64(n)*10)
				p.Text(x+2, y+20+float64(n)*10, label)
			}
			continue
		}
		if err := v.signed(p, x, y, each, box.by, slices.Contains(v.Broken, box.end)); err != nil {
			return err
		}
	}
	return nil
}

func (v Voucher) signed(p *page, x, y, w float64, s *models.Signature, broken bool) error {
	const top, room = 7.0, 16.0
	if s.Drawing != "" {
		drawing, err := fpdf.SVGBasicParse([]byte(s.Drawing))
		if err != nil {
			return fmt.Errorf("papers: signature of %s: %w", v.Number, err)
		}
		scale := min((w-4)/drawing.Wd, room/drawing.Ht)
		p.SetXY(x+2, y+top)
		p.SetLineWidth(0.35)
		p.SVGBasicWrite(&drawing, scale)
		p.SetLineWidth(0.15)
	} else {
		p.font("", 9)
		p.Text(x+2, y+top+room/2, map[string]string{"pin": "signed with a PIN", "account": "signed in, by one tap"}[s.Method])
	}
	p.Line(x+2, y+top+room+0.5, x+w-2, y+top+room+0.5)
	at := y + top + room + 1.5
	p.font("B", 8)
	at = p.block(x+2, at, w-4, 3.8, strings.TrimSpace(s.Rank+" "+s.Name))
	p.font("", 7.5)
	if s.ServiceNumber != "" {
		at = p.block(x+2, at, w-4, 3.6, "no. "+s.ServiceNumber)
	}
	at = p.block(x+2, at, w-4, 3.6, p.when(s.At))
	if broken {
		p.SetTextColor(170, 20, 20)
		p.font("B", 7)
		at = p.block(x+2, at, w-4, 3.4, "DOES NOT MATCH WHAT WAS SIGNED")
		p.SetTextColor(0, 0, 0)
	}
	p.font("", 5.5)
	p.block(x+2, at+0.5, w-4, 2.6, "SHA-256 "+s.Hash)
	return nil
}
