package ledger_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

func TestARequestTakesEffectOnce(t *testing.T) {
	w := booktest.New(t)
	caller := w.As("keeper-north")
	radio := register.NewAsset{Name: "Radio", Category: "radio", Unit: "NORTH-STORE"}
	send := func(key, body string) (*models.Asset, error) {
		ctx, err := w.Book.OnlyOnce(caller, "keeper-north", key, []byte("POST /assets"), []byte(body))
		if err != nil {
			return nil, err
		}
		return w.Register.TakeOnCharge(ctx, radio)
	}
	first, err := send("k1", "radio")
	if err != nil {
		t.Fatal(err)
	}
	_, err = send("k1", "radio")
	var again *ledger.Replayed
	if !errors.As(err, &again) || !strings.Contains(string(again.Body), `"tag":"`+first.Tag+`"`) {
		t.Errorf("a repetition: %v", err)
	}
	if _, err = send("k1", "scanner"); models.KindOf(err) != models.Conflict {
		t.Errorf("the key for another request: %v", err)
	}
	if _, err = send(strings.Repeat("k", 201), "radio"); models.KindOf(err) != models.Invalid {
		t.Errorf("a key too long: %v", err)
	}

	var wins, replays int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := send("k2", "radio")
			mu.Lock()
			defer mu.Unlock()
			var again *ledger.Replayed
			switch {
			case err == nil:
				wins++
			case errors.As(err, &again):
				replays++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if wins != 1 || replays != 7 {
		t.Errorf("of one request sent eight times at once %d took effect, %d were replayed", wins, replays)
	}
	w.Pass(ledger.KeptFor + time.Hour)
	if _, err := w.Access.Sweep(w.Operator()); err != nil {
		t.Fatal(err)
	}
	if _, err = send("k1", "scanner"); err != nil {
		t.Errorf("after a week the key is free: %v", err)
	}
}

// TestRewrittenHistoryShows changes the ledger behind the book's back.
func TestRewrittenHistoryShows(t *testing.T) {
	type tamper func(t *testing.T, w *booktest.World, subject string)
	for name, c := range map[string]struct {
		tamper tamper
		sound  bool
	}{
		"nothing":                    {func(*testing.T, *booktest.World, string) {}, true},
		"a text":                     {func(t *testing.T, w *booktest.World, s string) { rewrite(t, w, s+"@1", "410.00", "210.00", false) }, false},
		"a text and its hash":        {func(t *testing.T, w *booktest.World, s string) { rewrite(t, w, s+"@1", "410.00", "210.00", true) }, false},
		"the last text and its hash": {func(t *testing.T, w *booktest.World, s string) { rewrite(t, w, s+"@3", "third", "fourth", true) }, false},
		"an event between":           {func(t *testing.T, w *booktest.World, s string) { remove(t, w, s+"@2") }, false},
		"the last event":             {func(t *testing.T, w *booktest.World, s string) { remove(t, w, s+"@3") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := booktest.New(t)
			a := w.Radio("1")
			for _, name := range []string{"second", "third"} {
				var err error
				if a, err = w.Register.Edit(w.Operator(), a.Tag, 0, register.AssetEdit{Name: &name}); err != nil {
					t.Fatal(err)
				}
			}
			subject := ledger.Subject(store.Assets, a.ID)
			c.tamper(t, w, subject)
			if err := w.Book.Verify(t.Context(), subject, a.Head, a.Version); (err == nil) != c.sound {
				t.Errorf("found %v", err)
			}
		})
	}
}

func rewrite(t *testing.T, w *booktest.World, id, old, new string, hash bool) {
	t.Helper()
	record, err := w.Book.Store.Get(t.Context(), store.Events, id)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := store.Decode[models.Entry](record)
	if err != nil {
		t.Fatal(err)
	}
	entry.Text = bytes.Replace(entry.Text, []byte(old), []byte(new), 1)
	if hash {
		entry.Hash = ledger.Hash(entry.Text)
	}
	if err := w.Book.Store.Commit(t.Context(), store.Replace(store.Events, id, record.Version, entry)); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, w *booktest.World, id string) {
	t.Helper()
	record, err := w.Book.Store.Get(t.Context(), store.Events, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Book.Store.Commit(t.Context(), store.Delete(store.Events, id, record.Version)); err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

func TestSecretsStayOutOfTheLedger(t *testing.T) {
	w := booktest.New(t)
	if _, err := w.Access.EditPerson(w.As("admin"), "guard", 0, access.PersonEdit{Username: ptr("gul.guard"), Role: ptr(models.Storekeeper), Password: ptr("correct horse battery")}); err != nil {
		t.Fatal(err)
	}
	entries, err := store.Find[models.Entry](t.Context(), w.Book.Store, store.Query{In: store.Events, By: "at"})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, e := range entries {
		found = found || strings.HasPrefix(e.Subject, "passwords/")
		if bytes.Contains(e.Text, []byte("argon2")) || bytes.Contains(e.Text, []byte("correct horse")) {
			t.Errorf("%s tells the secret", e.Subject)
		}
	}
	if !found {
		t.Error("setting a password is not in the ledger")
	}
}
