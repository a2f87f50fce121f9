// Package papers prints the documents that people sign, file and show at the gate:
// vouchers and no-demand certificates, as PDF on A4.
package papers

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"

	"quartermaster/letters"
	"quartermaster/models"
	tongues "quartermaster/services/words"
)

// The page, in mm: A4 with room for punch holes and for what printers cannot reach.
const (
	pageW, pageH = 210.0, 297.0
	left, right  = 14.0, 198.0
	top, bottom  = 12.0, 280.0 // what is below is the foot's
	wide         = right - left
)

// allPages stands for how many pages there are until that is known.
const allPages = "\u2007" // a space as wide as a digit

const ptPerMM = 72 / 25.4

// leading is the height of a line in sizes of its letters: enough for the marks
// below and above Arabic letters.
const leading = 1.24

type colour struct{ r, g, b int }

var (
	black = colour{}
	grey  = colour{95, 95, 95}
	red   = colour{176, 0, 0}
	green = colour{24, 110, 45}
	blue  = colour{25, 70, 140}
	amber = colour{150, 90, 0}
)

// style is how words are set.
type style struct {
	size   float64 // pt
	bold   bool
	colour colour
}

func (s style) height() float64 { return s.size / ptPerMM * leading }

var (
	plain  = style{size: 8.5}
	strong = style{size: 8.5, bold: true}
	small  = style{size: 7, colour: grey}
	tiny   = style{size: 5.5, colour: grey}
)

// words are a text in one style, and a line of them once they are set.
type words struct {
	text string
	style
}

// paper is a document while it is drawn, from the top of the first page down.
type paper struct {
	pdf  *fpdf.Fpdf
	y    float64 // where the next thing goes, mm from the top of the page
	edge float64 // where the page ends on the right, mm
	end  float64 // and below, where the foot begins
	head func()  // draws the head of every page after the first

	style style // in use
	naskh bool  // its font is there
	tags  *structure
	open  bool // a piece of the structure is being drawn
	voice tongues.Voice
	right bool // what stands on the left on other papers stands on the right
	aside bool // what is drawn is no part of the text
}

// newPaper begins a document whose foot says its name and where it comes from on
// every page.
func newPaper(voice tongues.Voice, title, name, source string, made models.Time) *paper {
	return newSheet(voice, "P", right, bottom, title, name, source, made)
}

// newSheet begins a document that is upright (P) or lies on its side (L).
func newSheet(voice tongues.Voice, orientation string, edge, end float64, title, name, source string, made models.Time) *paper {
	pdf := fpdf.New(orientation, "mm", "A4", "")
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(made.UTC())
	pdf.SetModificationDate(made.UTC())
	pdf.SetTitle(letters.Bare(readable(strings.TrimSpace(title+" "+name))), true)
	pdf.SetCreator("Quartermaster", true)
	pdf.AddUTF8FontFromBytes("paper", "", dejavusanscondensed.TTF)
	pdf.AddUTF8FontFromBytes("paper", "B", dejavusanscondensedbold.TTF)
	pdf.AliasNbPages(allPages)
	pdf.SetLang(voice[0].Language)
	p := &paper{pdf: pdf, edge: edge, end: end, voice: voice, right: voice.Right(), tags: newStructure()}
	pdf.SetFooterFunc(func() {
		p.artifact(func() {
			p.rule(end + 3)
			p.say(left, end+4, words{readable(name), small})
			p.middle(end+4, words{voice[0].Say("page %v of %v", pdf.PageNo(), allPages), small})
			p.sayRight(edge, end+4, words{source, small})
		})
	})
	return p
}

func (p *paper) write(w io.Writer) error {
	seen := &written{Writer: w}
	err := p.pdf.Output(seen)
	if err == nil {
		err = p.revise(w, seen.text)
	}
	if err != nil {
		return fmt.Errorf("papers: the document cannot be written: %w", err)
	}
	return nil
}

// newPage begins a page, with the head if it is not the first.
func (p *paper) newPage() {
	p.pdf.AddPage()
	p.y = top
	if p.pdf.PageNo() > 1 && p.head != nil {
		p.artifact(p.head)
	}
}

// room begins a new page unless h mm are left on this one, and says whether it did.
func (p *paper) room(h float64) bool {
	if p.y+h <= p.end {
		return false
	}
	p.newPage()
	return true
}

func (p *paper) width(w words) float64 {
	p.use(w.style)
	return p.measure(w.text)
}

// say sets one line whose upper edge is at y.
func (p *paper) say(x, y float64, w words) {
	if w.text == "" {
		return
	}
	if p.loose() {
		p.is("P", func() { p.say(x, y, w) })
		return
	}
	base := letters.None
	if p.right {
		base = 1
		x = p.from(x, p.width(w))
	}
	p.use(w.style)
	p.runs(letters.Drawn(w.text, base), func(run string) {
		p.pdf.Text(x, y+w.size/ptPerMM*0.96, run)
		x += p.pdf.GetStringWidth(run)
	})
}

// from is where on the page something begins that is w wide, and is to stand at x from
// the side on which reading begins.
func (p *paper) from(x, w float64) float64 {
	if p.right {
		return left + p.edge - x - w
	}
	return x
}

// t tells a sentence in the language of the paper, or in both.
func (p *paper) t(format string, args ...any) string { return p.voice.Say(format, args...) }

// loose says whether what is drawn now is no part of the structure yet.
func (p *paper) loose() bool { return p.tags != nil && !p.open && !p.aside }

// rect draws a rectangle: its frame (D), or filled (F).
func (p *paper) rect(x, y, w, h float64, how string) {
	if p.loose() {
		p.artifact(func() { p.rect(x, y, w, h, how) })
		return
	}
	p.pdf.Rect(p.from(x, w), y, w, h, how)
}

func (p *paper) line(x1, y1, x2, y2 float64) {
	if p.loose() {
		p.artifact(func() { p.line(x1, y1, x2, y2) })
		return
	}
	p.pdf.Line(p.from(x1, 0), y1, p.from(x2, 0), y2)
}

// utf16Hex writes text as a PDF's hexadecimal string.
func utf16Hex(text string) string {
	var hex strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&hex, "%04X", unit)
	}
	return hex.String()
}

func (p *paper) sayRight(x, y float64, w words) { p.say(x-p.width(w), y, w) }

func (p *paper) middle(y float64, w words) { p.say((left+p.edge-p.width(w))/2, y, w) }

func (p *paper) rule(y float64) {
	p.pen(grey, 0.15)
	p.line(left, y, p.edge, y)
}

func (p *paper) pen(c colour, width float64) {
	p.pdf.SetDrawColor(c.r, c.g, c.b)
	p.pdf.SetLineWidth(width)
}

// set breaks texts into lines of at most w mm: at their own line ends, between
// words, and within a word that is longer than a line.
func (p *paper) set(w float64, texts ...words) []words {
	var lines []words
	for _, t := range texts {
		if t.text == "" {
			continue
		}
		p.use(t.style)
		for paragraph := range strings.SplitSeq(t.text, "\n") {
			for _, line := range p.wrap(readable(paragraph), w) {
				lines = append(lines, words{line, t.style})
			}
		}
	}
	return lines
}

// wrap breaks a paragraph, in the font that is in use. An empty one is one line.
func (p *paper) wrap(paragraph string, w float64) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(paragraph) {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if p.measure(longer) <= w {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = ""
		for _, r := range word {
			if line != "" && p.measure(line+string(r)) > w {
				lines = append(lines, line)
				line = ""
			}
			line += string(r)
		}
	}
	return append(lines, line)
}

// put draws lines from y down and returns their height.
func (p *paper) put(x, y float64, lines []words) float64 {
	if p.loose() && len(lines) > 0 {
		p.is("P", func() { p.put(x, y, lines) })
		return height(lines)
	}
	from := y
	for i, line := range lines {
		p.say(x, y, p.spaced(lines, i))
		y += line.height()
	}
	return y - from
}

// putRight draws lines that end at x.
func (p *paper) putRight(x, y float64, lines []words) {
	if p.loose() && len(lines) > 0 {
		p.is("P", func() { p.putRight(x, y, lines) })
		return
	}
	for i, line := range lines {
		p.say(x-p.width(line), y, p.spaced(lines, i))
		y += line.height()
	}
}

// spaced is a line with a space behind it, which nobody sees, where another follows:
// otherwise the words on either side would be read as one.
func (p *paper) spaced(lines []words, i int) words {
	line := lines[i]
	if i < len(lines)-1 && !p.right && letters.Visual(line.text, letters.None) == line.text {
		line.text += " "
	}
	return line
}

func height(lines []words) float64 {
	h := 0.0
	for _, line := range lines {
		h += line.height()
	}
	return h
}

// flow draws texts down the page and on to the next, line by line.
func (p *paper) flow(x, w float64, texts ...words) {
	for _, line := range p.set(w, texts...) {
		p.room(line.height())
		at := x
		if len(p.voice) > 1 && letters.RunsFromRight(line.text) {
			at = x + w - p.width(line)
		}
		p.is("P", func() { p.say(at, p.y, line) })
		p.y += line.height()
	}
}

// readable replaces what the font's tables cannot hold: control characters, broken
// text, and characters above U+FFFF.
func readable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f || r == '\u2007':
			return ' '
		case r >= 0xfffe:
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// day writes a day as people do; what is no day stays as it is.
func (p *paper) day(d models.Day) string { return p.voice[0].ShortDate(d) }

// when writes an instant in a zone, UTC where there is none; "" for none.
func when(voice tongues.Voice, t models.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	return voice[0].Stamp(t.In(zone))
}

func (p *paper) when(t models.Time, zone *time.Location) string { return when(p.voice, t, zone) }
