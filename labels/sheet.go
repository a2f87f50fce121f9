package labels

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"quartermaster/letters"
	"quartermaster/models"
	"quartermaster/services/words"
)

// Sheet says how labels are put on paper.
type Sheet struct {
	Stock Stock
	Start int // position of the first label on the first page, from 1; 0 is 1
	// OffsetX and OffsetY move everything right and down, mm, for a printer that
	// feeds its paper askew.
	OffsetX, OffsetY float64
	Made             time.Time   // the day that the file says it was made
	Voice            words.Voice // of the test page
}

// LargestOffset is the most that a sheet may be moved, mm.
const LargestOffset = 10

// MostLabels is the most that one file holds.
const MostLabels = 5000

func (s Sheet) check() error {
	switch {
	case s.Start < 0 || s.Start > s.Stock.PerPage():
		return models.Refuse(models.Invalid, "start", "must be 1 to %d on this stock", s.Stock.PerPage())
	case !(s.OffsetX >= -LargestOffset && s.OffsetX <= LargestOffset):
		return models.Refuse(models.Invalid, "offset_x", "must be -%d to %d mm", LargestOffset, LargestOffset)
	case !(s.OffsetY >= -LargestOffset && s.OffsetY <= LargestOffset):
		return models.Refuse(models.Invalid, "offset_y", "must be -%d to %d mm", LargestOffset, LargestOffset)
	}
	return nil
}

// Write writes the labels as a PDF to print at its actual size.
func (s Sheet) Write(w io.Writer, labels []Label) error {
	if err := s.check(); err != nil {
		return err
	}
	switch {
	case len(labels) == 0:
		return models.Refuse(models.Invalid, "tags", "choose at least one item")
	case len(labels) > MostLabels:
		return models.Refuse(models.TooLarge, "tags", "are more than %d; print them in parts", MostLabels)
	}
	pdf := s.open("Labels")
	at := max(s.Start, 1) - 1
	pdf.AddPage()
	for _, label := range labels {
		if at == s.Stock.PerPage() {
			pdf.AddPage()
			at = 0
		}
		drawing, err := s.Stock.Draw(label)
		if err != nil {
			return err
		}
		x, y := s.Stock.Place(at)
		drawing.onPage(pdf, x+s.OffsetX, y+s.OffsetY)
		at++
	}
	return s.finish(pdf, w)
}

func (s Sheet) open(title string) *fpdf.Fpdf {
	w, h := s.Stock.Page()
	orientation := "P"
	if w > h {
		orientation = "L"
		w, h = h, w
	}
	pdf := fpdf.NewCustom(&fpdf.InitType{OrientationStr: orientation, UnitStr: "mm", Size: fpdf.SizeType{Wd: w, Ht: h}})
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(s.Made)
	pdf.SetModificationDate(s.Made)
	pdf.SetTitle(title, true)
	pdf.SetCreator("Quartermaster", true)
	pdf.SetDisplayMode("real", "single")
	for _, t := range []*typeface{regular().latin, bold().latin, regular().arabic, bold().arabic} {
		pdf.AddUTF8FontFromBytes(t.name, t.weight, t.ttf)
	}
	return pdf
}

func (s Sheet) finish(pdf *fpdf.Fpdf, w io.Writer) error {
	if err := pdf.Output(w); err != nil {
		return fmt.Errorf("labels: the sheet cannot be written: %w", err)
	}
	return nil
}

func (d *Drawing) onPage(pdf *fpdf.Fpdf, left, top float64) {
	pdf.SetFillColor(0, 0, 0)
	d.Code.Runs(func(x, y, length int) {
		pdf.Rect(left+d.X+float64(x)*d.Module, top+d.Y+float64(y)*d.Module, float64(length)*d.Module, d.Module, "F")
	})
	for _, line := range d.Lines {
		line.onPage(pdf, left, top)
	}
}

// onPage writes the line on a page, from where its label begins.
func (l Line) onPage(pdf *fpdf.Fpdf, left, top float64) {
	x := left + l.X
	for t, run := range l.drawn() {
		pdf.SetFont(t.name, t.weight, l.Size*t.larger*ptPerMM)
		pdf.Text(x, top+l.Y, run)
		x += t.width(run) * l.Size
	}
}

// WriteTestPage writes a page that shows where the stock's labels are cut, to be
// printed on plain paper and held against a sheet of labels.
func (s Sheet) WriteTestPage(w io.Writer) error {
	if err := s.check(); err != nil {
		return err
	}
	pdf := s.open(s.Voice.Say("Test page"))
	pdf.AddPage()
	pdf.SetLineWidth(0.1)
	for n := range s.Stock.PerPage() {
		x, y := s.Stock.Place(n)
		x, y = x+s.OffsetX, y+s.OffsetY
		pdf.Rect(x, y, s.Stock.W, s.Stock.H, "D")
		Line{Text: s.Voice[0].Number(n + 1), Size: 6 / ptPerMM, X: 1.5, Y: 3.5}.onPage(pdf, x, y)
		pdf.Line(x+s.Stock.W/2-3, y+s.Stock.H/2, x+s.Stock.W/2+3, y+s.Stock.H/2)
		pdf.Line(x+s.Stock.W/2, y+s.Stock.H/2-3, x+s.Stock.W/2, y+s.Stock.H/2+3)
	}
	x, y := s.Stock.Place(0)
	at := 7.0
	for _, text := range []models.Text{
		models.Say("Print at 100 % (actual size)."),
		s.Stock.Text(),
		models.Say("Hold it against a sheet of labels and measure how far each outline is from its cut."),
		models.Say("Moved by %v mm right and %v mm down.", s.OffsetX, s.OffsetY),
	} {
		for _, in := range s.Voice {
			at = s.note(pdf, in.Tell(text), x+s.OffsetX, y+s.OffsetY, at)
		}
	}
	return s.finish(pdf, w)
}

// note writes what fits of a text on the test page's first label from at down, and
// returns where the next one goes.
func (s Sheet) note(pdf *fpdf.Fpdf, text string, left, top, at float64) float64 {
	const size, rows = 7 / ptPerMM, 3
	for _, row := range wrap(text, bold(), (s.Stock.W-3)/size, rows) {
		line := Line{Text: row, Bold: true, Right: letters.RunsFromRight(row), Size: size, X: 1.5, Y: at}
		if at += line.height(); at > s.Stock.H {
			return at
		}
		if line.Right {
			line.X = s.Stock.W - 1.5 - line.width()
		}
		line.onPage(pdf, left, top)
	}
	return at
}
