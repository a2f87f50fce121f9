package web_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"quartermaster/models"
	"quartermaster/services/public"
	"quartermaster/services/store"
)

var once = regexp.MustCompile(`name="_once" value="[^"]+"`)

// TestALabelTellsStrangersNothing compares what they get of an item and of a tag that
// nothing has.
func TestALabelTellsStrangersNothing(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("SERIAL-9")
	other := s.TagOf(404)
	same := func(of, other page) {
		t.Helper()
		if of.StatusCode != other.StatusCode || once.ReplaceAllString(of.body, "") != once.ReplaceAllString(strings.ReplaceAll(other.body, s.TagOf(404), a.Tag), "") {
			t.Errorf("%d %s\ndiffers from\n%d %s", of.StatusCode, of.body, other.StatusCode, other.body)
		}
	}
	p := s.get("/t/" + a.Tag)
	p.has(t, 200, a.Tag, "It does not work or is damaged", `capture="environment"`, "Sign in")
	for _, secret := range []string{a.Name, "Icom", "SERIAL-9", "NORTH", "DONOR", "A-2025", "First Donor", "Northern"} {
		if strings.Contains(p.body, secret) {
			t.Errorf("a stranger is told %q", secret)
		}
	}
	same(p, s.get("/t/"+other))
	bad := func(tag string) page { return s.post("/t/"+tag, s.get("/t/"+tag).fill("kind", "fault", "text", "")) }
	bad(a.Tag).has(t, 422, "Is required")
	same(bad(a.Tag), bad(other))
	sent := func(tag string) page {
		return s.post("/t/"+tag, s.get("/t/"+tag).fill("kind", "found", "text", "lies by the gate"))
	}
	for _, tag := range []string{a.Tag, other} {
		if p := sent(tag); p.StatusCode != 303 || p.Header.Get("Location") != "/t/"+tag+"?sent=yes" {
			t.Errorf("%d %s", p.StatusCode, p.body)
		}
	}
	same(s.get("/t/"+a.Tag+"?sent=yes"), s.get("/t/"+other+"?sent=yes"))
	s.get("/t/QM-000001-4").has(t, 422, "mistyped", "Sign in")
	s.get("/t/%3Cscript%3E").has(t, 422, "is not a tag")
}

func TestAReportKeepsWhatWasTypedAndIsDecidedOnAPage(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	p := s.get("/t/" + a.Tag)
	form := p.fill("kind", "fault", "text", "smokes <b>badly</b>", "contact", "0300 123")
	s.upload("/t/"+a.Tag, form, "x.jpg", "MZ").has(t, 415, "Is not a photo that can be read", "smokes &lt;b&gt;badly", `value="0300 123"`)
	s.post("/t/"+a.Tag, form, "Sec-Fetch-Site", "cross-site").has(t, 403)
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second is a double tap
		if p := s.upload("/t/"+a.Tag, form, "x.jpg", photo.String()); p.StatusCode != 303 {
			t.Fatalf("%d %s", p.StatusCode, p.body)
		}
	}
	s.signIn("keeper-north")
	p = s.get("/public-reports")
	p.has(t, 200, "Fault: VHF hand-held radio", "smokes &lt;b&gt;badly", "0300 123")
	if n := strings.Count(p.body, "<article"); n != 1 {
		t.Errorf("%d reports", n)
	}
	id := regexp.MustCompile(`/public-reports/(\w+)/dismiss`).FindStringSubmatch(p.body)[1]
	if got := s.get("/public-reports/" + id + "/photo"); got.StatusCode != 200 || got.Header.Get("Content-Type") != "image/jpeg" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	s.post("/public-reports/"+id+"/dismiss", p.fill("remark", "")).has(t, 422, "Say why it is dismissed")
	if p := s.post("/public-reports/"+id+"/dismiss", p.fill("remark", "a joke", "_once", "")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, p.body)
	}
	s.get("/public-reports?state=dismissed").has(t, 200, "a joke", "Naveed North")
	if got := s.get("/t/" + a.Tag); got.Header.Get("Location") != "/assets/"+a.Tag {
		t.Errorf("whoever is signed in is led to %s", got.Header.Get("Location"))
	}
}

// TestAStrangerReportsAFaultFromAPhone sends a photo in a browser of 360 pixels that
// nobody is signed in with.
func TestAStrangerReportsAFaultFromAPhone(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	ctx, base := browse(t, s, "keeper-north", 360)
	file := filepath.Join(t.TempDir(), "photo.jpg")
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 640, 480)), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, photo.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Click(".menu > summary"), chromedp.WaitVisible(`.menu form[action="/sign-out"] button`), chromedp.Click(`.menu form[action="/sign-out"] button`), chromedp.WaitVisible("#username"),
		chromedp.Navigate(base+"/t/"+a.Tag), chromedp.WaitVisible("h1.tag"))
	if width := value[int](t, ctx, "document.documentElement.scrollWidth"); width > 360 {
		t.Errorf("the form is %d pixels wide", width)
	}
	if small := value[int](t, ctx, "[...document.querySelectorAll('.button, .choice label, input:not([type=hidden]):not([type=radio]), textarea')].filter(e => e.getBoundingClientRect().height < 44).length"); small > 0 {
		t.Errorf("%d things to tap are less than 44 pixels high", small)
	}
	do(t, ctx, chromedp.Click("input[value=fault]"), chromedp.SendKeys("#text", "The screen is cracked"), chromedp.SetUploadFiles("#file", []string{file}),
		chromedp.Click("form button.main"), chromedp.WaitVisible(".note.ok"))
	if said := value[string](t, ctx, "document.querySelector('main').innerText"); !strings.Contains(said, "Somebody will look at it") || strings.Contains(said, a.Name) {
		t.Errorf("the stranger is told %q", said)
	}
	page, err := s.Public.List(s.As("keeper-north"), public.Filter{}, "", 10)
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%d came in; %v", len(page.Records), err)
	}
	r, err := store.Decode[models.PublicReport](page.Records[0])
	if err != nil || r.Text != "The screen is cracked" || r.Photo == nil {
		t.Errorf("%+v %v", r, err)
	}
}
