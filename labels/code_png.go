package labels

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// PNG draws the code with its quiet zone, each module as a square of so many pixels.
func (c *Code) PNG(module int) ([]byte, error) {
	side := (c.Size + 2*Quiet) * module
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	c.Runs(func(x, y, length int) {
		for py := (y + Quiet) * module; py < (y+Quiet+1)*module; py++ {
			for px := (x + Quiet) * module; px < (x+Quiet+length)*module; px++ {
				picture.SetColorIndex(px, py, 1)
			}
		}
	})
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture)
	return out.Bytes(), err
}
