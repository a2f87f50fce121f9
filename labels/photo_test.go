package labels

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"quartermaster/models"
)

// TestAPhotoThatWouldFillTheMemoryIsRefused sends a few kilobytes that would be 100 MB.
func TestAPhotoThatWouldFillTheMemoryIsRefused(t *testing.T) {
	var bomb bytes.Buffer
	if err := png.Encode(&bomb, image.NewPaletted(image.Rect(0, 0, 10_000, 10_000), color.Palette{color.White})); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func([]byte) ([]string, error){"a photo": ReadPhoto, "a frame": ReadFrame} {
		if _, err := read(bomb.Bytes()); models.KindOf(err) != models.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := read(bomb.Bytes()[:40]); models.KindOf(err) == "" {
			t.Errorf("%s that is cut: %v", name, err)
		}
	}
}
