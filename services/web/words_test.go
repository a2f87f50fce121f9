package web_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// actions are what a template computes; a word within it is told by t.
var actions = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// readAloud are the attributes that people read or hear.
var readAloud = map[string]bool{"aria-label": true, "placeholder": true, "title": true, "alt": true, "label": true}

// TestNoTemplateHasWordsOfItsOwn reads the templates as a browser does: whatever people
// read comes from the catalogue, by t or tn.
func TestNoTemplateHasWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".html") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read := html.NewTokenizer(strings.NewReader(actions.ReplaceAllString(string(content), "\ufffc")))
		var silent string // the element within which nothing is for people
		for {
			kind := read.Next()
			if kind == html.ErrorToken {
				return nil
			}
			token := read.Token()
			switch kind {
			case html.TextToken:
				if silent == "" {
					wordless(t, path, token.Data)
				}
			case html.EndTagToken:
				if token.Data == silent {
					silent = ""
				}
			case html.StartTagToken, html.SelfClosingTagToken:
				switch token.Data {
				case "script", "style", "code", "pre": // commands are the same in every language
					if kind == html.StartTagToken {
						silent = token.Data
					}
				}
				button := token.Data == "input"
				for _, a := range token.Attr {
					button = button && (a.Key != "type" || a.Val == "submit" || a.Val == "button")
				}
				for _, a := range token.Attr {
					if readAloud[a.Key] || a.Key == "value" && button && hasType(token) {
						wordless(t, path, a.Val)
					}
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hasType(token html.Token) bool {
	for _, a := range token.Attr {
		if a.Key == "type" {
			return true
		}
	}
	return false
}

func wordless(t *testing.T, path, text string) {
	t.Helper()
	text = strings.TrimSpace(strings.ReplaceAll(text, "\ufffc", ""))
	if strings.ContainsFunc(text, unicode.IsLetter) && !strings.HasPrefix(text, "?") && // of an address
		!allowed[text] {
		t.Errorf("%s: %q is not from the catalogue: {{t …}}", path, text)
	}
}

// allowed are no words: names of forms and of units of measure that are written so everywhere.
var allowed = map[string]bool{"PDF": true, "FILE": true, "CSV": true, "XLSX": true}
