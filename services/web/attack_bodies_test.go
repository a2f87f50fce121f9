package web_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"quartermaster/services/api"
	"quartermaster/services/server"
)

// TestBodiesThatAreNotAskedForAreRefused sends each address of the interface that takes
// JSON what it does not: fields that it lacks, among them those by which somebody would
// make themselves more than they are; other types, other forms, too much, too deep.
func TestBodiesThatAreNotAskedForAreRefused(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	bodies := map[string]struct {
		body, media string
		status      int // 0 is any refusal
	}{
		"a field that it lacks":  {`{"is_admin":true}`, "application/json", 400},
		"another prototype":      {`{"__proto__":{"role":"admin"}}`, "application/json", 400},
		"a field twice":          {`{"name":"a","name":"b"}`, "application/json", 400},
		"a list":                 {`[]`, "application/json", 400},
		"a number":               {`1`, "application/json", 400},
		"a text":                 {`"x"`, "application/json", 400},
		"nothing":                {``, "application/json", 400},
		"half a document":        {`{"`, "application/json", 400},
		"two documents":          {`{}{}`, "application/json", 400},
		"very deep":              {strings.Repeat(`[`, 100_000), "application/json", 400},
		"deep in a field":        {`{"fields":` + strings.Repeat(`{"a":`, 50_000), "application/json", 400},
		"too much":               {`{"name":"` + strings.Repeat("x", server.LargestJSON) + `"}`, "application/json", 413},
		"as a form":              {`{"name":"x"}`, "application/x-www-form-urlencoded", 415},
		"as text":                {`{"name":"x"}`, "text/plain", 415},
		"as XML":                 {`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`, "application/xml", 415},
		"without a type":         {`{"name":"x"}`, "", 415},
		"in another encoding":    {"\xff\xfe{\x00}\x00", "application/json", 400},
		"not UTF-8":              {"{\"is_admin\xff\":1}", "application/json", 400},
		"a number beyond all":    {`{"quantity":1e400,"days":99999999999999999999,"count":1e400,"is_admin":1}`, "application/json", 0},
		"operators of a store":   {`{"$where":"1"}`, "application/json", 400},
		"an operator in a field": {`{"username":{"$ne":null},"name":{"$gt":""},"tag":{"$ne":""},"code":{"$ne":""},"is_admin":1}`, "application/json", 400},
	}
	tried := 0
	before := w.events()
	for _, r := range (&api.API{House: w.House}).Routes() {
		if r.Body == nil || strings.HasSuffix(r.Path, "/import") {
			continue
		}
		tried++
		a := address{r.Method, api.Root + r.Path}
		path := w.path(t, a)
		for name, c := range bodies {
			got := w.sendAs("admin", a, path, c.body, c.media)
			if got.StatusCode >= 500 || got.StatusCode < 400 || c.status != got.StatusCode && c.status != 0 {
				t.Errorf("%s, %s: %d, wanted %d: %s", a, name, got.StatusCode, c.status, short(got.body))
			}
		}
	}
	if after := w.events(); after != before {
		t.Errorf("%d events were written", after-before)
	}
	if tried < 60 {
		t.Errorf("only %d addresses were tried", tried)
	}
}

// TestWhatTheBookKeepsOfADocumentCannotBeSet sends, beside what is asked for, what only the
// book itself writes.
func TestWhatTheBookKeepsOfADocumentCannotBeSet(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	own := `,"version":99,"head":"x","created_at":"2001-01-01T00:00:00Z","updated_at":"2001-01-01T00:00:00Z"}`
	for path, body := range map[string]string{
		"/people":     `{"code":"newcomer","name":"New Comer","unit":"NORTH"`,
		"/units":      `{"code":"NEW","name":"New","kind":"unit","parent":"NORTH"`,
		"/donors":     `{"code":"NEW","name":"New"`,
		"/courses":    `{"code":"new","name":"New","months":6`,
		"/assets":     `{"name":"Radio","category":"radio","unit":"NORTH-STORE","status":"written_off","number":7,"id":"x"`,
		"/stock":      `{"code":"new","name":"New","unit":"piece"`,
		"/categories": `{"code":"new","name":"New"`,
	} {
		got := w.sendAs("admin", address{"POST", api.Root + path}, api.Root+path, body+own, "application/json")
		if got.StatusCode >= 500 {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
		if got.StatusCode >= 400 {
			continue // such a field is not taken at all
		}
		var made struct {
			Version   int64  `json:"version"`
			CreatedAt string `json:"created_at"`
			Head      string `json:"head"`
		}
		if err := json.Unmarshal([]byte(got.body), &made); err != nil || made.Version != 1 || made.Head == "x" || strings.HasPrefix(made.CreatedAt, "2001") {
			t.Errorf("%s: %s, %v", path, got.body, err)
		}
	}
}

// TestHugeHeadsAreRefused sends more than a head may hold.
func TestHugeHeadsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	for name, change := range map[string]func() page{
		"a cookie": func() page {
			w.cookie = "quartermaster=" + strings.Repeat("x", 12_000)
			return w.send(httptest.NewRequest("GET", "/assets", nil))
		},
		"a bearer token": func() page {
			return w.sent("GET", "/api/v1/assets", "", "Authorization", "Bearer "+strings.Repeat("x", 12_000))
		},
		"a query":            func() page { return w.sent("GET", "/assets?q="+strings.Repeat("x", 12_000), "") },
		"a name of a device": func() page { return w.sent("GET", "/assets", "", "User-Agent", strings.Repeat("x", 12_000)) },
	} {
		if got := change(); got.StatusCode >= 500 {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
	}
}
