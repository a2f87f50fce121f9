// Package labels makes what is stuck on equipment: tags that refuse to be
// mistyped, QR codes that survive wear, single labels and sheets of them.
package labels

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"quartermaster/models"
)

// damm is the operation table of H. Michael Damm's check digit ("Total
// anti-symmetrische Quasigruppen", Marburg 2004, page 111): it detects every
// wrong digit and every exchange of two neighbours.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func checkDigit(digits string) byte {
	var state byte
	for i := range len(digits) {
		state = damm[state][digits[i]-'0']
	}
	return '0' + state
}

var (
	tagForm    = regexp.MustCompile(`^([A-Z]{1,6})[-‐‑–— ]*([0-9]{6,18})[-‐‑–— ]*([0-9])$`)
	prefixForm = regexp.MustCompile(`^[A-Z]{1,6}$`)
)

// ValidPrefix says whether prefix can begin a tag: 1 to 6 capital letters.
func ValidPrefix(prefix string) bool { return prefixForm.MatchString(prefix) }

// FormatTag writes a tag: prefix, number in at least six digits, check digit.
func FormatTag(prefix string, number int64) string {
	buf := make([]byte, 0, 24)
	buf = append(append(buf, prefix...), '-')
	from := len(buf)
	for pad := int64(100_000); pad > number && pad > 1; pad /= 10 {
		buf = append(buf, '0')
	}
	buf = strconv.AppendInt(buf, number, 10)
	return string(append(buf, '-', checkDigit(string(buf[from:]))))
}

// ParseTag reads a tag as people write it: in any case and any digits, with other dashes, blanks
// or nothing between its parts. A tag whose check digit is wrong is refused.
func ParseTag(text string) (prefix string, number int64, err error) {
	text = asPrinted(text)
	parts := tagForm.FindStringSubmatch(text)
	if parts == nil {
		return "", 0, models.Refuse(models.Invalid, "tag", "%s is not a tag; a tag looks like %s", quoted(text), FormatTag("QM", 123))
	}
	number, err = strconv.ParseInt(parts[2], 10, 64)
	if err != nil || FormatTag(parts[1], number) != parts[1]+"-"+parts[2]+"-"+parts[3] {
		return "", 0, models.Refuse(models.Invalid, "tag", "%s is mistyped: its last digit does not fit the others; look at the label again", quoted(text))
	}
	return parts[1], number, nil
}

// asPrinted is a tag in the letters and digits that labels are printed in.
func asPrinted(text string) string {
	return strings.ToUpper(models.WesternDigits(strings.TrimSpace(text)))
}

const longestQuote = 40

func quoted(text string) string {
	if runes := []rune(text); len(runes) > longestQuote {
		text = string(runes[:longestQuote]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// LooksLikeTag says whether text has the form of a tag, mistyped or not.
func LooksLikeTag(text string) bool {
	return tagForm.MatchString(asPrinted(text))
}

var labelAddress = regexp.MustCompile(`(?i)^https?://[^/\s]+(?:/[^?#]*)?/[tl]/([^/?#\s]+)`)

var paperAddress = regexp.MustCompile(`(?i)^https?://[^/\s]+(?:/[^?#]*)?/vouchers/([^/?#\s]+)`)

// ParseScan returns the code in what a scanner gives: the tag or stock lot from a
// label's address, in any case and of any server, the number from a voucher's
// address, or else the text itself, trimmed.
func ParseScan(text string) string {
	text = strings.TrimSpace(text)
	if parts := labelAddress.FindStringSubmatch(text); parts != nil {
		return strings.ToUpper(parts[1])
	}
	if parts := paperAddress.FindStringSubmatch(text); parts != nil {
		return parts[1]
	}
	return text
}

var binAddress = regexp.MustCompile(`(?i)^https?://[^/\s]+(?:/[^?#]*)?/b/([^/?#\s]+)/([^/?#\s]+)`)

// ParseBin returns the unit and the bin from the address on a bin's label, in
// capitals.
func ParseBin(text string) (unit, bin string, ok bool) {
	parts := binAddress.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return "", "", false
	}
	return strings.ToUpper(parts[1]), strings.ToUpper(parts[2]), true
}
