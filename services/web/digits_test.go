package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// inWestern are the elements of which the digits are part of a code, a name or a command.
var inWestern = map[string]bool{"script": true, "style": true, "code": true, "pre": true, "bdi": true, "title": true, "option": true, "textarea": true, "svg": true}

// codes are what is never in Eastern digits: tags, numbers of papers, serial numbers, versions, addresses.
// Names that people gave, standards, commands and how days are typed are not either.
var asWritten = regexp.MustCompile(`21 CFR [\d.]+|(Borders|Ports) 20\d\d|(NIJ|IPSAS|CFR|NFPA|ISO|ASTM|ZPL|FIPS) [A-Z]?\d[\d.]*|[\d.]+ (°C|cm|mR)|نمبر \x{2068}\d+|^\s*(\d\d-\d\d,? ?)+\s*$|^\s*5000\s*$|LOT-\d+-\d 20|0\.0\.0\.0`)

var codes = regexp.MustCompile(`[A-Za-z_./@:+-]*[A-Za-z][\w./:@+-]*\d[\w./:@+-]*|\d[\w./:@+-]*[A-Za-z][\w./:@+-]*`)

func (w *walk) inDigits(code, language, digits string) {
	if err := w.Access.ChooseLanguage(w.As(code), language, digits); err != nil {
		w.t.Fatal(err)
	}
}

// TestFiguresAreInTheDigitsThatWereChosen reads every page of somebody who chose Eastern
// digits: no figure on it is in others.
func TestFiguresAreInTheDigitsThatWereChosen(t *testing.T) {
	w := newWalk(t)
	paths := append(w.pages("admin"), besides...)
	w.inDigits("admin", "ur", "eastern")
	for _, path := range paths {
		got := w.ask("admin", address{method: http.MethodGet, path: path}, path, nil)
		page, err := html.Parse(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got.body, `lang="ur"`) {
			continue // what is shown to whoever has a link
		}
		var read func(*html.Node)
		read = func(n *html.Node) {
			if n.Type == html.ElementNode {
				for _, a := range n.Attr {
					if inWestern[n.Data] || a.Key == "class" && strings.Contains(" "+a.Val+" ", " tag ") {
						return
					}
				}
				if inWestern[n.Data] {
					return
				}
			}
			if n.Type == html.TextNode {
				if text := codes.ReplaceAllString(asWritten.ReplaceAllString(n.Data, ""), ""); strings.ContainsAny(text, "0123456789") {
					t.Errorf("%s: <%s %v> %q", path, n.Parent.Data, n.Parent.Attr, strings.Join(strings.Fields(n.Data), " "))
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				read(c)
			}
		}
		read(page)
	}
}

// TestFiguresAreTakenInEasternDigits types tags, quantities, codes and searches on an Urdu
// keyboard.
func TestFiguresAreTakenInEasternDigits(t *testing.T) {
	w := newWalk(t)
	turned := strings.NewReplacer("0", "۰", "1", "۱", "2", "۲", "3", "۳", "4", "۴", "5", "۵", "6", "۶", "7", "۷", "8", "۸", "9", "۹").Replace
	for path, where := range map[string]string{"/scan?code=" + url.QueryEscape(turned(w.own)): "/assets/" + w.own} {
		got := w.ask("admin", address{method: http.MethodGet, path: path}, path, nil)
		if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), where) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.Header.Get("Location"))
		}
	}
	found := w.ask("admin", address{method: http.MethodGet, path: "/assets"}, "/assets?q="+url.QueryEscape(turned(w.own)), nil)
	if !strings.Contains(found.body, ">"+w.own+"<") {
		t.Error("a tag in Eastern digits is not found")
	}
}
