package words

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"

	"quartermaster/models"
)

// TestAFurtherLanguageIsOneFile lays a Pashto catalogue, of which every text is marked,
// beside the others: it is then among the languages, runs from the right, is given to a
// browser that asks for it, and tells sentences, counts, days and money.
func TestAFurtherLanguageIsOneFile(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"en.toml", "ur.toml"} {
		content, err := fs.ReadFile(catalogues, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: content}
	}
	marked := regexp.MustCompile(`(?m)^(.+) = "(.*)"$`).ReplaceAllString(string(files["en.toml"].Data), `$1 = "‹$2›"`)
	files["ps.toml"] = &fstest.MapFile{Data: []byte(marked)}
	s := load(files)
	if len(s.languages) != 3 || s.languages[1].Code != "ps" || s.languages[1].Name == "" {
		t.Fatal(s.languages)
	}
	if _, at := language.MatchStrings(s.matcher, "ps-AF,ps;q=0.9"); at != 1 {
		t.Error("a browser that asks for it is given another")
	}
	p := s.printers["ps"][Eastern]
	if !p.Right {
		t.Error("it runs from the left")
	}
	for want, got := range map[string]string{
		"‹Vouchers›":               p.Say("Vouchers"),
		"‹۳ items›":                p.Count("%v item", "%v items", 3),
		"۱ ‹March› ۲۰۲۶":           p.Day("2026-03-01"),
		"\u2068۱٬۲۵۰٫۵۰ USD\u2069": p.Money(models.Money{Amount: "1250.50", Currency: "USD"}),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	for key := range s.printers[English][Western].texts {
		if told := s.printers["ps"][Western].texts[key]; !strings.HasPrefix(told, "‹") {
			t.Errorf("%q is told as %q", key, told)
		}
	}
}
