// Package papers prints what is signed and filed: vouchers and certificates, as
// PDF on A4. It knows what is on the paper, not where that is kept.
package papers

import (
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"

	"quartermaster/labels"
	"quartermaster/models"
)

// Measures of a page, mm.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin                = 14.0
	width                 = pageWidth - 2*margin
	bottom                = pageHeight - 16
)

// page is a document that is being written.
type page struct {
	*fpdf.Fpdf
	zone *time.Location
}

// open begins a document. Each page carries title and its number at the foot.
func open(title string, made models.Time, zone *time.Location) *page {
	if zone == nil {
		zone = time.UTC
	}
	p := &page{fpdf.New("P", "mm", "A4", ""), zone}
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, 0)
	p.SetCatalogSort(true)
	p.SetCreationDate(made.Time)
	p.SetModificationDate(made.Time)
	p.SetTitle(title, true)
	p.SetCreator("Quartermaster", true)
	p.AddUTF8FontFromBytes("text", "", dejavusanscondensed.TTF)
	p.AddUTF8FontFromBytes("text", "B", dejavusanscondensedbold.TTF)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(func() {
		p.font("", 7.5)
		p.SetTextColor(90, 90, 90)
		p.SetXY(margin, pageHeight-11)
		p.CellFormat(width-45, 5, title+" · printed "+p.when(made), "", 0, "L", false, 0, "")
		p.CellFormat(45, 5, fmt.Sprintf("page %d of {pages}", p.PageNo()), "", 0, "R", false, 0, "")
		p.SetTextColor(0, 0, 0)
	})
	p.AddPage()
	return p
}

func (p *page) font(style string, points float64) { p.SetFont("text", style, points) }

func (p *page) when(t models.Time) string { return t.In(p.zone).Format("2 January 2006, 15:04 MST") }

func (p *page) finish(w io.Writer) error {
	if err := p.Output(w); err != nil {
		return fmt.Errorf("papers: cannot be written: %w", err)
	}
	return nil
}

// rows breaks a text into lines that fit a width, words that are too long too.
func (p *page) rows(text string, w float64) []string {
	var rows []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		row := ""
		for _, word := range strings.Fields(paragraph) {
			for _, part := range p.parts(word, w) {
				switch joined := strings.TrimSpace(row + " " + part); {
				case p.GetStringWidth(joined) <= w:
					row = joined
				default:
					rows = append(rows, row)
					row = part
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// parts cuts a word that is wider than w.
func (p *page) parts(word string, w float64) []string {
	if p.GetStringWidth(word) <= w {
		return []string{word}
	}
	var parts []string
	part := ""
	for _, r := range word {
		if p.GetStringWidth(part+string(r)) > w {
			parts = append(parts, part)
			part = ""
		}
		part += string(r)
	}
	return append(parts, part)
}

// block writes a text in lines of at most w from x, y down, and returns where it
// ends.
func (p *page) block(x, y, w, height float64, text string) float64 {
	for _, row := range p.rows(text, w) {
		p.Text(x, y+height*0.75, row)
		y += height
	}
	return y
}

// code draws a QR code of a text, at most side mm wide.
func (p *page) code(x, y, side float64, text string) error {
	qr, err := labels.NewCode(text)
	if err != nil {
		return err
	}
	module := side / float64(qr.Size)
	p.SetFillColor(0, 0, 0)
	qr.Runs(func(col, row, length int) {
		p.Rect(x+float64(col)*module, y+float64(row)*module, float64(length)*module, module, "F")
	})
	return nil
}
