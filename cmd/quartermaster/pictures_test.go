package main

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var newPictures = flag.Bool("pictures", false, "make the pictures of the README anew from the demo")

// pictures are those of the README. Where there is a link, the page behind the first such
// on the page is shown.
var pictures = []struct{ name, user, path, link string }{
	{"home", "storekeeper", "/", ""},
	{"home-phone", "storekeeper", "/", ""},
	{"asset", "admin", "/assets/QM-000001-3", ""},
	{"asset-phone", "admin", "/assets/QM-000001-3", ""},
	{"stocktake", "admin", "/stocktakes?state=open", "main table a, main .waiting a"},
	{"stocktake-phone", "admin", "/stocktakes?state=open", "main table a, main .waiting a"},
	{"report", "admin", "/reports/movements", ""},
	{"visit", "admin", "/visits", "main td.first a.row"},
	{"voucher-phone", "admin", "/vouchers?state=dispatched", "main table a, main .waiting a"},
}

const mostOfAPicture = 120_000 // bytes

// TestPictures holds the README and its pictures together; with -pictures it makes them.
func TestPictures(t *testing.T) {
	const folder = "../../docs/pictures"
	if *newPictures {
		for name, picture := range takePictures(t) {
			if err := os.WriteFile(filepath.Join(folder, name+".webp"), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`docs/pictures/([a-z-]+)\.webp`).FindAllSubmatch(readme, -1) {
		shown[string(m[1])] = true
	}
	for _, p := range pictures {
		file, err := os.Stat(filepath.Join(folder, p.name+".webp"))
		switch {
		case err != nil:
			t.Errorf("%v; run make pictures", err)
		case file.Size() > mostOfAPicture:
			t.Errorf("%s has %d bytes", p.name, file.Size())
		case !shown[p.name]:
			t.Errorf("the README does not show %s", p.name)
		}
		delete(shown, p.name)
	}
	for name := range shown {
		t.Errorf("nothing makes %s, which the README shows", name)
	}
}

// takePictures looks at the demo in a browser.
func takePictures(t *testing.T) map[string][]byte {
	t.Helper()
	p := &program{t: t, path: filepath.Join(t.TempDir(), "book.db"), address: freePort(t), command: "demo"}
	p.start()
	defer func() { _ = p.cmd.Process.Kill() }()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string][]byte{}
	allocated, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU)...)
	defer stop()
	first, end := chromedp.NewContext(allocated)
	defer end()
	if err := chromedp.Do(first); err != nil {
		t.Fatal(err)
	}
	for _, shot := range pictures {
		tab, end := chromedp.NewContext(first, chromedp.WithNewBrowserContext())
		if err := chromedp.Do(tab); err != nil {
			t.Fatal(err)
		}
		size, scale := [2]int64{1280, 860}, 0.7
		if strings.HasSuffix(shot.name, "-phone") {
			size, scale = [2]int64{360, 740}, 1
		}
		actions := []chromedp.Action[chromedp.Void]{
			chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
				_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: size[0], Height: size[1], DeviceScaleFactor: 1, Mobile: size[0] < 600})
				return err
			}),
			chromedp.Navigate("http://" + p.address + "/sign-in"), chromedp.SendKeys("#username", shot.user), chromedp.SendKeys("#password", demoPassword+"\n"), chromedp.WaitVisible("header.top"),
			chromedp.Navigate("http://" + p.address + shot.path), chromedp.WaitReady("main"),
		}
		if shot.link != "" {
			actions = append(actions, chromedp.Click(shot.link), chromedp.WaitReady("main .split, main section"))
		}
		actions = append(actions, chromedp.Poll[chromedp.Void]("document.readyState === 'complete' && [...document.images].every(i => i.complete || i.loading === 'lazy')"), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			quality := int64(70)
			picture, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: &quality, Clip: &page.Viewport{Width: float64(size[0]), Height: float64(size[1]), Scale: scale}})
			if err == nil {
				taken[shot.name] = picture.Data
			}
			return err
		}))
		ctx, cancel := context.WithTimeout(tab, 30*time.Second)
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", shot.name, err)
		}
		cancel()
		end()
	}
	return taken
}
