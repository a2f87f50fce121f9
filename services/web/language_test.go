package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"quartermaster/services/access"
)

// in asks for a page as a browser in a language does.
func (s *site) in(language, path string) page {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Language", language)
	return s.send(r)
}

func TestPagesSpeakTheLanguageThatWasChosen(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.in("ur-PK, en;q=0.5", "/sign-in").has(t, 200, `<html lang="ur" dir="rtl">`, "سائن اِن", `value="en"`)
	s.in("de", "/sign-in").has(t, 200, `<html lang="en" dir="ltr">`, "Sign in", `lang="ur">اردو`)

	chosen := s.post("/language", url.Values{"language": {"ur"}, "next": {"/sign-in"}})
	chosen.has(t, 303)
	s.cookie = strings.SplitN(chosen.Header.Get("Set-Cookie"), ";", 2)[0]
	s.in("en", "/sign-in").has(t, 200, `<html lang="ur" dir="rtl">`)
	s.cookie = ""
	s.post("/language", url.Values{"language": {"xx"}}).has(t, 422)

	s.signIn("keeper-north")
	form := s.get("/me")
	s.post("/me/language", form.fill("language", "ur", "digits", "eastern")).has(t, 303)
	s.in("en", "/").has(t, 200, `dir="rtl"`, "آپ کے منتظر امور")
	s.in("en", "/nowhere").has(t, 404, "نہیں ملا")
	person, err := s.Access.Person(s.Operator(), "keeper-north")
	if err != nil || person.Language != "ur" || person.Digits != "eastern" {
		t.Errorf("%+v, %v", person, err)
	}
	s.post("/me/language", s.get("/me").fill("digits", "roman")).has(t, 422)
	s.post("/me/language", s.get("/me").fill("language", "xx")).has(t, 422, "اس زبان کی فرہنگ موجود نہیں")
}

func TestRefusalsAndTimelinesSpeakUrdu(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	s.signIn("keeper-north")
	s.post("/me/language", s.get("/me").fill("language", "ur")).has(t, 303)
	s.get("/assets/"+a.Tag).has(t, 200, "چارج پر لیا گیا", "اسٹور میں", `<span class="tag">`+a.Tag)
	page := s.post("/assets/"+a.Tag+"/issue", s.get("/assets/"+a.Tag).fill("custodian", "nobody", "unit", ""))
	page.has(t, 422, "موجود نہیں")
	if strings.Contains(page.body, "there is no") {
		t.Error("a refusal is told in English")
	}
}

// TestUrduFitsAPhone looks at the main pages in Urdu on 360 pixels: none is wider, and
// what is in Latin letters is a name, a tag or a code.
func TestUrduFitsAPhone(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("SERIAL-1")
	if _, err := s.Access.EditPerson(s.Operator(), "keeper-north", 0, access.PersonEdit{Name: new("نوید")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Register.Edit(s.Operator(), a.Tag, 0, editName("وی ایچ ایف ریڈیو")); err != nil {
		t.Fatal(err)
	}
	ctx, base := browse(t, s, "keeper-north", 360, refused(404, "/nowhere"))
	do(t, ctx, chromedp.Navigate(base+"/me"), chromedp.SetValue("#language", "ur"), chromedp.Click("form[action='/me/language'] button"), chromedp.WaitVisible("html[dir=rtl]"))
	for _, path := range []string{"/", "/scan", "/assets", "/assets/" + a.Tag, "/vouchers", "/vouchers/new", "/requests", "/stock", "/findings", "/stocktakes", "/care", "/workshop", "/me", "/me/second-factor", "/nowhere"} {
		do(t, ctx, chromedp.Navigate(base+path), chromedp.WaitReady("main"))
		if wide := value[int](t, ctx, "document.documentElement.scrollWidth"); wide > 360 {
			t.Errorf("%s is %d pixels wide in Urdu", path, wide)
		}
		for _, words := range value[[]string](t, ctx, englishWords) {
			t.Errorf("%s says %q in English", path, words)
		}
	}
}

// englishWords are texts of more than one word in Latin letters. Names that the world of
// the tests has are of the book, not of the page; tags, codes and values stand apart.
const englishWords = `(() => {
	const found = [];
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const text = texts.currentNode;
		if (text.parentElement.closest(".tag, code, pre, script, style, select, datalist, [lang=en], .who, .name")) continue;
		const words = text.data.replace(/\u2068[^\u2069]*\u2069/g, "").match(/[a-z]{2,} [a-z]{2,}/g);
		if (words) found.push(text.data.trim());
	}
	return found;
})()`
