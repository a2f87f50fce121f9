package labels

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"image"
	"math"
	"strings"

	"quartermaster/letters"
	"quartermaster/models"
)

// Resolutions are the dots per millimetre of the usual label printers, by the dpi
// that people call them by.
var Resolutions = map[int]float64{203: 8, 300: 12, 600: 24}

// ForPrinter returns the stock as a thermal printer of so many dpi prints it.
func (s Stock) ForPrinter(dpi int) (Stock, error) {
	dots, ok := Resolutions[dpi]
	if !ok {
		return s, models.Refuse(models.Invalid, "dpi", "must be 203, 300 or 600")
	}
	s.DotsPerMM = dots
	return s, nil
}

// ZPL writes the label for a Zebra printer of dots per mm. The code is sent as a
// picture of our own (^GFA) rather than by ^BQ, which chooses mode and mask by
// itself and so may need a larger code than was fitted.
func (d *Drawing) ZPL(dots float64) []byte {
	at := func(mm float64) int { return int(math.Round(mm * dots)) }
	module := max(1, at(d.Module))
	var b strings.Builder
	fmt.Fprintf(&b, "^XA\n^CI28\n^PW%d\n^LL%d\n^LH0,0\n", at(d.W), at(d.H))
	side := d.Code.Size * module
	fmt.Fprintf(&b, "^FO%d,%d%s^FS\n", at(d.X), at(d.Y), graphic(side, side, func(x, y int) bool { return d.Code.Dark(x/module, y/module) }))
	for _, line := range d.Lines {
		if letters.Arabic(line.Text) {
			b.WriteString(line.graphic(dots))
			continue
		}
		height := at(line.Size)
		// Font 0 is wider than the one that was measured: its letters are set narrower.
		fmt.Fprintf(&b, "^FO%d,%d^A0N,%d,%d^FH_^FD%s^FS\n", at(line.X), at(line.Y-line.Size*0.78), height, height*9/10, zplText(line.Text))
	}
	b.WriteString("^XZ\n")
	return []byte(b.String())
}

// graphic writes a picture as ^GFA: rows of hexadecimal dots, ":" standing for a row
// that is as the one above.
func graphic(w, h int, dark func(x, y int) bool) string {
	width := (w + 7) / 8
	var b strings.Builder
	fmt.Fprintf(&b, "^GFA,%d,%d,%d,", width*h, width*h, width)
	row, above := make([]byte, width), make([]byte, width)
	for y := range h {
		clear(row)
		for x := range w {
			if dark(x, y) {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
		if y > 0 && bytes.Equal(row, above) {
			b.WriteByte(':')
		} else {
			b.WriteString(strings.ToUpper(hex.EncodeToString(row)))
		}
		copy(above, row)
	}
	return b.String()
}

// graphic draws a line for printers, which do not join its letters.
func (l Line) graphic(dots float64) string {
	left, top := int(l.X*dots), int((l.Y-l.Size*1.2)*dots) // beyond the highest mark on a letter
	img := image.NewPaletted(image.Rect(0, 0, int(math.Ceil((l.width()+0.5)*dots)), int(math.Ceil(l.Size*2*dots))), greys)
	l.X, l.Y = l.X-float64(left)/dots, l.Y-float64(top)/dots
	if err := drawText(img, l, dots); err != nil {
		return "" // the font draws at any size; see TestEveryFormIsInTheFont
	}
	picture := graphic(img.Rect.Dx(), img.Rect.Dy(), func(x, y int) bool { return img.ColorIndexAt(x, y) >= black/2 })
	return fmt.Sprintf("^FO%d,%d%s^FS\n", max(0, left), max(0, top), picture)
}

// zplText writes what the printer would take for a command as ^FH's hexadecimal.
func zplText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < ' ' || r == 0x7f:
		case strings.ContainsRune("^~_\\", r):
			fmt.Fprintf(&b, "_%02X", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
