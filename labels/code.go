package labels

import (
	"fmt"

	qrcode "github.com/skip2/go-qrcode"
)

// Code is a QR code: its text, and which of its modules are dark.
type Code struct {
	Text string
	Size int // modules along a side, without the quiet zone
	dark []bool
}

// Quiet is the width of the white border that a reader needs around a code, in
// modules (ISO/IEC 18004, 6.3.8).
const Quiet = 4

// NewCode makes the code of a text with error correction Q, which the library
// calls High: a quarter of the code may be scratched or covered.
func NewCode(text string) (*Code, error) { return encode(text, qrcode.High) }

// NewPaperCode makes the code of a text with error correction M, for paper, which
// is not scratched as a label is: its modules are fewer and so larger.
func NewPaperCode(text string) (*Code, error) { return encode(text, qrcode.Medium) }

func encode(text string, level qrcode.RecoveryLevel) (*Code, error) {
	qr, err := qrcode.New(text, level)
	if err != nil {
		return nil, fmt.Errorf("labels: %q does not fit a QR code: %w", text, err)
	}
	qr.DisableBorder = true // the quiet zone is the label's own
	rows := qr.Bitmap()
	code := &Code{Text: text, Size: len(rows), dark: make([]bool, 0, len(rows)*len(rows))}
	for _, row := range rows {
		code.dark = append(code.dark, row...)
	}
	return code, nil
}

// Dark says whether the module in a column and row is dark.
func (c *Code) Dark(x, y int) bool { return c.dark[y*c.Size+x] }

// Runs calls do with every unbroken stretch of dark modules in a row.
func (c *Code) Runs(do func(x, y, length int)) {
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			from := x
			for x < c.Size && c.Dark(x, y) {
				x++
			}
			if x > from {
				do(from, y, x-from)
			}
		}
	}
}

// side is the code's width with its quiet zone, in modules.
func (c *Code) side() float64 { return float64(c.Size + 2*Quiet) }
