package signing

import (
	"errors"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"quartermaster/models"
)

func TestDrawingIsReadFromAPad(t *testing.T) {
	for name, c := range map[string]struct{ svg, size, path string }{
		"own pad":          {`<svg xmlns="http://www.w3.org/2000/svg" width="300" height="160" viewBox="0 0 300 160"><path d="M10.04 20Q30.26 40 50 60" fill="none" stroke="#000"/></svg>`, "300 160", "M10 20Q30.3 40 50 60"},
		"groups and paint": {`<?xml version="1.0"?><svg version="1.1" width="300px" height="160px"><g stroke="red"><g><path stroke-width="3" d="M1,2L3,4"/></g><path d="M5 6 7 8"/></g></svg>`, "300 160", "M1 2L3 4M5 6L7 8"},
		"relative":         {`<svg viewBox="0 0 300 160"><path d="m10 10 5 5l-1-1h2v3c1 1 2 2 3 3q.5.5 1 1zl1 1"/></svg>`, "300 160", "M10 10L15 15L14 14L16 14L16 17C17 18 18 19 19 20Q19.5 20.5 20 21ZM10 10L11 11"},
		"moved pad":        {`<svg viewBox="-10 -20.5 300 160"><path d="M0 0L-10-20.5"/></svg>`, "300 160", "M10 20.5L0 0"},
		"moves alone":      {`<svg viewBox="0 0 300 160"><path d="M1 1M2 2L3 3ZZM9 9"/><path d=""/></svg>`, "300 160", "M2 2L3 3Z"},
		"exponents":        {`<svg viewBox="0 0 300 160"><path d="M1e1 2E+1L+3-.04"/></svg>`, "300 160", "M10 20L3 0"},
		"a dot":            {`<svg viewBox="0 0 300 160"><path d="M10 10L10 10"/></svg>`, "300 160", "M10 10L10 10"},
	} {
		w, h, _ := strings.Cut(c.size, " ")
		want := `<svg xmlns="http://www.w3.org/2000/svg" width="` + w + `" height="` + h + `" viewBox="0 0 ` + c.size + `"><path d="` + c.path +
			`" fill="none" stroke="#000" stroke-width="2.2" stroke-linecap="round"/></svg>`
		got, err := Drawing(c.svg)
		if err != nil || got != want {
			t.Errorf("%s: %v\n%s\n%s", name, err, got, want)
			continue
		}
		printable(t, got)
	}
}

// printable checks that the library that prints takes every command of a drawing,
// which it leaves out without a word where it does not.
func printable(t *testing.T, clean string) {
	t.Helper()
	sig, err := fpdf.SVGBasicParse([]byte(clean))
	if err != nil || len(sig.Paths) != 1 {
		t.Fatalf("%v: %d paths of %s", err, len(sig.Paths), clean)
	}
	_, d, _ := strings.Cut(clean, ` d="`)
	d, _, _ = strings.Cut(d, `"`)
	commands := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, d)
	printed := ""
	for _, s := range sig.Paths[0].Segments {
		printed += string(s.Cmd)
	}
	if printed != commands {
		t.Errorf("%s is printed as %s", commands, printed)
	}
}

func TestDrawingRefuses(t *testing.T) {
	const open, shut = `<svg viewBox="0 0 300 160">`, `</svg>`
	const stroke = `<path d="M1 1L2 2"/>`
	for svg, says := range map[string]string{
		"":          "is empty",
		"  ":        "is empty",
		"scribble":  "no text",
		open + shut: "is empty",
		open + `<path d="M1 1"/><path d="M2 2Z"/>` + shut:              "is empty",
		open + stroke + `<script>alert(1)</script>` + shut:             `"script"`,
		open + stroke + `<style>*{}</style>` + shut:                    `"style"`,
		open + `<image href="https://example.org/a.png"/>` + shut:      `"image"`,
		open + stroke + `<text>x</text>` + shut:                        `"text"`,
		open + stroke + "x" + shut:                                     "no text",
		open + stroke + "<!-- x -->" + shut:                            "no comments",
		open + stroke + "<![CDATA[x]]>" + shut:                         "no text",
		open + `<path d="M1 1L2 2" onclick="x()"/>` + shut:             `"onclick"`,
		open + `<path d="M1 1L2 2" style="x"/>` + shut:                 `"style"`,
		open + `<path d="M1 1L2 2" transform="scale(9)"/>` + shut:      `"transform"`,
		open + `<path d="M1 1L2 2" d="M3 3L4 4"/>` + shut:              "twice",
		open + `<path d="M1 1L2 2"><path d="M1 1L2 2"/></path>` + shut: "within a path",
		open + open + stroke + shut + shut:                             "one svg",
		open + stroke + shut + open + stroke + shut:                    "one svg",
		stroke:                              "one svg",
		open + stroke + shut + `<?php x ?>`: "no instructions",
		`<!DOCTYPE svg [<!ENTITY e "x">]>` + open + stroke + shut:              "no document type",
		open + "&e;" + stroke + shut:                                           "can be read",
		open + stroke:                                                          "can be read",
		`<svg viewBox="0 0 300 160" onload="x()">` + stroke + shut:             `"onload"`,
		`<h:svg xmlns:h="http://www.w3.org/1999/xhtml">`:                       "of SVG only",
		`<svg>` + stroke + shut:                                                "how large",
		`<svg width="NaN" height="1">` + stroke + shut:                         "how large",
		`<svg width="1e9" height="100">` + stroke + shut:                       "how large",
		`<svg width="1" height="100">` + stroke + shut:                         "at least 10 by 10",
		`<svg viewBox="0 0 5">` + stroke + shut:                                "four numbers",
		open + `<path d="L1 1"/>` + shut:                                       "begin with M",
		open + `<path d="M1 1A1 1 0 0 0 2 2"/>` + shut:                         "other than",
		open + `<path d="M1 1 S 1 1 2 2"/>` + shut:                             "other than",
		open + `<path d="M1 1L2"/>` + shut:                                     "number missing",
		open + `<path d="M1 1L2 -"/>` + shut:                                   "number missing",
		open + `<path d="M1 1L1e999 2"/>` + shut:                               "number missing",
		open + `<path d="M1 1L1e8 2"/>` + shut:                                 "by far",
		open + stroke + strings.Repeat(" ", LargestDrawing) + shut:             "100 KB",
		open + `<path d="m1 1` + strings.Repeat(" 9", 40_000) + `"/></svg>`:    "by far",
		open + `<path d="m1 1` + strings.Repeat("h1h-1", 15_000) + `"/></svg>`: "100 KB",
	} {
		clean, err := Drawing(svg)
		var e *models.Error
		if !errors.As(err, &e) || e.Kind != models.Invalid || e.Field != "signature" || !strings.Contains(e.Message, says) || clean != "" {
			t.Errorf("%.120s: %v, not %q", svg, err, says)
		}
	}
}

func FuzzDrawing(f *testing.F) {
	for _, svg := range []string{
		`<svg xmlns="http://www.w3.org/2000/svg" width="300" height="160" viewBox="0 0 300 160"><path d="M10.5 20Q30 40 50 60" fill="none"/></svg>`,
		`<svg viewBox="-3.3 7 30 16"><g><path d="m1 1.55 2 2c1 1 2 2 3 3q1 1 2 2hv1z l-1-1M0 0V5"/></g></svg>`,
		`<svg width="10px" height="1e3"><path d="M-0.04-.04L1e-3,5 zzh3"/></svg>`,
		`<svg><script/></svg>`, `<!DOCTYPE x><svg/>`,
	} {
		f.Add(svg)
	}
	f.Fuzz(func(t *testing.T, svg string) {
		clean, err := Drawing(svg)
		if err != nil {
			if models.KindOf(err) != models.Invalid {
				t.Error(err)
			}
			return
		}
		if again, err := Drawing(clean); err != nil || again != clean {
			t.Errorf("%v\n%s\n%s", err, clean, again)
		}
		printable(t, clean)
	})
}
