package public

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"quartermaster/models"
)

// corner is a photo of 40 by 20 pixels with red in its upper left corner.
func corner() *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			p.Set(x, y, color.White)
			if x < 12 && y < 8 {
				p.Set(x, y, color.RGBA{R: 255, A: 255})
			}
		}
	}
	return p
}

// taken is a JPEG as a camera writes it: with its orientation, and where it was taken.
func taken(t testing.TB, order binary.AppendByteOrder, orientation uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corner(), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	exif := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		exif = []byte("MM\x00*")
	}
	exif = order.AppendUint32(exif, 8)
	exif = order.AppendUint16(exif, 2) // entries
	for _, e := range []struct {
		tag, form uint16
		value     uint16
	}{{0x0110, 2, 0}, {0x0112, 3, orientation}} {
		exif = order.AppendUint16(exif, e.tag)
		exif = order.AppendUint16(exif, e.form)
		exif = order.AppendUint32(exif, 1)
		exif = order.AppendUint16(exif, e.value)
		exif = order.AppendUint16(exif, 0)
	}
	exif = append(exif, "GPS 33.9946 N 71.4864 E"...)
	segment := append([]byte("Exif\x00\x00"), exif...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), b.Bytes()[2:]...)
}

func TestAPhotoIsDrawnAnewUprightAndWithoutWhereItWasTaken(t *testing.T) {
	for lies, at := range map[uint16]image.Point{0: {4, 4}, 1: {4, 4}, 2: {35, 4}, 3: {35, 15}, 4: {4, 15}, 5: {4, 4}, 6: {15, 4}, 7: {15, 35}, 8: {4, 35}, 9: {4, 4}} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			photo := taken(t, order, lies)
			if !bytes.Contains(photo, []byte("GPS")) {
				t.Fatal("the photo to be tried with says nothing of where it was taken")
			}
			clean, err := Redrawn(photo)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(clean, []byte("GPS")) || bytes.Contains(clean, []byte("Exif")) {
				t.Error("it still says where it was taken")
			}
			drawn, form, err := image.Decode(bytes.NewReader(clean))
			if err != nil || form != "jpeg" {
				t.Fatalf("%s %v", form, err)
			}
			if r, g, _, _ := drawn.At(at.X, at.Y).RGBA(); r < 0xc000 || g > 0x6000 {
				t.Errorf("orientation %d: no red at %v of %v", lies, at, drawn.Bounds())
			}
		}
	}
}

func TestALargePhotoIsMadeSmaller(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 3200, 200))); err != nil {
		t.Fatal(err)
	}
	clean, err := Redrawn(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(clean))
	if err != nil || config.Width != 1600 || config.Height != 100 {
		t.Errorf("%d × %d; %v", config.Width, config.Height, err)
	}
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	var bomb bytes.Buffer // a file of a few kilobytes that would be 400 MB
	if err := png.Encode(&bomb, image.NewPaletted(image.Rect(0, 0, 10_000, 10_000), color.Palette{color.White})); err != nil {
		t.Fatal(err)
	}
	whole := taken(t, binary.BigEndian, 1)
	for name, c := range map[string]struct {
		content []byte
		kind    models.Kind
	}{
		"a program":              {[]byte("\x7fELF\x02\x01\x01"), models.Unsupported},
		"a page":                 {[]byte("<html><script>alert(1)</script>"), models.Unsupported},
		"a drawing with scripts": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), models.Unsupported},
		"a bomb":                 {bomb.Bytes(), models.TooLarge},
		"more than fits":         {make([]byte, LargestPhoto+1), models.TooLarge},
		"half a photo":           {whole[:len(whole)-40], models.Invalid},
	} {
		if _, err := Redrawn(c.content); models.KindOf(err) != c.kind {
			t.Errorf("%s: %v, wanted %s", name, err, c.kind)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		f.Add(taken(f, order, 6))
	}
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, photo []byte) {
		if lies := orientation(photo); lies < 0 || lies > 8 {
			t.Errorf("%d", lies)
		}
	})
}

func FuzzRedrawn(f *testing.F) {
	f.Add(taken(f, binary.BigEndian, 3))
	f.Fuzz(func(t *testing.T, photo []byte) {
		clean, err := Redrawn(photo)
		if err != nil {
			return
		}
		config, form, err := image.DecodeConfig(bytes.NewReader(clean))
		if err != nil || form != "jpeg" || max(config.Width, config.Height) > longestSide {
			t.Errorf("%s %d × %d: %v", form, config.Width, config.Height, err)
		}
	})
}
