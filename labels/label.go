package labels

import (
	"cmp"
	"strings"
)

// Label is what one label says.
type Label struct {
	Base  string // of the address in the code: https://host
	Tag   string
	First []string // what stands above the name, a line a language: when a lot expires
	Name  string
	Kind  string // what it is in the label's language; "" says the name alone
	Mark  string // of the donor
	Grant string
	// Door is what stands between base and tag in the address: "t" for an asset when
	// it is empty, "l" for a stock lot, "b" for a bin.
	Door string
	// Right says that the label is read from the right: its code stands there.
	Right bool
}

// Address is what the code carries. It is in upper case, because a QR code holds
// capitals, digits and :/.- in its alphanumeric mode at 5.5 bits a character
// instead of 8; whoever serves the address reads it in any case.
func (l Label) Address() string {
	return strings.ToUpper(strings.TrimRight(l.Base, "/") + "/" + cmp.Or(l.Door, "t") + "/" + l.Tag)
}

// payers are the lines that name who paid: one where it is wide enough, given in
// sizes of its letters, for donor and grant.
func (l Label) payers(width float64) []string {
	both := strings.TrimSpace(l.Mark + " · " + l.Grant)
	switch {
	case l.Mark == "" && l.Grant == "":
		return nil
	case l.Mark == "" || l.Grant == "":
		return []string{l.Mark + l.Grant}
	case regular().width(both) <= width:
		return []string{both}
	}
	return []string{l.Mark, l.Grant}
}
