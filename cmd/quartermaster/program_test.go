package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// asProgram names the variable that makes the program of these tests the command
// itself, so that it can be killed and starved as a real one.
const asProgram = "QM_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		starve()
		os.Exit(run(os.Args[1:], os.Environ()))
	}
	os.Exit(m.Run())
}

// program is a server that runs as a process of its own.
type program struct {
	t       *testing.T
	path    string // of the book
	address string
	environ []string
	command string // "" is serve

	cmd    *exec.Cmd
	log    *os.File
	exited chan error
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

// launch starts the process.
func (p *program) launch() {
	p.t.Helper()
	log, err := os.CreateTemp(p.t.TempDir(), "log")
	if err != nil {
		p.t.Fatal(err)
	}
	p.cmd = exec.Command(os.Args[0], cmp.Or(p.command, "serve"), "--store=sqlite:"+p.path, "--listen="+p.address)
	p.cmd.Env = append(append(os.Environ(), asProgram+"=1", "QM_LIMITS=all=0"), p.environ...)
	p.cmd.Stdout, p.cmd.Stderr, p.log = log, log, log
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.exited = make(chan error, 1)
	go func() { p.exited <- p.cmd.Wait() }()
}

// start starts the server and returns after how long it answers.
func (p *program) start() time.Duration {
	p.t.Helper()
	began := time.Now()
	p.launch()
	for {
		answer, err := http.Get("http://" + p.address + "/readyz")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return time.Since(began)
			}
		}
		select {
		case err := <-p.exited:
			p.exited <- err
			p.t.Fatalf("the server ended: %v\n%s", err, p.said())
		case <-time.After(2 * time.Millisecond):
		}
		if time.Since(began) > time.Minute {
			p.t.Fatalf("the server does not answer\n%s", p.said())
		}
	}
}

// kill ends the server without warning.
func (p *program) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.exited
	p.cmd = nil
}

// ended waits until the server has ended by itself, and returns its exit code.
func (p *program) ended() int {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(time.Minute):
		p.t.Fatalf("the server goes on\n%s", p.said())
	}
	code := p.cmd.ProcessState.ExitCode()
	p.cmd = nil
	return code
}

// said is what the server printed and logged.
func (p *program) said() string {
	text, err := os.ReadFile(p.log.Name())
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// signIn returns a token of the administrator.
func (p *program) signIn() string {
	p.t.Helper()
	answer, err := http.Post("http://"+p.address+"/api/v1/sessions", "application/json", strings.NewReader(fmt.Sprintf(`{"username":"admin","password":%q}`, adminPassword)))
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	var in struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.Token == "" {
		p.t.Fatalf("no sign-in: %s", body)
	}
	return in.Token
}
