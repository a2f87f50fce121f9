package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// child is a server that was started, and how to ask it.
type child struct {
	cmd    *exec.Cmd
	client *fasthttp.HostClient
	base   string
}

// start starts a program with an address that is free, and waits for its first answer.
func start(program string, environment []string, args ...string) (*child, time.Duration, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(program, append(args, address)...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	s := &child{cmd: cmd, base: "http://" + address, client: &fasthttp.HostClient{
		Addr: address, MaxConns: 1 << 16, ReadTimeout: time.Minute, WriteTimeout: time.Minute, MaxIdemponentCallAttempts: 1,
		ReadBufferSize: 16 << 10, NoDefaultUserAgentHeader: true}}
	for time.Since(began) < time.Minute {
		if status, _, _ := s.ask(request{method: "GET", path: "/readyz"}, nil); status == 200 {
			return s, time.Since(began), nil
		}
		time.Sleep(time.Millisecond)
	}
	s.stop()
	return nil, 0, errors.New("the server did not start")
}

func (s *child) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// request is one thing that a client asks.
type request struct {
	kind               string
	method, path, body string
	token              string
	// done, if set, is told that it went well.
	done func()
}

// ask sends a request, reads the JSON of a good answer into to, if that is not nil,
// and returns the status and after how many seconds the server wants to be asked again.
func (s *child) ask(r request, to any) (status int, retryAfter string, err error) {
	out, in := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(out)
	defer fasthttp.ReleaseResponse(in)
	out.Header.SetMethod(r.method)
	out.SetRequestURI(s.base + r.path)
	if r.token != "" {
		out.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.body != "" {
		out.Header.SetContentType("application/json")
		out.SetBodyString(r.body)
	}
	if err := s.client.Do(out, in); err != nil {
		return 0, "", err
	}
	status = in.StatusCode()
	if status >= 300 {
		return status, string(in.Header.Peek("Retry-After")), fmt.Errorf("%s %s: %d %s", r.method, r.path, status, in.Body())
	}
	if to != nil {
		err = json.Unmarshal(in.Body(), to)
	}
	return status, "", err
}

// signIn returns the token of a person.
func (s *child) signIn(username string) (string, error) {
	var in struct{ Token string }
	_, _, err := s.ask(request{method: "POST", path: "/api/v1/sessions", body: fmt.Sprintf(`{"username":%q,"password":%q}`, username, password)}, &in)
	return in.Token, err
}

// memory is the resident memory in MB: now, and the most that it was (Linux only; 0
// elsewhere).
func (s *child) memory() (now, most float64) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(raw)) {
		var kB float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kB); n == 1 {
			now = kB / 1024
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kB); n == 1 {
			most = kB / 1024
		}
	}
	return now, most
}

// busy is the processor time that the server has had.
func (s *child) busy() time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	var user, system int64
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	_, _ = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	return time.Duration(user+system) * 10 * time.Millisecond
}
