package web_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"quartermaster/services/signing"
)

// pen draws on the page with the mouse, point by point.
func pen(t testing.TB, ctx context.Context, points ...[2]float64) {
	t.Helper()
	event := func(kind input.DispatchMouseEventType, at [2]float64, buttons int64) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1})
			return err
		})
	}
	actions := []chromedp.Action[chromedp.Void]{event(chromedp.MousePressed, points[0], 1)}
	for _, at := range points[1:] {
		actions = append(actions, event(input.DispatchMouseEventTypeMouseMoved, at, 1))
	}
	do(t, ctx, append(actions, event(chromedp.MouseReleased, points[len(points)-1], 0))...)
}

// TestASignatureIsDrawn signs on a pad that is put on a page, and has what it
// drew read as the server would.
func TestASignatureIsDrawn(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	ctx, base := browse(t, s, "keeper-north", 360)
	do(t, ctx, chromedp.Navigate(base+"/people"), chromedp.WaitReady("main"))
	value[bool](t, ctx, `(() => {
		document.querySelector("main").innerHTML = '<form class="sheet pad"><div class="signpad"><canvas></canvas><input type="hidden" name="drawing" value="old"><button type="button" class="clear">Clear</button></div></form>';
		const script = document.createElement("script");
		script.type = "module";
		script.src = "/static/sign.js";
		script.onload = () => document.body.classList.add("ready");
		document.body.append(script);
		return true;
	})()`)
	do(t, ctx, chromedp.WaitReady("body.ready"))
	const drawn = "document.querySelector('[name=drawing]').value"
	if got := value[string](t, ctx, drawn); got != "" {
		t.Errorf("an empty pad says %q", got)
	}
	pad := value[[]float64](t, ctx, "(() => { const r = document.querySelector('canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()")
	if pad[2] < 280 || pad[3] < 160 {
		t.Errorf("the pad is %.0f by %.0f", pad[2], pad[3])
	}
	var wave [][2]float64
	for i := range 120 {
		wave = append(wave, [2]float64{pad[0] + 20 + float64(i)*2, pad[1] + 80 + 50*math.Sin(float64(i)/8)})
	}
	pen(t, ctx, wave...)
	pen(t, ctx, [2]float64{pad[0] + 50, pad[1] + 30})
	pen(t, ctx, [2]float64{pad[0] + 50, pad[1] + 100}, [2]float64{pad[0] + 5000, pad[1] + 100}) // off the pad
	svg := value[string](t, ctx, drawn)
	clean, err := signing.Drawing(svg)
	if err != nil || clean != svg {
		t.Errorf("%v: the pad drew\n%s\nwhich is read as\n%s", err, svg, clean)
	}
	if strings.Count(svg, "M") != 3 || len(svg) > 3000 {
		t.Errorf("%d bytes: %s", len(svg), svg)
	}
	// A scrawl of thousands of points, faster than a mouse can be moved.
	value[bool](t, ctx, `(() => {
		const canvas = document.querySelector("canvas"), at = canvas.getBoundingClientRect();
		canvas.setPointerCapture = () => {};
		const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, { isPrimary: true, button: 0, clientX: at.left + x, clientY: at.top + y, bubbles: true, cancelable: true }));
		for (let stroke = 0; stroke < 3; stroke++) {
			send("pointerdown", 20, 20);
			for (let i = 0; i < 3000; i++) send("pointermove", 150 + 120 * Math.sin(i / 40), 85 + 70 * Math.cos(i / 37));
			send("pointerup", 20, 20);
		}
		return true;
	})()`)
	svg = value[string](t, ctx, drawn)
	if clean, err := signing.Drawing(svg); err != nil || clean != svg || len(svg) > 21_000 {
		t.Errorf("a scrawl takes %d bytes, %v", len(svg), err)
	}
	do(t, ctx, chromedp.Click(".signpad .clear"))
	if got := value[string](t, ctx, drawn); got != "" {
		t.Errorf("a pad that was cleared says %q", got)
	}
}
