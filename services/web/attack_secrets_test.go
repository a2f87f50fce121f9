package web_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/booktest"
	"quartermaster/services/notices"
	"quartermaster/services/shares"
	"quartermaster/services/store"
)

// written collects what a log writes.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// TestSecretsAreNeitherLoggedNorTold asks at every address, with right and with wrong
// secrets, while the log writes all it can: no secret is in the log, in the metrics, in a
// refusal, or in the ledger.
func TestSecretsAreNeitherLoggedNorTold(t *testing.T) {
	t.Parallel()
	log := &written{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	before := slog.Default()
	slog.SetDefault(logger)
	defer slog.SetDefault(before)
	w := newWalkLogging(t, booktest.New(t), logger)
	const typed, pin, asked, wrongLink = "typed-password-9x7", "48261537", "asked-in-the-query-5f", "wronglink0wronglink0wronglink0"
	secrets := map[string]string{
		"a password": password, "a wrong password": typed, "a PIN": pin, "what was asked for": asked, "a wrong link": wrongLink,
		"a link's secret": w.e.IDs["link"], "a calendar's secret": w.e.IDs["calendar"], "an authorization": "bearer-of-nobody-3c",
	}
	for who, token := range w.tokens {
		secrets["the token of "+who] = token
		_, cookie, _ := strings.Cut(w.cookies[who], "=")
		secrets["the cookie of "+who] = cookie
		secrets["the form token of "+who] = w.form[who]
	}
	hook, err := w.Notices.AddWebhook(w.As("admin"), notices.NewWebhook{Name: "x", URL: "https://127.0.0.1:1/x", Events: []string{"asset.taken_on_charge"}})
	if err != nil {
		t.Fatal(err)
	}
	secrets["a webhook's secret"] = hook.Secret
	share, err := w.Shares.Make(w.As("admin"), shares.NewShare{For: "x", Kind: models.GrantShare, ReportQuery: models.ReportQuery{Grant: "B-2026"}})
	if err != nil {
		t.Fatal(err)
	}
	_, secrets["another link's secret"], _ = strings.Cut(share.Address, shares.Path)
	for name, secret := range secrets {
		if len(secret) < 8 {
			t.Fatalf("%s is %q; the test proves nothing", name, secret)
		}
	}

	var refused []page
	ask := func(p page) {
		if p.StatusCode >= 400 {
			refused = append(refused, p)
		}
	}
	for _, a := range w.addresses() {
		path := w.path(t, a)
		ask(w.sendAs("admin", a, path+"?q="+asked, "", ""))
		r := httptest.NewRequest(a.method, path, nil)
		r.Header.Set("Authorization", "Bearer "+secrets["an authorization"])
		w.cookie = "quartermaster=" + secrets["an authorization"]
		ask(w.send(r))
		if a.method != "GET" && !slices.Contains(ownSession, a.String()) {
			body := `{"username":"` + typed + `","password":"` + typed + `","current":"` + typed + `","new":"` + typed + `","pin":"` + pin + `"}`
			if !a.isAPI() {
				body = url.Values{"_token": {w.form["admin"]}, "username": {typed}, "password": {typed}, "current": {typed}, "pin": {pin}}.Encode()
				ask(w.sendAs("admin", a, path, body, "application/x-www-form-urlencoded"))
				continue
			}
			ask(w.sendAs("admin", a, path, body, "application/json"))
		}
	}
	w.cookie = ""
	ask(w.get(shares.Path + wrongLink))
	ask(w.get(shares.Path + wrongLink + "/register/file?format=csv"))
	ask(w.get("/calendar/" + wrongLink))
	ask(w.get(shares.Path + secrets["another link's secret"] + "/nothing"))
	w.cookie = ""
	ask(w.post("/sign-in", url.Values{"username": {typed}, "password": {password}}))
	ask(w.post("/sign-in", url.Values{"username": {"admin"}, "password": {typed}}))
	ask(w.sendAs("", address{"POST", api.Root + "/sessions"}, api.Root+"/sessions", `{"username":"admin","password":"`+typed+`"}`, "application/json"))
	if err := w.Access.SetPIN(w.As("admin"), password, pin); err != nil {
		t.Fatal(err)
	}
	_ = w.Access.CheckPIN(t.Context(), &models.Person{Code: "admin", Name: "x"}, pin+"1")
	if _, err := w.Access.EditPerson(w.Operator(), "guard", 0, access.PersonEdit{Username: ptr("gul.guard"), Role: ptr(models.Commander), Scope: ptr("NORTH-POST"), Password: ptr(typed)}); err != nil {
		t.Logf("a password is set: %v", err)
	}

	lines := strings.Count(log.String(), "\n")
	if lines < 500 || !strings.Contains(log.String(), "level=DEBUG") {
		t.Fatalf("only %d lines were logged", lines)
	}
	metrics := w.get("/metrics").body
	var ledger strings.Builder
	if err := w.eachEvent(func(text string) { ledger.WriteString(text) }); err != nil {
		t.Fatal(err)
	}
	for name, secret := range secrets {
		for where, text := range map[string]string{"the log": log.String(), "the metrics": metrics, "the ledger": ledger.String()} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s is in %s: …%s…", name, where, text[max(0, at-300):min(len(text), at+80)])
			}
		}
		if strings.HasPrefix(name, "the form token") || name == "what was asked for" {
			continue // which the pages of whom they belong to hold
		}
		for _, p := range refused {
			if strings.Contains(p.body, `name="_confirm_password"`) {
				continue // which asks again who it is, and carries on what its reader typed, on a page that no browser keeps
			}
			if strings.Contains(p.body, secret) && name != "a wrong password" && name != "a wrong link" { // typed as a user name, and as an address, it is shown again to who typed it
				t.Errorf("%s is in a refusal (%d): %s", name, p.StatusCode, around(p.body, secret))
				break
			}
		}
	}
	if strings.Contains(ledger.String(), "$argon2id$") {
		t.Error("the hash of a password is in the ledger")
	}
}

func ptr[T any](v T) *T { return &v }

func (w *walk) eachEvent(do func(text string)) error {
	for cursor := ""; ; {
		list, err := store.Query{In: store.Events, By: "at"}.Page(w.t.Context(), w.Book.Store, cursor, store.LargestPage)
		if err != nil {
			return err
		}
		for _, r := range list.Records {
			do(string(r.Body))
		}
		if cursor = list.Next; cursor == "" {
			return nil
		}
	}
}

// TestNothingIsWrittenIntoTheLog asks with line ends and what looks like a line of the log.
func TestNothingIsWrittenIntoTheLog(t *testing.T) {
	t.Parallel()
	log := &written{}
	w := newWalkLogging(t, booktest.New(t), slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for _, path := range []string{"/assets/x%0atime=2026%20level=ERROR%20msg=forged", "/s/x%0d%0alevel=ERROR", "/t/%1b%5b31mforged", "/nothing%0alevel=ERROR"} {
		w.sent("GET", path, "", "X-Request-Id", "x level=ERROR msg=forged", "User-Agent", "x level=ERROR msg=forged")
	}
	for line := range strings.Lines(log.String()) {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, " msg=forged") || strings.ContainsRune(line, 0x1b) {
			t.Errorf("%q", line)
		}
	}
}
