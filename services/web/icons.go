package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/vector"
)

// The colours of the mark, as icon.svg has them.
var (
	markGround = color.NRGBA{0x1f, 0x4e, 0x46, 0xff}
	markLines  = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	markTick   = color.NRGBA{0xe7, 0xc8, 0x73, 0xff}
)

// icons draws the mark in the sizes that a phone's home screen asks for. Of a maskable
// one the phone cuts off what lies outside of its own form (W3C, Web Application
// Manifest, 4.6.1: the safe zone is a circle of 80 %).
func icons() map[string][]byte {
	drawn := map[string][]byte{}
	for _, size := range []int{192, 512} {
		drawn[fmt.Sprintf("icon-%d.png", size)] = drawMark(size, 1, true)
		drawn[fmt.Sprintf("icon-maskable-%d.png", size)] = drawMark(size, 0.72, false)
	}
	return drawn
}

// drawMark draws the mark of icon.svg, 32 units wide, scaled about the middle.
func drawMark(size int, scale float32, rounded bool) []byte {
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	unit := float32(size) / 32 * scale
	at := func(v float32) float32 { return float32(size)/2 + (v-16)*unit }
	fill := func(c color.Color, shape func(*vector.Rasterizer)) {
		r := vector.NewRasterizer(size, size)
		shape(r)
		r.Draw(picture, picture.Bounds(), image.NewUniform(c), image.Point{})
	}
	polygon := func(c color.Color, points ...[2]float32) {
		fill(c, func(r *vector.Rasterizer) {
			for i, p := range points {
				if i == 0 {
					r.MoveTo(at(p[0]), at(p[1]))
				} else {
					r.LineTo(at(p[0]), at(p[1]))
				}
			}
			r.ClosePath()
		})
	}
	if rounded {
		fill(markGround, func(r *vector.Rasterizer) {
			const radius = 7
			r.MoveTo(at(radius), at(0))
			for _, corner := range [][6]float32{{32 - radius, 0, 32, 0, 32, radius}, {32, 32 - radius, 32, 32, 32 - radius, 32}, {radius, 32, 0, 32, 0, 32 - radius}, {0, radius, 0, 0, radius, 0}} {
				r.LineTo(at(corner[0]), at(corner[1]))
				r.QuadTo(at(corner[2]), at(corner[3]), at(corner[4]), at(corner[5]))
			}
			r.ClosePath()
		})
	} else {
		draw.Draw(picture, picture.Bounds(), image.NewUniform(markGround), image.Point{}, draw.Src)
	}
	const half, side = 1.2, 7.5 // of the lines, and of the squares
	for _, corner := range [][2]float32{{7, 7}, {17.5, 7}, {7, 17.5}} {
		x, y := corner[0], corner[1]
		polygon(markLines, [2]float32{x - half, y - half}, [2]float32{x + side + half, y - half}, [2]float32{x + side + half, y + side + half}, [2]float32{x - half, y + side + half})
		polygon(markGround, [2]float32{x + half, y + half}, [2]float32{x + side - half, y + half}, [2]float32{x + side - half, y + side - half}, [2]float32{x + half, y + side - half})
	}
	polygon(markTick, [2]float32{16.4, 22}, [2]float32{18.6, 20.1}, [2]float32{20.4, 22.2}, [2]float32{24.3, 16.7}, [2]float32{26.7, 18.4}, [2]float32{20.7, 26.9})
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		panic(err) // a buffer takes what is written to it
	}
	return b.Bytes()
}
