package labels

import (
	"math"
	"strings"

	"quartermaster/models"
)

// Stock is a kind of label paper. Lengths are millimetres.
type Stock struct {
	ID, Name string
	Of       models.Text // the material, where it is not paper
	// PageW and PageH are a sheet's; 0 for a roll, where each label is a page.
	PageW, PageH   float64
	Columns, Rows  int
	W, H           float64 // of one label
	Left, Top      float64 // of the first label
	PitchX, PitchY float64 // from one label to the next
	// DotsPerMM is the resolution of a roll's printer; 0 where the printer is unknown
	// and fine enough.
	DotsPerMM float64
}

const (
	a4W, a4H         = 210.0, 297.0
	letterW, letterH = 215.9, 279.4
	dpi203           = 8.0
	dpi300           = 300 / 25.4
)

// Stocks are the usual ones. The makers publish figures that differ by tenths of
// a millimetre; the test page and the printer's offsets make up for that.
var Stocks = []Stock{
	{ID: "L7160", Name: "Avery L7160", PageW: a4W, PageH: a4H, Columns: 3, Rows: 7, W: 63.5, H: 38.1, Left: 7.21, Top: 15.15, PitchX: 66.04, PitchY: 38.1},
	{ID: "L7159", Name: "Avery L7159", PageW: a4W, PageH: a4H, Columns: 3, Rows: 8, W: 63.5, H: 33.9, Left: 7.21, Top: 12.9, PitchX: 66.04, PitchY: 33.9},
	{ID: "L7163", Name: "Avery L7163", PageW: a4W, PageH: a4H, Columns: 2, Rows: 7, W: 99.1, H: 38.1, Left: 4.67, Top: 15.19, PitchX: 101.6, PitchY: 38.1},
	{ID: "L7651", Name: "Avery L7651", PageW: a4W, PageH: a4H, Columns: 5, Rows: 13, W: 38.1, H: 21.2, Left: 4.7, Top: 10.9, PitchX: 40.6, PitchY: 21.2},
	{ID: "L6009", Name: "Avery L6009", Of: models.Say("polyester"), PageW: a4W, PageH: a4H, Columns: 4, Rows: 12, W: 45.7, H: 21.2, Left: 9.7, Top: 21.5, PitchX: 48.3, PitchY: 21.2},
	{ID: "L4736", Name: "Avery L4736", Of: models.Say("removable"), PageW: a4W, PageH: a4H, Columns: 4, Rows: 12, W: 45.7, H: 21.2, Left: 9.7, Top: 21.5, PitchX: 48.3, PitchY: 21.2},
	{ID: "5160", Name: "Avery 5160", PageW: letterW, PageH: letterH, Columns: 3, Rows: 10, W: 66.7, H: 25.4, Left: 4.76, Top: 12.7, PitchX: 69.85, PitchY: 25.4},
	{ID: "8160", Name: "Avery 8160", PageW: letterW, PageH: letterH, Columns: 3, Rows: 10, W: 66.7, H: 25.4, Left: 4.76, Top: 12.7, PitchX: 69.85, PitchY: 25.4},
	{ID: "5520", Name: "Avery 5520", Of: models.Say("weatherproof"), PageW: letterW, PageH: letterH, Columns: 3, Rows: 10, W: 66.7, H: 25.4, Left: 4.76, Top: 12.7, PitchX: 69.85, PitchY: 25.4},
	{ID: "5163", Name: "Avery 5163", PageW: letterW, PageH: letterH, Columns: 2, Rows: 5, W: 101.6, H: 50.8, Left: 4.13, Top: 12.7, PitchX: 106.36, PitchY: 50.8},
	{ID: "22806", Name: "Avery 22806", PageW: letterW, PageH: letterH, Columns: 3, Rows: 4, W: 50.8, H: 50.8, Left: 15.9, Top: 14.3, PitchX: 66.7, PitchY: 66.7},
	{ID: "brother-62", Name: "Brother 62 mm", W: 62, H: 29, DotsPerMM: dpi300},
	{ID: "brother-29x90", Name: "Brother 29 × 90", W: 90, H: 29, DotsPerMM: dpi300},
	{ID: "zebra-51x25", Name: "Zebra", W: 51, H: 25, DotsPerMM: dpi203},
	{ID: "zebra-57x32", Name: "Zebra", W: 57, H: 32, DotsPerMM: dpi203},
	{ID: "zebra-102x51", Name: "Zebra", W: 102, H: 51, DotsPerMM: dpi203},
}

// DefaultStock is what a single label is made for when nobody says.
const DefaultStock = "zebra-51x25"

// Text describes the stock.
func (s Stock) Text() models.Text {
	name := any(s.Name)
	if s.Name == "" {
		name = models.Say("A grid of your own")
	}
	if !s.Of.Empty() {
		name = models.Say("%v (%v)", name, s.Of)
	}
	switch {
	case s.Roll():
		return models.Say("%v, %v × %v mm, %.0f dpi", name, s.W, s.H, s.DotsPerMM*25.4)
	case s.PageW == letterW:
		return models.Say("%v, %v × %v mm, %d a Letter sheet", name, s.W, s.H, s.PerPage())
	}
	return models.Say("%v, %v × %v mm, %d a sheet", name, s.W, s.H, s.PerPage())
}

// FindStock returns one of Stocks.
func FindStock(id string) (Stock, error) {
	for _, s := range Stocks {
		if strings.EqualFold(s.ID, id) {
			return s, nil
		}
	}
	ids := make([]string, len(Stocks))
	for i, s := range Stocks {
		ids[i] = s.ID
	}
	return Stock{}, models.Refuse(models.Invalid, "stock", "there is no label stock %s; the stocks are %s, or give a grid of your own", quoted(id), strings.Join(ids, ", "))
}

// Grid is a stock of somebody's own: its figures in millimetres.
type Grid struct {
	PageW   float64 `json:"page_width"`
	PageH   float64 `json:"page_height"`
	Columns int     `json:"columns"`
	Rows    int     `json:"rows"`
	W       float64 `json:"width"` // of one label
	H       float64 `json:"height"`
	Left    float64 `json:"left"`
	Top     float64 `json:"top"`
	PitchX  float64 `json:"pitch_x"`
	PitchY  float64 `json:"pitch_y"`
}

const (
	largestPage = 1200.0 // mm: A0 and a little
	smallestCut = 5.0
	mostLabels  = 100 // along a side
)

// Stock checks the grid and returns the stock that it is.
func (g Grid) Stock() (Stock, error) {
	s := Stock{ID: "grid", PageW: g.PageW, PageH: g.PageH, Columns: g.Columns, Rows: g.Rows,
		W: g.W, H: g.H, Left: g.Left, Top: g.Top, PitchX: g.PitchX, PitchY: g.PitchY}
	wrong := func(field, format string, args ...any) (Stock, error) {
		return Stock{}, models.Refuse(models.Invalid, "grid."+field, format, args...)
	}
	for _, length := range []struct {
		field      string
		mm, lo, hi float64
	}{{"page_width", g.PageW, smallestCut, largestPage}, {"page_height", g.PageH, smallestCut, largestPage}, {"width", g.W, smallestCut, g.PageW}, {"height", g.H, smallestCut, g.PageH}, {"left", g.Left, 0, g.PageW}, {"top", g.Top, 0, g.PageH}} {
		if math.IsNaN(length.mm) || length.mm < length.lo || length.mm > length.hi {
			return wrong(length.field, "must be %g to %g mm", length.lo, length.hi)
		}
	}
	switch {
	case g.Columns < 1 || g.Columns > mostLabels:
		return wrong("columns", "must be 1 to %d", mostLabels)
	case g.Rows < 1 || g.Rows > mostLabels:
		return wrong("rows", "must be 1 to %d", mostLabels)
	case g.Columns > 1 && !(g.PitchX >= g.W):
		return wrong("pitch_x", "is less than a label's width, so that labels would overlap")
	case g.Rows > 1 && !(g.PitchY >= g.H):
		return wrong("pitch_y", "is less than a label's height, so that labels would overlap")
	case g.Left+float64(g.Columns-1)*g.PitchX+g.W > g.PageW+cutTolerance:
		return wrong("columns", "are more than the page is wide")
	case g.Top+float64(g.Rows-1)*g.PitchY+g.H > g.PageH+cutTolerance:
		return wrong("rows", "are more than the page is high")
	}
	return s, nil
}

// cutTolerance is by how much published figures overlap the page, mm.
const cutTolerance = 0.5

// Roll says whether the stock is a roll, where each label is a page.
func (s Stock) Roll() bool { return s.PageW == 0 }

// PerPage is how many labels a page has.
func (s Stock) PerPage() int { return max(1, s.Columns) * max(1, s.Rows) }

// Page returns a page's width and height.
func (s Stock) Page() (w, h float64) {
	if s.Roll() {
		return s.W, s.H
	}
	return s.PageW, s.PageH
}

// Place returns where the upper left corner of a page's n-th label is, from 0 on,
// row by row.
func (s Stock) Place(n int) (x, y float64) {
	if s.Roll() {
		return 0, 0
	}
	return s.Left + float64(n%s.Columns)*s.PitchX, s.Top + float64(n/s.Columns)*s.PitchY
}
