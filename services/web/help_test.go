package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/web"
	"quartermaster/services/words"
)

const mostOfAPicture = 40_000 // bytes

// TestHelpPicturesAreThere looks for each picture that a help page names, in each
// language, and for those that none names. make pictures makes them.
func TestHelpPicturesAreThere(t *testing.T) {
	t.Parallel()
	for _, language := range words.Languages() {
		there := map[string]int64{}
		files, err := filepath.Glob("help/pictures/" + language.Code + "/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			file, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			there[filepath.Base(path)] = file.Size()
		}
		for _, name := range web.HelpPictures() {
			size, ok := there[name+".webp"]
			if !ok || size < 1500 || size > mostOfAPicture { // a blank one has 1 kB
				t.Errorf("%s in %s has %d bytes", name, language.Code, size)
			}
			delete(there, name+".webp")
		}
		for name := range there {
			t.Errorf("no page shows %s in %s", name, language.Code)
		}
	}
}

func TestHelpForEachRole(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	s.get("/help").has(t, 200, "Help: storekeeper", "When the label is torn", "Without a network", `loading="lazy"`, `width="360" height="560"`)
	for _, role := range models.Roles {
		p := s.get("/help/" + string(role))
		p.has(t, 200, "Find anything", `href="/help/`+string(role)+`" aria-current="page"`)
		for _, part := range strings.Split(p.body, `<img src="`)[1:] {
			address, _, _ := strings.Cut(part, `"`)
			if picture := s.get(address); picture.StatusCode != 200 || picture.Header.Get("Content-Type") != "image/webp" {
				t.Errorf("%s: %d %s", address, picture.StatusCode, picture.Header.Get("Content-Type"))
			}
		}
	}
	for _, path := range []string{"/help/general", "/help/pictures/en/nothing.webp", "/help/pictures/en/..%2fen%2fadmin-guide"} {
		if p := s.get(path); p.StatusCode != 404 {
			t.Errorf("%s: %d", path, p.StatusCode)
		}
	}
	s.get("/help/pictures/tlh/admin-guide.webp").has(t, 200) // English where there is none
	if err := s.Access.ChooseLanguage(s.As("keeper-north"), "ur", ""); err != nil {
		t.Fatal(err)
	}
	s.get("/help").has(t, 200, "لیبل پھٹ جائے تو", "/help/pictures/ur/storekeeper-torn.webp")
}
