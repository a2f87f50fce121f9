package public

import (
	"bytes"
	"image"
	"image/jpeg"
	_ "image/png" // the forms of photo that are taken

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"quartermaster/models"
)

const (
	// LargestPhoto is the most that a photo may hold, in bytes.
	LargestPhoto = 10 << 20
	// mostPixels is the most that is decoded: a photo of a good phone, about 150 MB of
	// memory as JPEG. Other forms take more a pixel.
	mostPixels      = 50_000_000
	mostOtherPixels = 12_000_000
	// longestSide is to how many pixels a photo is made smaller.
	longestSide = 1600
	quality     = 80
)

// redrawing lets one photo of strangers be in memory at a time.
var redrawing = make(chan struct{}, 1)

// Redrawn returns a photo (JPEG, PNG or WebP, by its content) drawn anew as a JPEG of
// at most longestSide pixels: upright, and without anything else that the file held,
// such as where and by what it was taken.
func Redrawn(content []byte) ([]byte, error) {
	if len(content) > LargestPhoto {
		return nil, models.Refuse(models.TooLarge, "file", "is larger than %d MB", LargestPhoto>>20)
	}
	config, form, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, models.Refuse(models.Unsupported, "file", "is not a photo that can be read; JPEG, PNG and WebP are taken").Because(err)
	}
	most := mostOtherPixels
	if form == "jpeg" {
		most = mostPixels
	}
	if pixels := int64(config.Width) * int64(config.Height); pixels == 0 || pixels > int64(most) {
		return nil, models.Refuse(models.TooLarge, "file", "is a photo of %d × %d; at most %d million pixels are taken", config.Width, config.Height, most/1_000_000)
	}
	redrawing <- struct{}{}
	defer func() { <-redrawing }()
	photo, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, models.Refuse(models.Invalid, "file", "is a photo that cannot be read to its end; take it again").Because(err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright(smaller(photo), orientation(content)), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// smaller draws a photo on white, which shows where it lets through, with no side
// longer than longestSide.
func smaller(photo image.Image) *image.RGBA {
	b := photo.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > longestSide {
		w, h = max(1, w*longestSide/longest), max(1, h*longestSide/longest)
	}
	drawn := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(drawn, drawn.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(drawn, drawn.Bounds(), photo, b, draw.Over, nil)
	return drawn
}

// upright turns a photo by its EXIF orientation, 1 to 8 (CIPA DC-008, 4.6.4 A,
// "Orientation"): where row 0 and column 0 of what the camera wrote belong.
func upright(p *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return p
	}
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	turned := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fromX, fromY := x, y
			if orientation >= 5 {
				fromX, fromY = y, x
			}
			switch orientation {
			case 2, 8:
				fromX = w - 1 - fromX
			case 3, 7:
				fromX, fromY = w-1-fromX, h-1-fromY
			case 4, 6:
				fromY = h - 1 - fromY
			}
			turned.SetRGBA(x, y, p.RGBAAt(fromX, fromY))
		}
	}
	return turned
}
