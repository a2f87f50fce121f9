package labels

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"

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
	fmt.Fprintf(&b, "^FO%d,%d%s^FS\n", at(d.X), at(d.Y), d.Code.graphic(module))
	for _, line := range d.Lines {
		height := at(line.Size)
		// Font 0 is wider than the one that was measured: its letters are set narrower.
		fmt.Fprintf(&b, "^FO%d,%d^A0N,%d,%d^FH_^FD%s^FS\n", at(line.X), at(line.Y-line.Size*0.78), height, height*9/10, zplText(line.Text))
	}
	b.WriteString("^XZ\n")
	return []byte(b.String())
}

// graphic writes the code as ^GFA: rows of hexadecimal dots, ":" standing for a
// row that is as the one above.
func (c *Code) graphic(module int) string {
	width := (c.Size*module + 7) / 8
	var b strings.Builder
	fmt.Fprintf(&b, "^GFA,%d,%d,%d,", width*c.Size*module, width*c.Size*module, width)
	row := make([]byte, width)
	for y := range c.Size {
		clear(row)
		for x := range c.Size * module {
			if c.Dark(x/module, y) {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
		b.WriteString(strings.ToUpper(hex.EncodeToString(row)))
		b.WriteString(strings.Repeat(":", module-1))
	}
	return b.String()
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
