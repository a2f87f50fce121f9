package models

import (
	"strings"
	"unicode"
)

var westernDigits = strings.NewReplacer(
	"۰", "0", "۱", "1", "۲", "2", "۳", "3", "۴", "4", "۵", "5", "۶", "6", "۷", "7", "۸", "8", "۹", "9",
	"٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9")

// WesternDigits puts the digits that programs read in the place of those of Urdu (۰ to ۹)
// and of Arabic (٠ to ٩).
func WesternDigits(text string) string { return westernDigits.Replace(text) }

var westernMarks = strings.NewReplacer("٫", ".", "٬", "")

// Typed is what somebody typed as the book keeps it: figures, days, codes and tags in
// Western digits, whichever keyboard they were typed on. Words in letters of Urdu, with
// whatever digits are among them, are kept as they were written.
func Typed(text string) string {
	western := WesternDigits(text)
	if western == text || strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) }) {
		return text
	}
	return westernMarks.Replace(western)
}
