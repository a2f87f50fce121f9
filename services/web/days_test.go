package web_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	screens "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"quartermaster/services/booktest"
	"quartermaster/services/web"
	"quartermaster/services/words"
)

var newPictures = flag.Bool("pictures", false, "write the pictures of the help pages anew")

// day is somebody's working day in the browser. Steps name what they press and fill in
// by its English words; the day finds it by the words of the language that it is read in.
type day struct {
	*site
	tab   context.Context
	base  string
	in    *words.Printer
	width int64
	name  string // of the role
	steps int
}

// story is a role's day from the sign-in to the sign-out.
type story struct {
	role string
	who  string // who lives it
	make func(t *testing.T) *booktest.World
	live func(d *day)
	// provoked are the errors of the console that the story provokes, as listen has them.
	provoked []string
}

var stories = []story{
	{"storekeeper", "keeper-north", northernBook, storekeepersDay, []string{refused(409, "/stocktakes/ST-NORTH-STORE-2026-0001/count")}},
	{"commander", "commander-north", northernBook, commandersDay, nil},
	{"maintenance", "workshop", northernBook, mechanicsDay, nil},
	{"auditor", "auditor-a", northernBook, auditorsDay, []string{refused(422, "/verify")}},
	{"admin", "admin", func(t *testing.T) *booktest.World { return booktest.Empty(t) }, administratorsDay, nil},
}

// TestDays lives each role's day on a phone and on a desk, in each language, all in one
// browser. Each step leaves a picture in build/screens.
func TestDays(t *testing.T) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program(t)), chromedp.NoSandbox, chromedp.DisableGPU)
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, end := chromedp.NewContext(allocated)
	t.Cleanup(end)
	if err := chromedp.Do(browser); err != nil {
		t.Fatal(err)
	}
	for _, s := range stories {
		for _, language := range []string{"en", "ur"} {
			for _, width := range []int64{360, 1280} {
				t.Run(fmt.Sprintf("%s/%s-%d", s.role, language, width), func(t *testing.T) {
					t.Parallel()
					d := dawn(t, browser, s, language, width)
					s.live(d)
				})
			}
		}
	}
}

// dawn serves a book of its own, and opens a tab that shares nothing with the others.
func dawn(t *testing.T, browser context.Context, s story, language string, width int64) *day {
	t.Helper()
	d := &day{site: over(t, s.make(t), false), in: words.In(language, words.Western), width: width, name: s.role}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.app.Listener(listener) }()
	t.Cleanup(func() {
		d.Live.End()
		if err := d.app.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	d.base = "http://" + listener.Addr().String()
	tab, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	d.tab = tab
	screen := func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 740, DeviceScaleFactor: 1, Mobile: width < 600})
		return err
	}
	if err := chromedp.Do(tab, chromedp.Func(screen)); err != nil { // under a deadline the tab would end with it
		t.Fatal(err)
	}
	listen(t, tab, s.provoked...)
	if err := os.RemoveAll(d.folder()); err != nil {
		t.Fatal(err)
	}
	d.signIn(s.who) // sets the password
	person, err := d.Access.Person(d.Operator(), s.who)
	if err != nil {
		t.Fatal(err)
	}
	d.open("/sign-in")
	if language != words.English {
		d.follow(map[string]string{"ur": "اردو"}[language])
	}
	d.write("User name", person.Username)
	d.write("Password", password)
	d.step("sign-in")
	d.follow("Sign in")
	d.sees("Waiting for you")
	return d
}

// folder is where the day leaves its pictures.
func (d *day) folder() string {
	return filepath.Join("../../build/screens", d.name, fmt.Sprintf("%s-%d", d.in.Language, d.width))
}

// own are words of the book, which are the same in every language although the program
// has a sentence like them.
type own string

// say is a sentence, or whatever else has words, in the day's language; a name that the
// program does not say is as it is.
func (d *day) say(what any) string {
	switch what := what.(type) {
	case string:
		return d.in.Say(what)
	case own:
		return string(what)
	}
	return d.in.Tell(what)
}

// finders are what the steps look for things by in the page.
const finders = `
const plain = s => (s || "").replace(/[\u2066-\u2069\u200e\u200f]/g, "").replace(/\s+/g, " ").trim().toLowerCase();
const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
const named = (e, text) => [e.innerText, e.getAttribute("aria-label"), e.value].some(n => plain(n) === plain(text));
const press = (text, leads) => {
  const all = [...document.querySelectorAll("main a, main button, main summary, main label, header a, header button, header summary")].filter(shown).filter(e => leads === "" || e.matches("a, button"));
  return all.find(e => named(e, text)) || all.find(e => e.matches("a, label, summary") && plain(e.innerText).includes(plain(text)));
};
const field = text => {
  const label = [...document.querySelectorAll("label, .label")].filter(shown).find(l => plain(l.firstChild?.nodeType === 3 ? l.firstChild.data : l.innerText) === plain(text) || plain(l.innerText).replace(/ ?\*$/, "") === plain(text));
  return label?.control || [...document.querySelectorAll("input, select, textarea")].filter(shown).find(e => plain(e.getAttribute("aria-label")) === plain(text) || plain(e.placeholder) === plain(text));
};
`

// filled is a script with the finders and its $0, $1 …
func (d *day) filled(script string, args []string) string {
	d.t.Helper()
	for i, arg := range args {
		quoted, err := json.Marshal(arg)
		if err != nil {
			d.t.Fatal(err)
		}
		script = strings.ReplaceAll(script, fmt.Sprintf("$%d", i), string(quoted))
	}
	return "(() => {" + finders + script + "})()"
}

// ask runs a script that has the finders.
func ask[T any](d *day, script string, args ...string) T {
	d.t.Helper()
	return value[T](d.t, d.tab, d.filled(script, args))
}

// until waits for a script to be true, also where the page that it began on is left.
func (d *day) until(script string, args ...string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.tab, longest)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.WaitReady("body"), chromedp.Poll[chromedp.Void](d.filled(script, args)))
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			d.t.Fatalf("never %s %q, on a page that says: %s", script, args, said(d.tab))
		}
	}
}

// open goes to an address, as by a bookmark.
func (d *day) open(path string) {
	d.t.Helper()
	do(d.t, d.tab, chromedp.Navigate(d.base+path), chromedp.WaitReady("main"))
}

// press presses what has these words, with the mouse.
func (d *day) press(what any) {
	d.t.Helper()
	d.pressed(what, "")
}

// pressed presses what leads somewhere, or anything where leads is "".
func (d *day) pressed(what any, leads string) {
	d.t.Helper()
	text := d.say(what)
	for { // a part of a page that follows changes may be replaced in between
		d.until(`return !!press($0, $1)`, text, leads)
		at := ask[*place](d, `const e = press($0, $1); e?.scrollIntoView({block: "center", behavior: "instant"}); const r = e?.getClientRects()[0]; return r ? {x: r.x + r.width / 2, y: r.y + r.height / 2} : null`, text, leads)
		if at != nil {
			do(d.t, d.tab, chromedp.MouseClickXY(at.X, at.Y))
			return
		}
	}
}

// place is a point on the screen.
type place struct{ X, Y float64 }

// follow presses what leads to another page, and waits for it.
func (d *day) follow(what any) {
	d.t.Helper()
	ask[bool](d, `window.before = true; return true`)
	d.pressed(what, "leads")
	d.until(`return !window.before && document.readyState === "complete"`)
}

// go takes an entry of the menu, or of the head of the page where there is room for it.
func (d *day) goTo(what any) {
	d.t.Helper()
	text := d.say(what)
	if !ask[bool](d, `return [...document.querySelectorAll("header nav a")].filter(shown).some(e => named(e, $0))`, text) {
		ask[bool](d, `document.querySelector("header details.menu").open = true; return true`)
	}
	d.follow(what)
}

// write fills in a field.
func (d *day) write(label any, text string) {
	d.t.Helper()
	d.until(`return !!field($0)`, d.say(label))
	ask[bool](d, `const e = field($0); e.focus(); e.value = $1; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); return true`, d.say(label), text)
}

// choose chooses from a list what has these words.
func (d *day) choose(label, what any) {
	d.t.Helper()
	d.until(`return [...(field($0)?.options || [])].some(o => plain(o.text) === plain($1))`, d.say(label), d.say(what))
	ask[bool](d, `const e = field($0); e.value = [...e.options].find(o => plain(o.text) === plain($1)).value; e.dispatchEvent(new Event("change", {bubbles: true})); return true`, d.say(label), d.say(what))
}

// upload puts a file into a field.
func (d *day) upload(label any, name string, content []byte) {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		d.t.Fatal(err)
	}
	ask[bool](d, `document.querySelector("[data-day]")?.removeAttribute("data-day"); field($0).setAttribute("data-day", ""); return true`, d.say(label))
	do(d.t, d.tab, chromedp.SetUploadFiles("[data-day]", []string{path}))
}

// scans types a code into the box that is ready for it, as a scanner does.
func (d *day) scans(code string) {
	d.t.Helper()
	d.until(`return document.activeElement?.name === "code"`)
	do(d.t, d.tab, chromedp.SendKeys("input[name=code]", code+"\n"))
}

// sign draws a signature in the box that is in sight, and writes whose it is.
func (d *day) sign(name string) {
	d.t.Helper()
	d.until(`return [...document.querySelectorAll(".signpad canvas")].some(shown)`)
	ask[bool](d, `document.querySelector("[data-day]")?.removeAttribute("data-day"); [...document.querySelectorAll(".signpad canvas")].find(shown).setAttribute("data-day", ""); return true`)
	draw(d.t, d.tab, "[data-day]")
	d.write("Name of who signs", name)
}

// sees waits until all of this is on the screen.
func (d *day) sees(what ...any) {
	d.t.Helper()
	for _, each := range what {
		d.until(`return plain(document.body.innerText).includes(plain($0))`, d.say(each))
	}
}

// misses fails if any of this is on the screen.
func (d *day) misses(what ...any) {
	d.t.Helper()
	for _, each := range what {
		if ask[bool](d, `return plain(document.body.innerText).includes(plain($0))`, d.say(each)) {
			d.t.Errorf("%q is on the page: %s", d.say(each), said(d.tab))
		}
	}
}

// step keeps what is on the screen.
func (d *day) step(name string) {
	d.t.Helper()
	d.steps++
	png, err := chromedp.Run(d.tab, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(d.folder(), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(d.folder(), fmt.Sprintf("%02d-%s.png", d.steps, name)), png, 0o644)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	if width := value[int64](d.t, d.tab, "document.documentElement.scrollWidth"); width > d.width {
		d.t.Errorf("%s is %d pixels wide", name, width)
	}
}

// show is step of what a help page shows as well: the screen from the part that a
// selector names.
func (d *day) show(name, part string) {
	d.t.Helper()
	ask[bool](d, `const e = document.querySelector($0); scrollTo(0, e.getBoundingClientRect().top + scrollY - 72); return true`, part)
	d.step(name)
	if !*newPictures || d.width != pictureWidth || !slices.Contains(web.HelpPictures(), d.name+"-"+name) {
		return
	}
	top := value[float64](d.t, d.tab, "scrollY")
	folder := filepath.Join("help/pictures", d.in.Language)
	take := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		quality := int64(60)
		taken, err := cdp.Call(ctx, target, screens.CaptureScreenshot, screens.CaptureScreenshotParams{Format: screens.CaptureScreenshotFormatWebp, Quality: &quality, Clip: &screens.Viewport{Y: top + pictureTop, Width: pictureWidth, Height: pictureHeight, Scale: 1}})
		if err != nil {
			return err
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, d.name+"-"+name+".webp"), taken.Data, 0o644)
	})
	do(d.t, d.tab, take)
}

// The size of a picture: what is below the head of a page on a phone.
const (
	pictureTop    = 57
	pictureWidth  = 360
	pictureHeight = 560
)

// ends signs out.
func (d *day) ends() {
	d.t.Helper()
	d.goTo("Sign out")
	d.sees("Sign in", "User name")
	d.step("signed-out")
	d.open("/assets")
	d.sees("User name")
}
