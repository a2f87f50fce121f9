// Package cluster tries several instances of the program over one book behind a proxy,
// as they run on several machines: the real program, as processes of their own, on the
// double of a replica set (package replica).
package cluster

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"

	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/mongo/wiretest/replica"
)

var (
	rounds = flag.Int("rounds", 1, "how often instances are killed, and work is done at all of them at once")
	lease  = flag.Duration("lease", 3*time.Second, "how long a job waits for an instance that is not heard of")
	paused = flag.Duration("paused", 8*time.Second, "for how long an instance is stopped")
)

// password is everybody's.
const password = "a long password of nobody"

// world is three instances over one book, and a proxy before them.
type world struct {
	t         *testing.T
	set       *replica.Set
	uri       string
	key       string // file of the ledger's key
	program   string
	instances []*instance
	proxy     *httptest.Server
	turn      atomic.Int64
	book      *booktest.World // beside them, to look into what they keep
	rows      []row
}

// row is one line of the table that make cluster prints.
type row struct{ what, seen string }

// saw notes what was seen.
func (w *world) saw(what, format string, args ...any) {
	w.rows = append(w.rows, row{what, fmt.Sprintf(format, args...)})
}

// instance is one process.
type instance struct {
	w       *world
	name    string
	address string
	cmd     *exec.Cmd
	log     string // its file
	exited  chan error
}

func begin(t *testing.T) *world {
	t.Helper()
	folder := t.TempDir()
	w := &world{t: t, program: filepath.Join(folder, "quartermaster"), key: filepath.Join(folder, "ledger.key")}
	build := exec.Command("go", "build", "-o", w.program, "./cmd/quartermaster")
	build.Dir = "../../../../.."
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"}, Handler: "sqlite", SQLiteURL: "file:" + folder + "/?_pragma=synchronous(off)",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Run(ctx)
	}()
	t.Cleanup(func() { stop(); <-ended })
	w.set, err = replica.Start(strings.TrimSuffix(server.MongoDBURI(), "/"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.set.Close() })
	w.uri = w.set.URI("book")
	w.fill()
	for _, name := range []string{"A", "B", "C"} {
		w.instances = append(w.instances, &instance{w: w, name: name, address: freePort(t), log: filepath.Join(folder, name+".log")})
	}
	for _, i := range w.instances {
		i.launch()
	}
	for _, i := range w.instances {
		i.ready()
	}
	w.before()
	return w
}

// fill makes the book that the instances serve.
func (w *world) fill() {
	s, err := mongo.Open(w.t.Context(), w.uri)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	w.book = booktest.Over(w.t, s)
	for n := range 6 {
		w.book.Radio(fmt.Sprintf("first-%d", n))
	}
	if err := os.WriteFile(w.key, []byte(booktest.Key(w.t).Secret()+"\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	for _, who := range []string{"admin", "second"} {
		if text, err := w.run("user", who, "--password", password, "--store="+w.uri); err != nil {
			w.t.Fatalf("%v\n%s", err, text)
		}
	}
	w.book.Pass(time.Since(w.book.Now())) // the instances go by the real clock
}

func (w *world) run(args ...string) (string, error) {
	text, err := exec.Command(w.program, args...).CombinedOutput()
	return string(text), err
}

// before puts a proxy before the instances that gives each its turn.
func (w *world) before() {
	w.proxy = httptest.NewServer(&httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			to := w.instances[int(w.turn.Add(1))%len(w.instances)]
			r.SetURL(&url.URL{Scheme: "http", Host: to.address})
		},
		ErrorHandler: func(answer http.ResponseWriter, _ *http.Request, _ error) { answer.WriteHeader(http.StatusBadGateway) },
	})
	w.t.Cleanup(w.proxy.Close)
}

func freePort(t *testing.T) string {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listen.Close() }()
	return listen.Addr().String()
}

func (i *instance) url() string { return "http://" + i.address }

// jobs are those that this test watches, more often than by the table; the rest goes by
// its own hours.
const jobs = "grants=@every 2s;integration=@every 2s"

func (i *instance) launch() {
	i.w.t.Helper()
	log, err := os.OpenFile(i.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		i.w.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	i.cmd = exec.Command(i.w.program, "serve", "--store="+i.w.uri, "--listen="+i.address, "--ledger-key="+i.w.key,
		"--job-lease="+lease.String(), "--jobs="+jobs, "--limits=all=0;exports=30")
	i.cmd.Stdout, i.cmd.Stderr = log, log
	if err := i.cmd.Start(); err != nil {
		i.w.t.Fatal(err)
	}
	i.exited = make(chan error, 1)
	go func() { i.exited <- i.cmd.Wait() }()
	i.w.t.Cleanup(i.kill)
}

// ready waits until the instance answers.
func (i *instance) ready() {
	i.w.t.Helper()
	i.w.until(time.Minute, i.name+" answers", func() bool {
		answer, err := http.Get(i.url() + "/readyz")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// kill ends the instance without warning.
func (i *instance) kill() {
	if i.cmd == nil {
		return
	}
	_ = i.cmd.Process.Kill()
	<-i.exited
	i.cmd = nil
}

func (i *instance) signal(s syscall.Signal) {
	i.w.t.Helper()
	if err := i.cmd.Process.Signal(s); err != nil {
		i.w.t.Fatal(err)
	}
}

// said is what the instance logged.
func (i *instance) said() string {
	text, _ := os.ReadFile(i.log)
	return string(text)
}

// until waits for something to become so, and returns how long that took.
func (w *world) until(most time.Duration, what string, so func() bool) time.Duration {
	w.t.Helper()
	began := time.Now()
	for !so() {
		if time.Since(began) > most {
			var logs strings.Builder
			for _, i := range w.instances {
				fmt.Fprintf(&logs, "--- %s\n%s", i.name, i.said())
			}
			w.t.Fatalf("it does not come to it that %s\n%s", what, logs.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(began)
}

func (w *world) store() store.Store { return w.book.Book.Store }
