// Package words lets people read the book in their own language. Code and templates
// hold English sentences; those are also the names by which the catalogues, one file a
// language, hold their translations. A further language is a further file.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed *.toml
var catalogues embed.FS

// Language is one that people can choose.
type Language struct {
	Code string // BCP 47
	Name string // in itself
}

// English is the language of the sentences in the code.
const English = "en"

// spoken are the catalogues as they were read.
type spoken struct {
	languages []Language
	matcher   language.Matcher
	printers  map[string]map[Digits]*Printer
}

var read = sync.OnceValue(func() spoken { return load(catalogues) })

func load(catalogues fs.FS) spoken {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	names, err := fs.Glob(catalogues, "*.toml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	texts := map[language.Tag]map[string]string{}
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(catalogues, name)
		if err != nil {
			panic(err) // it is embedded and read in tests
		}
		texts[file.Tag] = map[string]string{}
		for _, m := range file.Messages {
			if m.One == "" {
				texts[file.Tag][m.ID] = m.Other
			}
		}
	}
	tags := bundle.LanguageTags() // English first
	s := spoken{matcher: language.NewMatcher(tags), printers: map[string]map[Digits]*Printer{}}
	for _, tag := range tags {
		s.languages = append(s.languages, Language{tag.String(), display.Self.Name(tag)})
		s.printers[tag.String()] = map[Digits]*Printer{}
		for _, digits := range []Digits{Western, Eastern} {
			s.printers[tag.String()][digits] = newPrinter(tag, digits, texts[tag], i18n.NewLocalizer(bundle, tag.String()))
		}
	}
	return s
}

// Languages are those that there is a catalogue of, English first.
func Languages() []Language { return read().languages }

// Known says whether there is a catalogue of a language.
func Known(code string) bool { return read().printers[code] != nil }

// In speaks one of the languages, or English when it is unknown.
func In(code string, digits Digits) *Printer {
	if p := read().printers[code]; p != nil {
		return p[digits.orWestern()]
	}
	return read().printers[English][Western]
}

// Accepted is the best of the languages for a browser that asks with the header
// Accept-Language (RFC 9110, 12.5.4).
func Accepted(header string) string {
	if header == "" {
		return English
	}
	_, at := language.MatchStrings(read().matcher, header)
	return read().languages[at].Code
}

// rightToLeft are the scripts that are written so.
var rightToLeft = map[string]bool{"Arab": true, "Hebr": true, "Thaa": true, "Syrc": true, "Nkoo": true, "Adlm": true, "Rohg": true}

// Say tells a sentence with its values.
func (p *Printer) Say(format string, args ...any) string {
	text, ok := p.texts[format]
	if !ok {
		text = format
	}
	if len(args) == 0 {
		return text
	}
	return p.fill(text, args)
}

// Name tells a name that the catalogue has, such as that of a ready-made category; any
// other as it was written.
func (p *Printer) Name(own string) string {
	if told, ok := p.texts[own]; ok {
		return told
	}
	return own
}

// Count tells how many: one and other are the English forms, of which other names
// the message; n is the first value of the sentence.
func (p *Printer) Count(one, other string, n int, args ...any) string {
	text, err := p.plurals.Localize(&i18n.LocalizeConfig{MessageID: other, PluralCount: n})
	if err != nil {
		text = other
		if n == 1 {
			text = one
		}
	}
	if p.Right && p.Digits == Eastern {
		text = figuresTurned(text)
	}
	if !strings.Contains(text, "%") { // a language may say "one item" without the number
		return text
	}
	return p.fill(text, append([]any{n}, args...))
}

func (p *Printer) fill(text string, args []any) string {
	told := make([]any, len(args))
	for i, arg := range args {
		told[i] = p.value(arg)
	}
	return fmt.Sprintf(text, told...)
}
