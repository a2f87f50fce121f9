package signing_test

import (
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"quartermaster/models"
	"quartermaster/services/signing"
)

const pad = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><path stroke="red" d="M 5,30 L20 8.04 30 9 C 1 2 3 4 5 6"/><g><path d="M1 1L2 2Z"/></g></svg>`

func TestDrawing(t *testing.T) {
	got, err := signing.Drawing(pad)
	want := `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" viewBox="0 0 120 40">` +
		`<path d="M 5 30 L 20 8 L 30 9 C 1 2 3 4 5 6" fill="none" stroke="#000" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>` +
		`<path d="M 1 1 L 2 2 Z" fill="none" stroke="#000" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`
	if err != nil || got != want {
		t.Errorf("%s\n%v", got, err)
	}
	for name, c := range map[string]struct{ svg, says string }{
		"nothing":        {"", "is empty"},
		"no strokes":     {`<svg width="9" height="9"></svg>`, "is empty"},
		"a point alone":  {`<svg width="9" height="9"><path d="M1 1"/></svg>`, "is empty"},
		"no size":        {`<svg><path d="M1 1L2 2"/></svg>`, "width and height"},
		"a script":       {`<svg width="9" height="9"><script>alert(1)</script></svg>`, "holds <script>"},
		"an event":       {`<svg width="9" height="9" onload="alert(1)"><path d="M1 1L2 2"/></svg>`, "the attribute onload"},
		"a picture":      {`<svg width="9" height="9"><image href="x"/></svg>`, "holds <image>"},
		"a link":         {`<svg width="9" height="9" xmlns:xlink="http://www.w3.org/1999/xlink"><path xlink:href="x" d="M1 1L2 2"/></svg>`, "the attribute"},
		"an entity":      {`<!DOCTYPE svg [<!ENTITY x "y">]><svg width="9" height="9"><path d="M1 1L2 2"/></svg>`, "a declaration"},
		"words":          {`<svg width="9" height="9">hello<path d="M1 1L2 2"/></svg>`, "holds text"},
		"an arc":         {`<svg width="9" height="9"><path d="M1 1A1 1 0 0 0 3 3"/></svg>`, "no number"},
		"half a line":    {`<svg width="9" height="9"><path d="M1 1L2"/></svg>`, "breaks off"},
		"far away":       {`<svg width="9" height="9"><path d="M1 1L2 1e9"/></svg>`, "within the frame"},
		"no XML":         {`<svg width="9"`, "cannot be read"},
		"over the limit": {pad + strings.Repeat(" ", signing.LargestDrawing), "larger than 100 KB"},
	} {
		if _, err := signing.Drawing(c.svg); models.KindOf(err) != models.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDrawing(f *testing.F) {
	f.Add(pad)
	f.Add(`<svg viewBox="0 0 9 9"><path d="M-0.04 1e1 2 3 Q 1 2 3 4"/></svg>`)
	f.Fuzz(func(t *testing.T, svg string) {
		once, err := signing.Drawing(svg)
		if err != nil {
			return
		}
		if twice, err := signing.Drawing(once); err != nil || twice != once {
			t.Errorf("%s\nbecomes %s, %v", once, twice, err)
		}
		if _, err := fpdf.SVGBasicParse([]byte(once)); err != nil {
			t.Errorf("%s: %v", once, err)
		}
	})
}
