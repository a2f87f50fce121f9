package web_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	pictures "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"quartermaster/labels"
)

// The picture of the camera, in pixels, and how many of them it shows of a label.
const (
	cameraWide, cameraHigh = 640, 480
	framesEach, frameRate  = 6, 4
)

// labelSeen is a label as a camera sees it: turned by degrees, at a share of the light,
// with so many scratches.
func labelSeen(t *testing.T, onto *image.Gray, address string, x, size, degrees, light float64, scratches int) {
	t.Helper()
	code, err := labels.NewCode(address)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := code.PNG(8)
	if err != nil {
		t.Fatal(err)
	}
	label, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	chance := rand.New(rand.NewPCG(1, uint64(scratches)))
	worn := image.NewGray(label.Bounds())
	pictures.Draw(worn, worn.Bounds(), label, image.Point{}, pictures.Src)
	wide := worn.Bounds().Dx()
	for range scratches {
		at, length := image.Pt(chance.IntN(wide), chance.IntN(wide)), 4+chance.IntN(wide/10)
		for i := range length {
			worn.SetGray(at.X+i, at.Y+i/2, color.Gray{uint8(255 * (i % 2))})
		}
	}
	scale := size / float64(wide)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	half := float64(wide) / 2
	turn := f64.Aff3{scale * cos, -scale * sin, x - scale*(cos*half-sin*half), scale * sin, scale * cos, cameraHigh/2 - scale*(sin*half+cos*half)}
	pictures.BiLinear.Transform(onto, turn, worn, worn.Bounds(), pictures.Over, nil)
	for i, v := range onto.Pix {
		onto.Pix[i] = uint8(min(255, max(0, float64(v)*light+chance.NormFloat64()*4)))
	}
}

// film writes pictures as a camera would take them, as YUV4MPEG2.
func film(t *testing.T, shown ...*image.Gray) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n", cameraWide, cameraHigh, frameRate)
	grey := bytes.Repeat([]byte{128}, cameraWide*cameraHigh/2)
	for _, p := range shown {
		for range framesEach {
			b.WriteString("FRAME\n")
			b.Write(p.Pix)
			b.Write(grey)
		}
	}
	path := filepath.Join(t.TempDir(), "labels.y4m")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wall() *image.Gray {
	p := image.NewGray(image.Rect(0, 0, cameraWide, cameraHigh))
	pictures.Draw(p, p.Bounds(), image.NewUniform(color.Gray{170}), image.Point{}, pictures.Src)
	return p
}

// camera is a phone whose camera shows a film.
func camera(t *testing.T, film string) *phone {
	t.Helper()
	return openPhone(t, t.TempDir(), chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-file-for-fake-video-capture", film))
}

// TestLabelsAreCountedByTheCamera holds labels before the camera: a clean one, a worn
// one, a tilted one and one in the dark; then two at once, of which one is chosen.
func TestLabelsAreCountedByTheCamera(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	tags := s.Radios(6)
	st := s.Stocktake()
	s.Pass(time.Minute)
	address := func(i int) string { return "HTTPS://QM.EXAMPLE.ORG/T/" + tags[i] }
	var shown []*image.Gray
	for i, c := range []struct {
		degrees, light float64
		scratches      int
	}{{0, 1, 0}, {3, 1, 25}, {28, 1, 0}, {8, 0.25, 10}} {
		p := wall()
		labelSeen(t, p, address(i), cameraWide/2, 300, c.degrees, c.light, c.scratches)
		shown = append(shown, p, wall())
	}
	two := wall()
	labelSeen(t, two, address(4), 170, 230, 0, 1, 0)
	labelSeen(t, two, address(5), 470, 230, 0, 1, 0)
	shown = append(shown, two, wall())

	n := s.serveOnNetwork(t)
	p := camera(t, film(t, shown...))
	s.signOnto(t, p, n.base(), "chief")
	do(t, p, chromedp.Navigate(n.base()+"/stocktakes/"+st.Number+"/count"), chromedp.WaitVisible("#camera"))
	value[bool](t, p, `(() => {
		window.took = [];
		let began;
		document.addEventListener("submit", () => { began = performance.now(); }, true);
		new MutationObserver(() => took.push(performance.now() - began)).observe(document.querySelector("#trail"), { childList: true });
		return true;
	})()`)
	do(t, p, chromedp.Click("#camera"), chromedp.WaitVisible(".camera video"), chromedp.WaitVisible("dialog.picker button.tag"))
	if choices := value[string](t, p, `[...document.querySelectorAll("dialog.picker button.tag")].map((b) => b.textContent).sort().join(" ")`); choices != tags[4]+" "+tags[5] {
		t.Errorf("to choose from are %s", choices)
	}
	do(t, p, chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("dialog.picker button.tag")].find((b) => b.textContent === "`+tags[5]+`").click()`),
		chromedp.Poll[chromedp.Void](`document.querySelector("#trail").textContent.includes("`+tags[5]+`")`))
	// The film begins again until each was seen: on a busy machine the camera misses some.
	do(t, p, chromedp.Poll[chromedp.Void](fmt.Sprintf(`(() => {
		[...document.querySelectorAll("dialog.picker button.tag")].find((b) => b.textContent === %q)?.click();
		return %q.split(" ").every((tag) => document.querySelector("#trail").textContent.includes(tag));
	})()`, tags[5], strings.Join(tags[:4], " "))))
	for i, what := range []string{"clean", "worn", "tilted", "dark", "not chosen", "chosen"} {
		if seen := lineOf(t, s, st.Number, tags[i]).Sighting != nil; seen != (i != 4) {
			t.Errorf("the %s label %s: counted %v", what, tags[i], seen)
		}
	}
	do(t, p, chromedp.Poll[chromedp.Void](`document.querySelector("#outcome").dataset.outcome === "known"`)) // the film begins again
	frames := value[[]float64](t, p, `performance.getEntriesByType("resource").filter((e) => e.name.endsWith("/scan/frame")).map((e) => e.duration).sort((a, b) => a - b)`)
	took := value[[]float64](t, p, `took.slice(0, 5).sort((a, b) => a - b)`)
	t.Logf("a picture was read in %.0f ms (median of %d), a label counted and the next ready in %.0f ms (median), %.0f ms at most", frames[len(frames)/2], len(frames), took[len(took)/2], took[len(took)-1])
}

// TestWithoutACameraOnePhotographsOrTypes presses the camera's button where there is
// no camera, and mistypes a tag.
func TestWithoutACameraOnePhotographsOrTypes(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	ctx, base := browse(t, s, "keeper-north", 360)
	do(t, ctx, chromedp.Navigate(base+"/scan"), chromedp.WaitVisible("#camera"), chromedp.Click("#camera"), chromedp.Poll[chromedp.Void](`document.querySelector("#camera-said").textContent.includes("Take a photo of the label, or type its tag")`))
	wrong := a.Tag[:len(a.Tag)-1] + string('0'+('9'-a.Tag[len(a.Tag)-1]+1)%10)
	do(t, ctx, chromedp.SendKeys("input[name=code]", strings.ToLower(wrong)), chromedp.Poll[chromedp.Void](`document.querySelector("#camera-said").textContent.includes("last digit does not fit") && document.querySelector("[name=code]").hasAttribute("aria-invalid")`),
		chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=code]").value = ""`), chromedp.SendKeys("input[name=code]", a.Tag+"\n"), chromedp.WaitVisible(".timeline"))
}
