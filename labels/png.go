package labels

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"sync"

	"golang.org/x/image/math/fixed"
)

// greys are enough for the edges of letters. They are more than 16 because the
// encoder writes a byte a pixel three times as fast as it packs several into one.
var greys = func() color.Palette {
	palette := make(color.Palette, black+1)
	for i := range palette {
		palette[i] = color.Gray{uint8(255 - i*255/black)}
	}
	return palette
}()

const black = 16 // in greys

// The pixels of a module in a picture of a label.
const (
	DefaultScale = 4
	LargestScale = 30
)

// PNG draws the label with scale pixels a module, so that every module is sharp.
func (d *Drawing) PNG(scale int) ([]byte, error) {
	scale = max(1, min(scale, LargestScale))
	perMM := float64(scale) / d.Module
	img := image.NewPaletted(image.Rect(0, 0, int(math.Round(d.W*perMM)), int(math.Round(d.H*perMM))), greys)
	left, top := int(math.Round(d.X*perMM)), int(math.Round(d.Y*perMM))
	d.Code.Runs(func(x, y, length int) {
		for row := top + y*scale; row < top+(y+1)*scale; row++ {
			from := img.PixOffset(left+x*scale, row)
			for i := from; i < from+length*scale; i++ {
				img.Pix[i] = black
			}
		}
	})
	for _, line := range d.Lines {
		if err := drawText(img, line, perMM); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &encoders}
	err := encoder.Encode(&out, img)
	return out.Bytes(), err
}

// encoders keeps the encoder's buffers from one picture to the next.
var encoders bufferPool

type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) Get() *png.EncoderBuffer {
	buffer, _ := p.pool.Get().(*png.EncoderBuffer)
	return buffer
}

func (p *bufferPool) Put(b *png.EncoderBuffer) { p.pool.Put(b) }

// glyphs keeps drawn letters: many labels are made of few.
var glyphs sync.Map // glyphKey → *glyph

type glyphKey struct {
	t      *typeface
	r      rune
	eighth int // of a pixel, the letters' size
}

type glyph struct {
	mask *image.Alpha
	at   image.Point // of the mask's corner from where the letter begins
}

func drawText(img *image.Paletted, line Line, perMM float64) error {
	eighth := int(line.Size * perMM * 8)
	x, y := line.X*perMM, int(math.Round(line.Y*perMM))
	for t, run := range line.drawn() {
		for _, r := range run {
			g, err := letter(glyphKey{t, r, eighth})
			if err != nil {
				return err
			}
			g.draw(img, int(math.Round(x))+g.at.X, y+g.at.Y)
			x += t.advance(r) * line.Size * perMM
		}
	}
	return nil
}

func (g *glyph) draw(img *image.Paletted, left, top int) {
	if g.mask == nil {
		return
	}
	size := g.mask.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			ink := g.mask.Pix[y*g.mask.Stride+x]
			if ink < 255/black || !(image.Point{left + x, top + y}).In(img.Rect) {
				continue
			}
			at := img.PixOffset(left+x, top+y)
			img.Pix[at] = max(img.Pix[at], uint8((int(ink)*black+127)/255))
		}
	}
}

func letter(key glyphKey) (*glyph, error) {
	if g, ok := glyphs.Load(key); ok {
		return g.(*glyph), nil
	}
	drawer, err := key.t.drawer(float64(key.eighth) / 8)
	if err != nil {
		return nil, err
	}
	defer drawer.Close()
	g := &glyph{}
	bounds, mask, from, _, ok := drawer.Glyph(fixed.P(0, 0), key.r)
	if ok && !bounds.Empty() {
		g.at = bounds.Min
		g.mask = image.NewAlpha(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
		for y := range bounds.Dy() {
			for x := range bounds.Dx() {
				_, _, _, a := mask.At(from.X+x, from.Y+y).RGBA()
				g.mask.Pix[y*g.mask.Stride+x] = uint8(a >> 8)
			}
		}
	}
	glyphs.Store(key, g)
	return g, nil
}
