package letters

import (
	"testing"

	"golang.org/x/image/font/sfnt"
)

func TestEveryFormIsInTheFont(t *testing.T) {
	for _, ttf := range [][]byte{Naskh, NaskhBold} {
		font, err := sfnt.Parse(ttf)
		if err != nil {
			t.Fatal(err)
		}
		has := func(r rune) {
			t.Helper()
			if glyph, err := font.GlyphIndex(nil, r); err != nil || glyph == 0 {
				t.Errorf("%U is missing: %v", r, err)
			}
		}
		for _, f := range forms {
			for i := range f.count {
				has(f.isolated + rune(i))
			}
		}
		for _, form := range ligatures {
			has(form)
			has(form + 1)
		}
	}
}

func TestLettersAreJoined(t *testing.T) {
	for text, want := range map[string]string{
		"Radio":  "Radio",
		"فورس":   "\ufed3\ufeee\ufead\ufeb1", // fe initial, vav final, re and sin alone
		"پولیس":  "\ufb58\ufeee\ufedf\ufbff\ufeb2",
		"سلام":   "\ufeb3\ufefc\ufee1", // lam and alef are one
		"لا A ب": "\ufefb A \ufe8f",
		"بَب":    "\ufe91\u064e\ufe90", // a mark does not part letters
		"ښک":     "ښ\ufb8e",            // no form is known of the first
		"قلعے":   "\ufed7\ufee0\ufecc\ufbaf",
		"شعبہ":   "\ufeb7\ufecc\ufe92\ufba7",
	} {
		if got := Joined(text); got != want {
			t.Errorf("%s: %+q, not %+q", text, got, want)
		}
	}
}

func TestLinesAreDrawnFromTheSideThatTheyBeginOn(t *testing.T) {
	for text, want := range map[string]string{
		"Post (A) 12":     "Post (A) 12",
		"אבג":             "גבא",
		"אב (גד)":         "(דג) בא",
		"אב 12 גד":        "דג 12 בא",
		"אב 1.5":          "1.5 בא",
		"אב ۲۴":           "۲۴ בא",
		"Post אב גד (TP)": "Post דג בא (TP)",
		"אב (ANF)":        "(ANF) בא",
		"":                "",
		" - ":             " - ",
	} {
		if got := Visual(text, None); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}
