package words

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"quartermaster/models"
)

// Digits are how numbers are written.
type Digits string

// The digits that a person can choose.
const (
	Western Digits = ""
	Eastern Digits = "eastern" // ۰۱۲۳۴۵۶۷۸۹
)

func (d Digits) orWestern() Digits {
	if d == Eastern {
		return Eastern
	}
	return Western
}

// Printer speaks one language.
type Printer struct {
	Language string // BCP 47
	Right    bool   // it is written from right to left
	Digits   Digits
	texts    map[string]string
	plurals  *i18n.Localizer
	numbers  *message.Printer
}

func newPrinter(tag language.Tag, digits Digits, texts map[string]string, plurals *i18n.Localizer) *Printer {
	script, _ := tag.Script()
	// Numbers are grouped as the language does, in Western digits, which digits then turns.
	latin, err := language.Parse(tag.String() + "-u-nu-latn")
	if err != nil {
		latin = tag
	}
	if right := rightToLeft[script.String()]; right && digits == Eastern {
		turned := make(map[string]string, len(texts))
		for key, text := range texts {
			turned[key] = figuresTurned(text)
		}
		texts = turned
	}
	return &Printer{Language: tag.String(), Right: rightToLeft[script.String()], Digits: digits, texts: texts, plurals: plurals, numbers: message.NewPrinter(latin)}
}

// Direction is the value of HTML's dir.
func (p *Printer) Direction() string {
	if p.Right {
		return "rtl"
	}
	return "ltr"
}

// Tell tells anything that has words: a Text, a refusal, one matter of it, a state or a
// kind. Everything else is somebody's own words and is told as it is.
func (p *Printer) Tell(what any) string {
	switch v := what.(type) {
	case nil:
		return ""
	case string:
		return v
	case Capital:
		return UpperFirst(p.Tell(v.Of))
	case List:
		told := make([]string, len(v))
		for i, each := range v {
			told[i] = p.Tell(each)
		}
		return strings.Join(told, p.Say(", "))
	case models.Text:
		if n, counts := first(v.Args).(int); v.One != "" && counts {
			return p.Count(v.One, v.Format, n, v.Args[1:]...)
		}
		return p.Say(v.Format, v.Args...)
	case *models.Error:
		return p.Tell(v.Text())
	case models.Detail:
		return p.Tell(v.Text())
	case interface{ Text() models.Text }:
		return p.Tell(v.Text())
	case interface{ Words() string }:
		return p.Say(v.Words())
	case models.Day:
		return p.Day(v)
	case models.Quantity:
		return p.signed(p.digits(v.Grouped()))
	case models.Money:
		return p.Money(v)
	case *models.Money:
		if v == nil {
			return ""
		}
		return p.Money(*v)
	}
	if isNumber(what) {
		return p.Number(what)
	}
	return fmt.Sprint(what)
}

// value is what a sentence has in the place of one of its values.
func (p *Printer) value(arg any) any {
	switch v := arg.(type) {
	case Capital, List, models.Text, *models.Error, models.Detail, models.Day, models.Quantity, models.Money, *models.Money,
		interface{ Text() models.Text }, interface{ Words() string }:
		return p.Tell(v)
	case error:
		var refusal *models.Error
		if errors.As(v, &refusal) {
			return p.Tell(refusal)
		}
	}
	if !p.Right && p.Digits == Western {
		return arg
	}
	return apart{p, arg}
}

// apart is a value of a sentence. One in letters of another script stands apart
// from the direction of the sentence (Unicode Bidirectional Algorithm, UAX #9, 2.4.2).
type apart struct {
	p     *Printer
	value any
}

const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// Format writes the value as the verb says.
func (a apart) Format(state fmt.State, verb rune) {
	text := fmt.Sprintf(fmt.FormatString(state, verb), a.value)
	switch {
	case isNumber(a.value):
		text = a.p.signed(a.p.digits(text))
	case a.p.Right && strings.ContainsFunc(text, func(r rune) bool { return unicode.IsDigit(r) || unicode.Is(unicode.Latin, r) }):
		text = firstStrongIsolate + text + popIsolate
	}
	fmt.Fprint(state, text)
}

func isNumber(v any) bool {
	if _, text := v.(fmt.Stringer); text {
		return false
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// Number writes a number grouped as the language does.
func (p *Printer) Number(n any) string {
	return p.signed(p.digits(p.numbers.Sprint(number.Decimal(n))))
}

// signed keeps the sign of a number on its left, where the sentence runs from the right.
func (p *Printer) signed(number string) string {
	if p.Right && strings.HasPrefix(number, "-") {
		return firstStrongIsolate + number + popIsolate
	}
	return number
}

var toEastern = strings.NewReplacer("0", "۰", "1", "۱", "2", "۲", "3", "۳", "4", "۴", "5", "۵", "6", "۶", "7", "۷", "8", "۸", "9", "۹", ",", "٬", ".", "٫")

func (p *Printer) digits(text string) string {
	if p.Digits != Eastern || !p.Right {
		return text
	}
	return toEastern.Replace(text)
}

// turnedFigure is one with its points and commas, but not the one behind it.
var turnedFigure = regexp.MustCompile(`\d[\d.,]*\d|\d`)

// figuresTurned has the figures of a sentence in Eastern digits, and leaves codes as they
// are: whatever has Latin letters in it, stands beside such, or is a value of the sentence.
func figuresTurned(sentence string) string {
	latin := func(word string) bool {
		return !strings.Contains(word, "%") && strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	}
	words := strings.Split(sentence, " ")
	turned := slices.Clone(words)
	for i, word := range words {
		beside := i > 0 && latin(words[i-1]) || i+1 < len(words) && latin(words[i+1])
		if !latin(word) && !strings.Contains(word, "%") && !beside {
			turned[i] = turnedFigure.ReplaceAllStringFunc(word, toEastern.Replace)
		}
	}
	return strings.Join(turned, " ")
}

// Money writes an amount and its currency.
func (p *Printer) Money(m models.Money) string {
	whole, fraction, broken := strings.Cut(m.Amount, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if broken {
		whole += "." + fraction
	}
	text := p.digits(sign+whole) + " " + m.Currency
	if p.Right {
		return firstStrongIsolate + text + popIsolate
	}
	return text
}

func first(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

// Functions are those by which templates speak: t tells a sentence, tn one with a number,
// w whatever has words of its own, n a number, day a day, name a name that may be of the
// catalogue, digits any figure that is text.
func (p *Printer) Functions() map[string]any {
	return map[string]any{
		"t": p.Say, "w": p.Tell, "n": p.Number, "day": p.Day, "name": p.Name,
		"digits": func(what any) string { return p.Turned(p.Tell(what)) },
		"tn":     func(one, other string, n any, args ...any) string { return p.Count(one, other, whole(n), args...) },
	}
}

func whole(n any) int {
	switch n := n.(type) {
	case int:
		return n
	case int64:
		return int(n)
	}
	return 0
}

// List tells one after the other.
type List []any

// Capital tells what it is of with its first letter as at the beginning of a sentence.
type Capital struct{ Of any }

// UpperFirst makes the first letter of a text a capital, in scripts that have them.
func UpperFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
