package models

import (
	"strings"
	"unicode"
)

const longestWord = 40

// Words splits texts into lower-case words of letters and Western digits, each once.
func Words(texts ...string) []string {
	var words []string
	seen := make(map[string]bool, 16)
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(strings.ToLower(WesternDigits(text)), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		}) {
			if runes := []rune(word); len(runes) > longestWord {
				word = string(runes[:longestWord])
			}
			if !seen[word] {
				seen[word] = true
				words = append(words, word)
			}
		}
	}
	return words
}

// SearchWords are the words by which a person may look for the unit; so are those
// of the others.
func (u *Unit) SearchWords() []string { return Words(u.Code, u.Name) }

// SearchWords are of the donor's code, name and mark.
func (d *Donor) SearchWords() []string { return Words(d.Code, d.Name, d.Mark) }

// SearchWords are of the grant's code, name and reference.
func (g *Grant) SearchWords() []string { return Words(g.Code, g.Name, g.Reference) }

// SearchWords are of the category's code and name.
func (c *Category) SearchWords() []string { return Words(c.Code, c.Name) }

// SearchWords are of the item's code and name.
func (i *StockItem) SearchWords() []string { return Words(i.Code, i.Name) }

// SearchWords are of the person's code, name, rank and service number.
func (p *Person) SearchWords() []string { return Words(p.Code, p.Name, p.Rank, p.ServiceNumber) }
