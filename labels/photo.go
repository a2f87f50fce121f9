package labels

import (
	"bytes"
	"image"
	_ "image/jpeg" // the forms of photo that phones take
	_ "image/png"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	multiqr "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"

	"quartermaster/models"
)

// readAt are the sizes, in pixels of the longer side, at which a photo is looked
// at: small first, which is quick and blurs noise away, then sharper. 0 is as it
// was taken.
var readAt = []int{1000, 1800, 0}

// looking bounds how many photos are looked at at once, and with it the memory that
// they take.
var looking = make(chan struct{}, 2)

// mostPixels is the most that is decoded: a photo of a good phone, about 150 MB of memory
// as JPEG. Other forms take more a pixel, and a few bytes of one can say that it has as
// many as it likes.
const mostPixels, mostOtherPixels = 50_000_000, 12_000_000

// decoded is a photo that fits into the memory.
func decoded(photo []byte) (image.Image, error) {
	config, form, err := image.DecodeConfig(bytes.NewReader(photo))
	if err != nil {
		return nil, err
	}
	most := mostOtherPixels
	if form == "jpeg" {
		most = mostPixels
	}
	if pixels := int64(config.Width) * int64(config.Height); pixels > int64(most) {
		return nil, models.Refuse(models.TooLarge, "file", "is a photo of %d × %d; at most %d million pixels are taken", config.Width, config.Height, most/1_000_000)
	}
	picture, _, err := image.Decode(bytes.NewReader(photo))
	return picture, err
}

// unlessTold is err where it is one for people, or else what they are told.
func unlessTold(err error, told *models.Error) error {
	if models.KindOf(err) != "" {
		return err
	}
	return told
}

// ReadPhoto returns the codes that can be read in a JPEG or PNG: QR codes, Data
// Matrix and Code 128, the usual forms on equipment. A photo without any is refused.
func ReadPhoto(photo []byte) ([]string, error) {
	looking <- struct{}{}
	defer func() { <-looking }()
	picture, err := decoded(photo)
	if err != nil {
		return nil, unlessTold(err, models.Refuse(models.Invalid, "file", "is a photo that cannot be read; take it again").Because(err))
	}
	longest := max(picture.Bounds().Dx(), picture.Bounds().Dy())
	for _, size := range readAt {
		if size >= longest {
			continue
		}
		if codes := codesIn(scaled(picture, size)); len(codes) > 0 {
			return codes, nil
		}
	}
	return nil, models.Refuse(models.Invalid, "file", "no code can be read in this photo; go closer, hold still, and let light fall on the label")
}

// ReadFrame returns the codes in one picture of a camera that looks for labels, of
// which many hold none: QR codes, several at once, or the other usual forms.
func ReadFrame(frame []byte) ([]string, error) {
	looking <- struct{}{}
	defer func() { <-looking }()
	picture, err := decoded(frame)
	if err != nil {
		return nil, unlessTold(err, models.Refuse(models.Invalid, "file", "is a picture that cannot be read").Because(err))
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		return nil, models.Refuse(models.Invalid, "file", "is a picture that cannot be read").Because(err)
	}
	codes := []string{}
	found, err := multiqr.NewQRCodeMultiReader().DecodeMultiple(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil { // there is none in it
		return append(codes, codesIn(picture)...), nil
	}
	for _, code := range found {
		if text := code.GetText(); text != "" && !slices.Contains(codes, text) {
			codes = append(codes, text)
		}
	}
	return codes, nil
}

func scaled(picture image.Image, longest int) image.Image {
	if longest == 0 {
		return picture
	}
	b := picture.Bounds()
	factor := float64(longest) / float64(max(b.Dx(), b.Dy()))
	small := image.NewGray(image.Rect(0, 0, max(1, int(float64(b.Dx())*factor)), max(1, int(float64(b.Dy())*factor))))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), picture, b, draw.Src, nil)
	return small
}

func codesIn(picture image.Image) []string {
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	var codes []string
	for _, reader := range []gozxing.Reader{qrcode.NewQRCodeReader(), datamatrix.NewDataMatrixReader(), oned.NewCode128Reader()} {
		bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
		if err != nil {
			return codes
		}
		if found, err := reader.Decode(bitmap, hints); err == nil && found.GetText() != "" {
			codes = append(codes, found.GetText())
		}
	}
	return codes
}
