package words_test

import (
	"slices"
	"testing"

	"quartermaster/services/words"
)

// FuzzAccepted asks for any language: one that there is, is given.
func FuzzAccepted(f *testing.F) {
	for _, header := range []string{"", "ur-PK,ur;q=0.9,en;q=0.8", "*", "en;q=0", "de-DE-1996", ";;;", "ur;q=1.5", "x-klingon", "en-" + string(make([]byte, 300))} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if given := words.Accepted(header); !slices.ContainsFunc(words.Languages(), func(l words.Language) bool { return l.Code == given }) {
			t.Errorf("%q gives %q", header, given)
		}
	})
}
