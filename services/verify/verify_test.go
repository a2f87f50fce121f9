package verify_test

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

// book is a book in a file that was closed, to be tampered with.
type book struct {
	t     *testing.T
	path  string
	asset string // subject of a radio with three events and a file
	other string // of another, with one
	file  string // id of the first's file
	old   string // checkpoint of a while before the last events
	week  string // copy of the file at that time
}

// TestABookOfAnEarlierProgramVerifies takes out what a program before did not know.
func TestABookOfAnEarlierProgramVerifies(t *testing.T) {
	b := fresh(t)
	db, err := sql.Open("sqlite", "file:"+b.path)
	if err == nil {
		_, err = db.ExecContext(t.Context(), `DROP TABLE visits; DROP TABLE assets_by_origin`)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.check(verify.Options{}); err != nil {
		t.Error(err)
	}
}

// fresh writes a book that says the same as often as it is made.
func fresh(t *testing.T) *book {
	t.Helper()
	b := &book{t: t, path: filepath.Join(t.TempDir(), "book.db")}
	s, err := sqlite.Open(t.Context(), b.path, store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	w := booktest.Over(t, s)
	a := w.Radio("1")
	b.asset, b.other = ledger.Subject(store.Assets, a.ID), ledger.Subject(store.Assets, w.Radio("2").ID)
	integrate := func() {
		w.Pass(time.Hour)
		if _, err := w.Proofs.Integrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	integrate()
	if b.old, err = w.Proofs.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.week = b.path + ".week"
	exec(t, b.path, `VACUUM INTO ?`, b.week)
	note := "kept at the gate"
	if a, err = w.Register.Edit(w.Operator(), a.Tag, 0, register.AssetEdit{Note: &note}); err != nil {
		t.Fatal(err)
	}
	if a, err = w.Register.Attach(w.Operator(), a.Tag, 0, "invoice.txt", []byte("one radio, 410.00 USD")); err != nil {
		t.Fatal(err)
	}
	b.file = a.Files[0].ID
	if _, err := w.Access.EditPerson(w.Operator(), "guard", 0, guardSignsIn()); err != nil {
		t.Fatal(err)
	}
	integrate()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

func exec(t *testing.T, path, text string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	result, err := db.ExecContext(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if n, _ := result.RowsAffected(); n == 0 && !strings.HasPrefix(text, "VACUUM") {
		t.Fatalf("%s changed nothing", text)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func (b *book) exec(text string, args ...any) { b.t.Helper(); exec(b.t, b.path, text, args...) }

func (b *book) check(o verify.Options) (*verify.Checked, error) {
	b.t.Helper()
	s, err := sqlite.OpenRead(b.t.Context(), b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	return verify.Book(b.t.Context(), s, o)
}

// entry reads an event as it is stored.
func (b *book) entry(id string) *models.Entry {
	b.t.Helper()
	s, err := sqlite.OpenRead(b.t.Context(), b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	e, err := store.Get[models.Entry](b.t.Context(), s, store.Events, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

// put writes an event behind the book's back, with the hash that it then has.
func (b *book) put(id string, e *models.Entry) string {
	b.t.Helper()
	e.Hash = ledger.Hash(e.Text)
	body, err := json.Marshal(e)
	if err != nil {
		b.t.Fatal(err)
	}
	b.exec(`INSERT OR REPLACE INTO events ("_id", version, subject, seq, at, body, many) VALUES (?, 1, ?, ?, ?, ?, '')`, id, e.Subject, e.Seq, e.At.String(), string(body))
	return e.Hash
}

type tampered struct {
	do   func(b *book)
	says []string // in the order of place, what
}

// TestEveryTamperingIsFoundAndNamed changes the file itself, in as many ways as
// somebody may who administers the machine.
func TestEveryTamperingIsFoundAndNamed(t *testing.T) {
	replaced := func(id, old, new string) func(b *book) {
		return func(b *book) {
			b.exec(`UPDATE events SET body = replace(body, ?, ?) WHERE "_id" = ?`, old, new, b.asset+id)
		}
	}
	cases := map[string]tampered{
		"an asset's cost": {func(b *book) {
			b.exec(`UPDATE assets SET body = replace(body, '410.00', '210.00') WHERE "_id" = ?`, key(b.asset))
		}, []string{"ASSET", `cost is {"amount":"210.00"`, `{"amount":"410.00"`, "by its events"}},
		"an asset taken out": {func(b *book) {
			b.exec(`DELETE FROM assets WHERE "_id" = ?`, key(b.other))
		}, []string{"OTHER", "was taken out of the register"}},
		"an asset put in": {func(b *book) {
			b.exec(`INSERT INTO assets ("_id", version, body, many) SELECT 'forged', version, replace(replace(body, "_id", 'forged'), '"number":', '"number":9'), many FROM assets WHERE "_id" = ?`, key(b.other))
		}, []string{"assets/forged", "nothing in its history says how it came there"}},
		"an asset hidden from lists": {func(b *book) {
			b.exec(`UPDATE assets SET status = 'struck_off' WHERE "_id" = ?`, key(b.asset))
		}, []string{"ASSET", "lists find it by other values than it has"}},
		"an asset taken out of a donor's list": {func(b *book) {
			b.exec(`DELETE FROM assets_by_paid_by WHERE n = (SELECT n FROM assets WHERE "_id" = ?)`, key(b.asset))
		}, []string{"ASSET", "lists find it by other values than it has"}},
		"an asset taken out of a donor's list, and out of what is said of it beside": {func(b *book) {
			b.exec(`DELETE FROM assets_by_paid_by WHERE n = (SELECT n FROM assets WHERE "_id" = ?)`, key(b.asset))
			b.exec(`UPDATE assets SET many = replace(many, char(31) || 'paid_by=', char(31) || 'paid_bx=') WHERE "_id" = ?`, key(b.asset))
		}, []string{"ASSET", "lists find it by other values than it has"}},
		"an asset put into another unit's list": {func(b *book) {
			b.exec(`INSERT INTO assets_by_unit SELECT 'ELSEWHERE', number, n FROM assets WHERE "_id" = ?`, key(b.asset))
		}, []string{"ASSET", "lists find it by other values than it has"}},
		"an event's text":       {replaced("@1", "410.00", "210.00"), []string{"event ASSET@1", "was altered since it entered the ledger as leaf"}},
		"the last event's text": {replaced("@3", "invoice", "receipt"), []string{"event ASSET@3", "was altered since it entered the ledger"}},
		"an event's time": {func(b *book) {
			b.exec(`UPDATE events SET body = replace(body, '"at":"2026', '"at":"2025') WHERE "_id" = ?`, b.asset+"@2")
		}, []string{"event ASSET@2", "was altered"}},
		"an event's time beside its text": {func(b *book) {
			b.exec(`UPDATE events SET body = json_set(body, '$.at', '2025-01-01T00:00:00.000Z') WHERE "_id" = ?`, b.asset+"@2")
		}, []string{"event ASSET@2", "a name, number or time that is not its own"}},
		"an event dropped":                  {func(b *book) { b.exec(`DELETE FROM events WHERE "_id" = ?`, b.asset+"@2") }, []string{"event ASSET@2", "was taken out of the book"}},
		"the last event dropped":            {func(b *book) { b.exec(`DELETE FROM events WHERE "_id" = ?`, b.asset+"@3") }, []string{"event ASSET@3", "was taken out of the book"}},
		"two events in each other's place":  {swap, []string{"event ASSET@2", "was altered since it entered the ledger"}},
		"an event put in at the end":        {insert, []string{"ASSET", "is at event 3 in the register"}},
		"an event put in, document with it": {insertWithDocument, []string{"event ASSET@4", "is not in the ledger"}},
		"an event and its chain":            {rewriteChain, []string{"event ASSET@1", "was altered since it entered the ledger as leaf"}},
		"an event, its chain and the log":   {rewriteLog, []string{"the ledger", "do not make up the root that the checkpoint signs"}},
		"a file's content": {func(b *book) {
			b.exec(`UPDATE files SET body = json_set(body, '$.content', 'YW5vdGhlcg==') WHERE "_id" = ?`, b.file)
		}, []string{"ASSET", "its file invoice.txt was altered"}},
		"a file": {func(b *book) { b.exec(`DELETE FROM files WHERE "_id" = ?`, b.file) }, []string{"ASSET", "its file invoice.txt was taken out"}},
		"a password": {func(b *book) {
			b.exec(`UPDATE passwords SET body = json_set(body, '$.hash', 'mine') WHERE "_id" = 'guard'`)
		}, []string{"passwords/guard", "its content is not what was entered"}},
		"a person's role": {func(b *book) {
			b.exec(`UPDATE people SET body = json_set(body, '$.role', 'admin') WHERE "_id" = 'keeper-south'`)
		}, []string{"people/keeper-south", `role is "admin" in the register, and "storekeeper" by its events`}},
		"the head's size":      {func(b *book) { b.exec(`UPDATE log SET body = json_set(body, '$.size', 3)`) }, []string{"the ledger's head", "says 3 events"}},
		"the checkpoint":       {func(b *book) { b.exec(`UPDATE log SET body = replace(body, 'booktest\n', 'booktest\n1')`) }, []string{"the ledger's checkpoint", "was altered"}},
		"the log's head":       {func(b *book) { b.exec(`DELETE FROM log`) }, []string{"the ledger", "its head was taken out"}},
		"a tile":               {func(b *book) { b.exec(`DELETE FROM log_tiles`) }, []string{"the ledger", "tile 0/0000000000000000 of its tree was taken out"}},
		"a run":                {func(b *book) { b.exec(`DELETE FROM log_runs WHERE "_id" > '0000000000000000'`) }, []string{"the ledger", "holds"}},
		"a run's first events": {func(b *book) { b.exec(`DELETE FROM log_runs WHERE "_id" = '0000000000000000'`) }, []string{"the ledger", "from leaf 0 on are missing"}},
	}
	template := fresh(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := *template
			b.t, b.path = t, filepath.Join(t.TempDir(), "book.db")
			copyFile(t, template.path, b.path)
			if _, err := b.check(verify.Options{Keys: keys(t)}); err != nil {
				t.Fatalf("before: %v", err)
			}
			c.do(&b)
			_, err := b.check(verify.Options{Keys: keys(t)})
			var found *verify.Disagreement
			if !errors.As(err, &found) {
				t.Fatalf("not found: %v", err)
			}
			text := strings.ReplaceAll(strings.ReplaceAll(err.Error(), b.asset, "ASSET"), b.other, "OTHER")
			for _, says := range c.says {
				if !strings.Contains(text, says) {
					t.Errorf("%q does not say %q", text, says)
				}
			}
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func keys(t *testing.T) []string { return []string{booktest.Key(t).Public} }

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func guardSignsIn() access.PersonEdit {
	username, password, role := "guard", "a long password", models.Storekeeper
	return access.PersonEdit{Username: &username, Password: &password, Role: &role}
}

func key(subject string) string { _, id, _ := strings.Cut(subject, "/"); return id }

// swap gives two events of a subject each other's texts.
func swap(b *book) {
	two, three := b.entry(b.asset+"@2"), b.entry(b.asset+"@3")
	two.Text, three.Text = three.Text, two.Text
	b.put(b.asset+"@2", two)
	b.put(b.asset+"@3", three)
}

func insert(b *book) { insertAfter(b) }

func insertAfter(b *book) string {
	last := b.entry(b.asset + "@3")
	event, err := last.Event()
	if err != nil {
		b.t.Fatal(err)
	}
	event.Prev, event.Seq, event.Kind = last.Hash, 4, "asset.edited"
	event.Changes = map[string]models.Change{"location": {After: []byte(`"elsewhere"`)}}
	last.Seq = 4
	if last.Text, err = json.Marshal(event); err != nil {
		b.t.Fatal(err)
	}
	return b.put(b.asset+"@4", last)
}

func insertWithDocument(b *book) {
	head := insertAfter(b)
	b.exec(`UPDATE assets SET body = json_set(body, '$.version', 4, '$.head', ?, '$.location', 'elsewhere') WHERE "_id" = ?`, head, key(b.asset))
}

// rewriteChain makes the radio cheaper from its first event on, and makes all
// hashes of its chain anew.
func rewriteChain(b *book) { rewrite(b) }

func rewrite(b *book) (hashes [3]string) {
	prev, was := "", ""
	for i, id := range []string{"@1", "@2", "@3"} {
		e := b.entry(b.asset + id)
		text := strings.ReplaceAll(string(e.Text), "410.00", "210.00")
		if was != "" {
			text = strings.ReplaceAll(text, was, prev)
		}
		was = e.Hash
		e.Text = []byte(text)
		prev = b.put(b.asset+id, e)
		hashes[i] = prev
	}
	b.exec(`UPDATE assets SET body = json_set(replace(body, '410.00', '210.00'), '$.head', ?) WHERE "_id" = ?`, prev, key(b.asset))
	return hashes
}

// rewriteLog lets the ledger be made anew over the rewritten events, without the key.
func rewriteLog(b *book) {
	rewrite(b)
	s, err := sqlite.Open(b.t.Context(), b.path, store.Schema, sqlite.Unsynced)
	if err != nil {
		b.t.Fatal(err)
	}
	get := func(c *store.Collection, id string) store.Record {
		r, err := s.Get(b.t.Context(), c, id)
		if err != nil {
			b.t.Fatal(err)
		}
		return r
	}
	runs, err := store.Find[models.LogRun](b.t.Context(), s, store.Query{In: store.LogRuns, By: store.ID})
	if err != nil {
		b.t.Fatal(err)
	}
	tile := &models.LogTile{}
	for _, run := range runs {
		for _, id := range run.Events {
			e, err := store.Decode[models.Entry](get(store.Events, id))
			if err != nil {
				b.t.Fatal(err)
			}
			tile.Hashes = append(tile.Hashes, unhex(b.t, e.Hash))
		}
	}
	stored := get(store.LogTiles, "0/0000000000000000")
	if err := s.Commit(b.t.Context(), store.Replace(store.LogTiles, stored.ID, stored.Version, tile)); err != nil {
		b.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.t.Fatal(err)
	}
}

// TestABookThatWasSetBackIsFoundByAnOldCheckpoint puts last week's file in the place
// of the book: it agrees with itself, and a donor finds it by what they kept.
func TestABookThatWasSetBackIsFoundByAnOldCheckpoint(t *testing.T) {
	b := fresh(t)
	now, err := b.check(verify.Options{Keys: keys(t)})
	if err != nil {
		t.Fatal(err)
	}
	older, err := proofs.ReadCheckpoint(b.old, keys(t)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.check(verify.Options{Keys: keys(t), Older: older}); err != nil {
		t.Errorf("a book that grew: %v", err)
	}
	b.path = b.week
	if _, err := b.check(verify.Options{Keys: keys(t)}); err != nil {
		t.Errorf("last week's book by itself: %v", err)
	}
	_, err = b.check(verify.Options{Keys: keys(t), Older: now.Checkpoint})
	if err == nil || !strings.Contains(err.Error(), "was set back to an earlier state") {
		t.Errorf("set back: %v", err)
	}
}

// TestASecondHistoryUnderTheRealKeyIsFoundByAnOldCheckpoint has whoever holds the
// signing key write another history and sign it.
func TestASecondHistoryUnderTheRealKeyIsFoundByAnOldCheckpoint(t *testing.T) {
	b := fresh(t)
	older, err := proofs.ReadCheckpoint(b.old, keys(t)...)
	if err != nil {
		t.Fatal(err)
	}
	rewrite(b)
	b.exec(`DELETE FROM log`)
	b.exec(`DELETE FROM log_runs`)
	b.exec(`DELETE FROM log_tiles`)
	b.exec(`DELETE FROM log_runs_by_events`)
	s, err := sqlite.Open(t.Context(), b.path, store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	w := booktest.Again(t, s)
	w.Pass(5 * time.Hour)
	if _, err := w.Proofs.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.check(verify.Options{Keys: keys(t)}); err != nil {
		t.Errorf("the second history by itself: %v", err)
	}
	_, err = b.check(verify.Options{Keys: keys(t), Older: older})
	if err == nil || !strings.Contains(err.Error(), "was signed over other events") {
		t.Errorf("found %v", err)
	}
}

// TestAnotherKeyIsNoKey checks a book with somebody else's key.
func TestAnotherKeyIsNoKey(t *testing.T) {
	other, err := proofs.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	_, err = fresh(t).check(verify.Options{Keys: []string{other.Public}})
	if err == nil || !strings.Contains(err.Error(), "is not signed by this key") {
		t.Error(err)
	}
}

// TestADayOfTheServicesVerifies goes through what people do and checks the book of it.
func TestADayOfTheServicesVerifies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	s, err := sqlite.Open(t.Context(), path, store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	booktest.Walk(t, s)
	checked, err := verify.Book(t.Context(), s, verify.Options{Keys: keys(t)})
	if err != nil {
		t.Fatal(err)
	}
	if checked.Events < 50 || checked.Documents < 20 || checked.Checkpoint.Size+checked.Waiting != checked.Events {
		t.Errorf("%+v", checked)
	}
}
