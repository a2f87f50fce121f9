package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"

	"quartermaster/labels"
)

const password = "bench password"

// measure seeds a register and asks the server of it everything.
func measure(program, file string, assets int, each time.Duration, clients int) (*column, error) {
	fmt.Printf("seeding %d assets …\n", assets)
	c := &column{assets: assets}
	var err error
	if c.seeding, err = seed(file, assets); err != nil {
		return nil, err
	}
	c.diskMB = sizeOf(file)
	server, took, err := start(program, "serve", "--store", "sqlite:"+file, "--listen")
	if err != nil {
		return nil, err
	}
	defer server.stop()
	c.start, c.restMB = took, server.memory()

	var in struct{ Token string }
	if err := server.ask("POST", "/api/v1/sessions", `{"username":"keeper","password":"`+password+`"}`, "", &in); err != nil {
		return nil, err
	}
	tag := func(n int) string { return labels.FormatTag("QM", int64(n)) }
	mine := func() string { return tag(inScope(rand.IntN(assets))) }
	var made atomic.Int64
	out := make([]bool, clients) // whether a client's own item is issued
	requests := []struct {
		name string
		make func(client int) (method, path, body string)
	}{
		{"read by tag", func(int) (string, string, string) { return "GET", "/api/v1/assets/" + mine(), "" }},
		{"scan", func(int) (string, string, string) {
			return "POST", "/api/v1/scans", `{"code":"https://qm.example.org/t/` + mine() + `"}`
		}},
		{"page of 50", func(int) (string, string, string) { return "GET", "/api/v1/assets?limit=50", "" }},
		{"filtered page of 50", func(int) (string, string, string) {
			return "GET", "/api/v1/assets?limit=50&status=in_store&category=radio", ""
		}},
		{"search: two words", func(int) (string, string, string) {
			return "GET", "/api/v1/assets?limit=50&q=icom+" + fmt.Sprintf("s%06d", rand.IntN(assets)/20), ""
		}},
		{"search: a serial number", func(int) (string, string, string) {
			return "GET", "/api/v1/assets?limit=50&q=" + serial(inScope(rand.IntN(assets))), ""
		}},
		{"label PNG", func(int) (string, string, string) { return "GET", "/api/v1/assets/" + mine() + "/label.png", "" }},
		{"take on charge", func(int) (string, string, string) {
			n := made.Add(1)
			return "POST", "/api/v1/assets", fmt.Sprintf(`{"name":"VHF radio","category":"radio","make":"Icom","model":"F1","serial":"new-%d","unit":"POST-0-0","grant":"GRANT","acquired_on":"2026-01-15","cost":{"amount":"410.00","currency":"USD"},"condition":"new"}`, n)
		}},
		{"issue with receipt, or return", func(client int) (string, string, string) {
			item := "/api/v1/assets/" + tag(assets+1+client)
			out[client] = !out[client]
			if out[client] {
				return "POST", item + "/issue", `{"unit":"POST-0-1","custodian":"holder","note":"patrol","receipt":{"name":"Holder","drawing":"<svg width=\"90\" height=\"30\"><path d=\"M 5 5 L 60 20 L 80 9\"/></svg>"}}`
			}
			return "POST", item + "/return", `{"condition":"good","note":"back"}`
		}},
	}
	for _, r := range requests {
		c.results = append(c.results, server.load(r.name, in.Token, each, clients, r.make))
	}
	c.loadMB = server.memory()

	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bare, _, err := start(self, "-bare", file, "-listen")
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	c.results = append(c.results, bare.load("bare handler, one row", "", each, clients, func(int) (string, string, string) {
		return "GET", "/" + fmt.Sprint(1+rand.IntN(assets)), ""
	}))
	return c, nil
}

// child is a server that was started, and how to ask it.
type child struct {
	cmd    *exec.Cmd
	client *fasthttp.HostClient
	base   string
}

func start(program string, args ...string) (*child, time.Duration, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(program, append(args, address)...)
	cmd.Env = append(os.Environ(), "QM_LOG_LEVEL=warn")
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	s := &child{cmd: cmd, base: "http://" + address, client: &fasthttp.HostClient{Addr: address, MaxConns: 64}}
	for time.Since(began) < 30*time.Second {
		if s.ask("GET", "/readyz", "", "", nil) == nil {
			return s, time.Since(began), nil
		}
	}
	s.stop()
	return nil, 0, errors.New("the server did not start")
}

func (s *child) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// ask sends one request and reads its JSON into to, if that is not nil.
func (s *child) ask(method, path, body, token string, to any) error {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.Header.SetMethod(method)
	request.SetRequestURI(s.base + path)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.SetContentType("application/json")
		request.SetBodyString(body)
	}
	if err := s.client.Do(request, response); err != nil {
		return err
	}
	if status := response.StatusCode(); status >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, status, response.Body())
	}
	if to != nil {
		return json.Unmarshal(response.Body(), to)
	}
	return nil
}

// memory is the resident memory in MB (Linux only; 0 elsewhere).
func (s *child) memory() float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		var kB float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kB); n == 1 {
			return kB / 1024
		}
	}
	return 0
}

func sizeOf(file string) float64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return float64(info.Size()) / (1 << 20)
}
