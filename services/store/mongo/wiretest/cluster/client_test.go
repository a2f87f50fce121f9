package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// answer is what a request was answered; status 0 is that none came.
type answer struct {
	status   int
	body     []byte
	replayed bool
}

func (a answer) field(name string) string {
	var doc map[string]json.RawMessage
	_ = json.Unmarshal(a.body, &doc)
	return strings.Trim(string(doc[name]), `"`)
}

// ask sends a request to the interface at base.
func ask(t *testing.T, base, token, method, path, key, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}
	}
	defer func() { _ = got.Body.Close() }()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return answer{}
	}
	return answer{got.StatusCode, text, got.Header.Get("Idempotency-Replayed") != ""}
}

// insist sends a request under a key until it is answered by the book, as a phone does.
func insist(t *testing.T, base, token, path, key, body string) answer {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if a := ask(t, base, token, http.MethodPost, path, key, body); a.status != 0 && a.status < 500 {
			return a
		} else if time.Since(began) > time.Minute {
			t.Fatalf("%s is not answered: %d %s", path, a.status, a.body)
		}
	}
}

func signIn(t *testing.T, base, username string) string {
	t.Helper()
	a := ask(t, base, "", http.MethodPost, "/sessions", "", `{"username":"`+username+`","password":"`+password+`"}`)
	if a.status != http.StatusCreated {
		t.Fatalf("no sign-in: %d %s", a.status, a.body)
	}
	return a.field("token")
}

func radio(serial string) string {
	return `{"name":"VHF radio","category":"radio","make":"Icom","model":"IC-F3400","serial":"` + serial + `","unit":"NORTH-STORE","grant":"A-2025","condition":"new"}`
}

func draft(tag string) string {
	return `{"kind":"issue","from":"NORTH-STORE","to":"NORTH-POST","lines":[{"tag":"` + tag + `"}]}`
}

// listen opens a stream of changes, and gives the time of each that it is told of.
func listen(t *testing.T, base, token, path string) <-chan time.Time {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "quartermaster", Value: token})
	got, err := http.DefaultClient.Do(r)
	if err != nil || got.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v, %v", path, got, err)
	}
	told := make(chan time.Time, 100)
	begun := make(chan struct{})
	go func() {
		defer func() { _ = got.Body.Close() }()
		lines := bufio.NewScanner(got.Body)
		for first := true; lines.Scan(); first = false {
			if first {
				close(begun)
			}
			if lines.Text() == "event: changed" {
				told <- time.Now()
			}
		}
	}()
	<-begun
	return told
}
