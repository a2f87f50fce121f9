package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"quartermaster/models"
	"quartermaster/services/store"
)

// undoOn is the form that a page offers to take back what was just done.
func undoOn(t *testing.T, p page) (action string, form url.Values) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.DataAtom != atom.Div || attribute(n, "class") != "note ok done" {
			continue
		}
		form = url.Values{}
		for in := range n.Descendants() {
			switch in.DataAtom {
			case atom.Form:
				action = attribute(in, "action")
			case atom.Input:
				form.Set(attribute(in, "name"), attribute(in, "value"))
			}
		}
		return action, form
	}
	t.Fatalf("%d, nothing was done: %s", p.StatusCode, short(p.body))
	return "", nil
}

// TestWhatWasJustDoneCanBeUndone does what can be undone, takes it back by the button beside the
// word that it is done, and looks at what is left: two more events, and the rest as it was.
func TestWhatWasJustDoneCanBeUndone(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	at := "/assets/" + a.Tag
	for name, c := range map[string]struct {
		who, page, send string
		with            []string
		in              *store.Collection
		key             string // "" is the last part of the page that it led to
		undone          func(r store.Record) bool
	}{
		"a draft voucher":   {"keeper-north", "/vouchers/new?kind=issue", "/vouchers/new", []string{"kind", "issue", "from", "NORTH-STORE", "to", "NORTH-POST", "lines", a.Tag}, store.Vouchers, "", holding(`"state":"cancelled"`)},
		"a request":         {"commander-north", "/requests/new", "/requests/new", []string{"unit", "NORTH-POST", "category", "radio", "quantity", "2", "purpose", "patrol"}, store.Requests, "", holding(`"state":"closed"`)},
		"an edit":           {"keeper-north", at + "/edit", at + "/edit", []string{"name", "Another radio", "note", "x", "serial", "2", "aliases", "OLD-1", "cost.amount", "5", "cost.currency", "USD"}, store.Assets, a.ID, holding(`"name":"` + a.Name + `"`)},
		"into the workshop": {"mechanic", at, at + "/workshop", []string{"reason", "aerial"}, store.Assets, a.ID, holding(`"status":"in_store"`)},
		"a person":          {"admin", "/people/guard", "/people/guard", []string{"name", "Gul Guard", "unit", "NORTH-POST", "inactive", "yes"}, store.People, "guard", func(r store.Record) bool { return !strings.Contains(string(r.Body), `"inactive":true`) }},
		"a write-off":       {"keeper-north", "/writeoffs/new?tag=" + a.Tag, "/writeoffs/new", []string{"tag", a.Tag, "ground", "worn_out", "why", "old", "method", "destroyed"}, store.WriteOffs, "", holding(`"state":"withdrawn"`)},
		"a visit":           {"admin", "/visits/new", "/visits/new", []string{"name", "Spring", "unit", "NORTH", "on", "2026-06-30", "monitor", "M. Monitor", "organisation", "Donor"}, store.Visits, "", holding(`"state":"cancelled"`)},
	} {
		if c.who == "mechanic" {
			s.Post(models.Person{Code: "mechanic", Name: "Mushtaq Mechanic", Unit: "NORTH", Username: "mechanic", Role: models.Maintenance})
		}
		s.signIn(c.who)
		did := s.post(c.send, s.get(c.page).fill(c.with...))
		to := did.Header.Get("Location")
		if did.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %d %s", name, did.StatusCode, short(did.body))
			continue
		}
		action, form := undoOn(t, s.get(to))
		if action == "" || form.Get("version") == "" || form.Get("_once") == "" {
			t.Errorf("%s: no way back is offered: %q %v", name, action, form)
			continue
		}
		stale := url.Values{}
		for k, v := range form {
			stale[k] = v
		}
		stale.Set("version", "99")
		stale.Set("_once", "another")
		if p := s.post(action, stale); p.StatusCode != http.StatusPreconditionFailed {
			t.Errorf("%s: of another version it was %d", name, p.StatusCode)
		}
		for range 2 { // the second is a double click
			if p := s.post(action, form); p.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: undoing it: %d %s", name, p.StatusCode, short(p.body))
			}
		}
		key := c.key
		if key == "" {
			where, err := url.Parse(to)
			if err != nil {
				t.Fatal(err)
			}
			key = where.Path[strings.LastIndex(where.Path, "/")+1:]
		}
		r, err := s.Book.Store.Get(t.Context(), c.in, key)
		if err != nil {
			t.Fatal(err)
		}
		if !c.undone(r) {
			t.Errorf("%s: it is %s", name, r.Body)
		}
		if again, _ := undoOn(t, s.get(to)); again != "" && name != "an edit" {
			t.Errorf("%s: what was undone can be undone again: %s", name, again)
		}
	}
	s.signIn("keeper-north")
	did := s.upload(at+"/files", s.get(at).fill(), "receipt.txt", "received")
	action, form := undoOn(t, s.get(did.Header.Get("Location")))
	if p := s.post(action, form); p.StatusCode != http.StatusSeeOther {
		t.Errorf("undoing an attached file: %d %s", p.StatusCode, short(p.body))
	}
	now, err := store.Get[models.Asset](t.Context(), s.Book.Store, store.Assets, a.ID)
	if err != nil || now.Note != a.Note || now.Serial != a.Serial || len(now.Aliases)+len(now.Files) != 0 || now.Cost != nil && a.Cost == nil {
		t.Errorf("the asset was %+v and is %+v, %v", a, now, err)
	}
}

func holding(text string) func(store.Record) bool {
	return func(r store.Record) bool { return strings.Contains(string(r.Body), text) }
}
