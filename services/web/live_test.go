package web_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/stocktake"
	"quartermaster/services/workshop"
)

// TestOpenPagesFollowChanges keeps pages open while others work.
func TestOpenPagesFollowChanges(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a, b := s.Radio("1"), s.Radio("2")
	ctx, base := browse(t, s, "commander-north", 360)
	shows := func(script string) {
		t.Helper()
		do(t, ctx, chromedp.Poll[chromedp.Void](script))
	}
	do(t, ctx, chromedp.Navigate(base+"/"), chromedp.WaitVisible("#inbox"))
	shows(`document.querySelector("#waiting").textContent === "0"`)
	v, err := s.Custody.Draft(s.As("keeper-north"), custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "relief", Lines: []custody.NewLine{{Tag: a.Tag}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Custody.Dispatch(s.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	shows(`document.querySelector("#waiting").textContent === "1" && document.querySelector("#inbox").textContent.includes("` + v.Number + `")`)

	stored := value[string](t, ctx, `document.querySelector("#glance").textContent`)
	s.Pass(2 * time.Second) // since it was counted
	s.Radio("3")
	shows(`document.querySelector("#glance").textContent !== ` + "`" + stored + "`")

	do(t, ctx, chromedp.Navigate(base+"/workshop"), chromedp.WaitVisible("#board .empty"))
	if _, err := s.Workshop.Report(s.As("keeper-north"), b.Tag, workshop.NewDefect{What: "No sound"}); err != nil {
		t.Fatal(err)
	}
	shows(`document.querySelector("#board .card")?.textContent.includes("No sound")`)

	st := s.Stocktake("keeper-north")
	do(t, ctx, chromedp.Navigate(base+"/stocktakes/"+st.Number), chromedp.WaitVisible("#standing"))
	before := value[string](t, ctx, `document.querySelector("#standing").textContent`)
	if _, err := s.Stocktakes.Sight(s.As("keeper-north"), st.Number, stocktake.Count{Code: b.Tag}); err != nil {
		t.Fatal(err)
	}
	shows(`document.querySelector("#standing").textContent !== ` + "`" + before + "`")
}

// TestAPageThatComesBackIsToldWhatItMissed looks at how a stream begins.
func TestAPageThatComesBackIsToldWhatItMissed(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Radio("1")
	s.signIn("keeper-north")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.app.Listener(listener) }()
	t.Cleanup(func() { _ = s.app.ShutdownWithTimeout(time.Second) })
	newest := s.Now().UTC().Format(time.RFC3339Nano)
	var streams []io.ReadCloser
	for since, told := range map[string]bool{"": false, newest: false, "2026-01-01T00:00:00.000Z": true, "anything": true} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+"/live/home?since="+since, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", s.cookie)
		got, err := http.DefaultClient.Do(r)
		if err != nil || got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%v, %v", got, err)
		}
		streams = append(streams, got.Body)
		begins := make([]byte, 200)
		n, err := io.ReadAtLeast(got.Body, begins, len("retry: 1000\n\n"))
		if text := string(begins[:n]); err != nil || !strings.HasPrefix(text, "retry: 1000\n\n") || strings.Contains(text, "event: changed\nid: 2026-") != told {
			t.Errorf("since %q it begins with %q: %v", since, text, err)
		}
	}
	s.Live.End()
	for _, stream := range streams {
		if _, err := io.ReadAll(stream); err != nil {
			t.Errorf("it does not end with the program: %v", err)
		}
		_ = stream.Close()
	}
}

func TestAStocktakeOfOthersCannotBeFollowed(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.Radio("1")
	st := s.Stocktake("keeper-north")
	s.signIn("keeper-coast")
	if got := s.get("/live/stocktakes/" + st.Number); got.StatusCode != 404 {
		t.Errorf("%d", got.StatusCode)
	}
}
