package web_test

import (
	"strings"
	"testing"

	"quartermaster/services/booktest"
)

// TestTheGuideWorksWithForms goes from an empty book to its categories without a script,
// in both languages.
func TestTheGuideWorksWithForms(t *testing.T) {
	t.Parallel()
	for language, told := range map[string][]string{"en": {"Set up the book", "Next: Units", "Taken. Change", "Vehicle"}, "ur": {"رجسٹر تیار کریں", "آگے: یونٹ", "لے لیے گئے", "گاڑی"}} {
		t.Run(language, func(t *testing.T) {
			s := over(t, booktest.Empty(t), false)
			s.signIn("admin")
			if err := s.Access.ChooseLanguage(s.As("admin"), language, ""); err != nil {
				t.Fatal(err)
			}
			s.get("/").has(t, 200, told[0], told[1])
			start := s.get("/start")
			start.has(t, 200, told[0], `value="vehicle" checked`)
			if p := s.post("/start/categories", start.fill()); p.StatusCode != 422 {
				t.Errorf("nothing chosen: %d", p.StatusCode)
			}
			for range 2 { // a form that is sent twice
				p := s.post("/start/categories", start.fill("code", "vehicle", "code", "body-armour"))
				if p.StatusCode != 303 {
					t.Fatalf("%d %s", p.StatusCode, p.body)
				}
				s.get(strings.SplitN(p.Header.Get("Location"), "#", 2)[0]).has(t, 200, told[2], told[3])
			}
			sheet := s.get("/assets/import/template.csv")
			sheet.has(t, 200, "name,category,", "fields.registration", "fields.use_until")
			home := s.get("/")
			if p := s.post("/start/away", home.fill("away", "yes")); p.StatusCode != 303 {
				t.Fatalf("%d %s", p.StatusCode, p.body)
			}
			if strings.Contains(s.get("/").body, `id="set-up"`) {
				t.Error("the guide was put away and is there")
			}
		})
	}
}

// TestWhoHasABookIsNotLed looks at the first page of everybody else.
func TestWhoHasABookIsNotLed(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	if strings.Contains(s.get("/").body, `id="set-up"`) {
		t.Error("a storekeeper is led through setting up")
	}
	if p := s.get("/start"); p.StatusCode != 403 {
		t.Errorf("%d", p.StatusCode)
	}
}
