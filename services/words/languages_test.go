package words_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// latinWord is a word in Latin letters, with what codes and addresses have besides.
var latinWord = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_./:@+-]*`)

// namesOf are words of commands, units of measure and of products, which are written so in Urdu too.
var namesOf = strings.Fields("km h cm mR C quartermaster import verify ledger.key vouchers/ bearer Authenticator Aegis Google Microsoft FreeOTP ETag as_of https https:// https://example.org/hook quartermaster- key stock to json csv xlsx pdf open closed field")

// TestUrduIsInItsOwnLetters finds English that was left in the Urdu catalogue: a word in
// Latin letters is a name or code that the English has just so, or one of the values that
// programs are told to give.
func TestUrduIsInItsOwnLetters(t *testing.T) {
	for key, m := range readCatalogue(t, "ur.toml") {
		for _, text := range []string{m.one, m.other} {
			for _, word := range latinWord.FindAllString(verb.ReplaceAllString(text, " "), -1) {
				values := strings.Contains(key, "must be") || strings.Contains(key, "one of")
				capital := strings.ContainsFunc(word, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' })
				if !strings.Contains(key, strings.TrimRight(word, ".:/-")) || !values && !capital && !slices.Contains(namesOf, word) {
					t.Errorf("%q has %q in Latin letters: %s", key, word, text)
				}
			}
		}
	}
}
