package server

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
)

// serving is a server on an address of its own that works on one request at a time.
func serving(t *testing.T, within time.Duration, most int) string {
	t.Helper()
	app := New(Config{Log: slog.New(slog.DiscardHandler), AtOnce: 1, ReadWithin: within, OnError: func(c *fiber.Ctx, err error) error {
		status, _ := Refusal(err)
		return c.SendStatus(status)
	}})
	app.All("/", func(c *fiber.Ctx) error {
		body, err := Body(c, 1<<20)
		if err != nil {
			return err
		}
		return c.SendString("got " + string(body[:min(len(body), 20)]))
	})
	app.Post("/refused", func(c *fiber.Ctx) error { return c.SendStatus(http.StatusForbidden) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections := NewConnections(most, nil)
	connections.heardFor = time.Second
	go func() { _ = app.Listener(connections.Listen(listener, nil)) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	return listener.Addr().String()
}

// begin opens a connection, writes and leaves it there.
func begin(t *testing.T, address, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

const post = "POST / HTTP/1.1\r\nHost: x\r\n"

// trickles are requests that never arrive whole.
var trickles = map[string]string{
	"half a first line":       "GET / HT",
	"a head without an end":   "GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n",
	"a small body":            post + "Content-Length: 100\r\n\r\nonly this",
	"a body that is read for": post + "Content-Length: 20000\r\n\r\n" + strings.Repeat("x", 9000),
	"a large body":            post + "Content-Length: 200000\r\n\r\n" + strings.Repeat("x", 9000),
	"chunks without an end":   post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
}

// TestWhoeverTricklesHoldsUpNobody opens requests that do not arrive. Others are answered
// meanwhile, though the server works on one at a time; and then those are cut.
func TestWhoeverTricklesHoldsUpNobody(t *testing.T) {
	address := serving(t, time.Second, 100)
	var slow []net.Conn
	for _, text := range trickles {
		for range 3 {
			slow = append(slow, begin(t, address, text))
		}
	}
	for range 5 {
		answer, err := http.Get("http://" + address + "/")
		if err != nil {
			t.Fatal(err)
		}
		if _ = answer.Body.Close(); answer.StatusCode != http.StatusOK {
			t.Errorf("meanwhile: %s", answer.Status)
		}
	}
	for _, conn := range slow {
		if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("a connection was not cut")
		}
	}
}

// TestOneNetworkHasSoManyConnections opens more than one may have.
func TestOneNetworkHasSoManyConnections(t *testing.T) {
	address := serving(t, time.Minute, 4)
	var open []net.Conn
	for range 4 {
		conn := begin(t, address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
	}
	for range 20 {
		further, err := http.Post("http://"+address+"/", "text/plain", strings.NewReader(strings.Repeat("x", 20_000)))
		if err != nil {
			t.Fatal(err)
		}
		if _ = further.Body.Close(); further.StatusCode != http.StatusServiceUnavailable || further.Header.Get("Retry-After") == "" {
			t.Errorf("a further one is answered %s, Retry-After %q", further.Status, further.Header.Get("Retry-After"))
		}
	}
	_ = open[0].Close()
	for range 1000 { // until the server has noticed
		answer, err := http.Get("http://" + address + "/")
		if err != nil {
			t.Fatal(err)
		}
		if _ = answer.Body.Close(); answer.StatusCode == http.StatusOK {
			return
		}
	}
	t.Error("the place of one that was closed is not free again")
}

// TestWhoeverIsTurnedAwayIsNotWaitedForLong has one connection too many say nothing, and
// another talk on for ever.
func TestWhoeverIsTurnedAwayIsNotWaitedForLong(t *testing.T) {
	address := serving(t, time.Minute, 1)
	taken := begin(t, address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(taken), nil); err != nil {
		t.Fatal(err)
	}
	silent, talking := begin(t, address, ""), begin(t, address, "G")
	go func() {
		for {
			if _, err := io.WriteString(talking, strings.Repeat("x", 1000)); err != nil {
				return
			}
		}
	}()
	if answer, err := io.ReadAll(silent); err != nil || len(answer) != 0 {
		t.Errorf("the silent one is told %q, %v", answer, err)
	}
	if _, err := io.ReadAll(talking); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the talking one was not cut")
	}
}

// TestConnectionsAreCountedOverTLSToo opens more than one may have, over TLS.
func TestConnectionsAreCountedOverTLSToo(t *testing.T) {
	lent := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(lent.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections := NewConnections(1, nil)
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString(c.Protocol()) })
	go func() { _ = app.Listener(connections.Listen(listener, lent.TLS)) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	for _, want := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		client := http.Client{Transport: &http.Transport{TLSClientConfig: lent.Client().Transport.(*http.Transport).TLSClientConfig}}
		t.Cleanup(client.CloseIdleConnections)
		answer, err := client.Get("https://" + listener.Addr().String() + "/")
		if err != nil {
			t.Fatal(err)
		}
		told, err := io.ReadAll(answer.Body)
		if _ = answer.Body.Close(); answer.StatusCode != want || err != nil {
			t.Errorf("%s, %v: %q; wanted %d", answer.Status, err, told, want)
		}
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(connections)
	counted, err := metrics.Gather()
	if err != nil || len(counted) != 1 || counted[0].GetMetric()[0].GetCounter().GetValue() != 1 {
		t.Errorf("%v, %v", counted, err)
	}
}

// TestNoRequestHidesInAnother sends what a proxy and a server could take for one request
// or two. It is refused and the connection closed, or taken for one; the second, which
// asks for /hidden, is never answered.
func TestNoRequestHidesInAnother(t *testing.T) {
	const hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
	address := serving(t, time.Second, 100)
	for name, text := range map[string]string{
		"length and chunks":           post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunks and length":           post + "Transfer-Encoding: chunked\r\nContent-Length: 40\r\n\r\n0\r\n\r\n" + hidden,
		"two lengths":                 post + "Content-Length: 0\r\nContent-Length: 34\r\n\r\n" + hidden,
		"two lengths in one":          post + "Content-Length: 0, 34\r\n\r\n" + hidden,
		"a signed length":             post + "Content-Length: +0\r\n\r\n" + hidden,
		"another encoding":            post + "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + hidden,
		"encodings in a row":          post + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + hidden,
		"a space before the colon":    post + "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n" + hidden,
		"a length with a space":       post + "Content-Length : 0\r\n\r\n" + hidden,
		"an encoding in two lines":    post + "Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n\r\n" + hidden,
		"twice chunked":               post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"an upper case name":          post + "TRANSFER-ENCODING: chunked\r\nCONTENT-LENGTH: 4\r\n\r\n0\r\n\r\n" + hidden,
		"a body that nobody reads":    strings.Replace(post, "/", "/refused", 1) + "Content-Length: 100000\r\n\r\n" + strings.Repeat(hidden, 100_000/len(hidden)+1)[:100_000],
		"chunks that nobody reads":    strings.Replace(post, "/", "/refused", 1) + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" + hidden,
		"a chunk of a negative size":  post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + hidden,
		"a chunk of a monstrous size": post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\n" + hidden,
	} {
		conn := begin(t, address, text)
		answers, err := io.ReadAll(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: the connection stays open", name)
		}
		if n := strings.Count(string(answers), "HTTP/1.1 "); n > 1 {
			t.Errorf("%s: %d answers: %q", name, n, answers)
		}
		_ = conn.Close()
	}
}

// TestRequestsInARowAreAllAnswered sends requests one behind the other on one connection.
func TestRequestsInARowAreAllAnswered(t *testing.T) {
	const last = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	address := serving(t, 5*time.Second, 100)
	for name, text := range map[string]string{
		"nothing":                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a body":                         post + "Content-Length: 5\r\n\r\nhello",
		"an empty body":                  post + "Content-Length: 0\r\n\r\n",
		"a large body":                   post + "Content-Length: 100000\r\n\r\n" + strings.Repeat("x", 100_000),
		"chunks":                         post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"a small body that nobody wants": strings.Replace(post, "/", "/refused", 1) + "Content-Length: 5\r\n\r\nhello",
	} {
		conn := begin(t, address, text+text+last)
		answers, err := io.ReadAll(conn)
		if n := strings.Count(string(answers), "HTTP/1.1 "); n != 3 || err != nil {
			t.Errorf("%s: %d answers, %v: %q", name, n, err, answers)
		}
		_ = conn.Close()
	}
}
