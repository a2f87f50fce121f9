package proofs_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/store"
)

// events makes entries of the ledger as they would lie in the store.
func events(n int, at time.Time) []store.Change {
	changes := make([]store.Change, n)
	for i := range changes {
		subject := fmt.Sprintf("flags/%s-%06d", at.Format("150405.000000"), i)
		text := fmt.Appendf(nil, `{"subject":%q,"seq":1}`, subject)
		changes[i] = store.Insert(store.Events, subject+"@1", &models.Entry{
			Subject: subject, Seq: 1, At: models.At(at.Add(time.Duration(i) * time.Millisecond)), Hash: ledger.Hash(text), Text: text})
	}
	return changes
}

func put(t testing.TB, w *booktest.World, changes ...store.Change) {
	t.Helper()
	if err := w.Book.Store.Commit(t.Context(), changes...); err != nil {
		t.Fatal(err)
	}
}

func integrate(t testing.TB, w *booktest.World) *models.LogHead {
	t.Helper()
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	head, err := w.Proofs.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func eventCount(t testing.TB, w *booktest.World) int64 {
	t.Helper()
	n, err := w.Book.Store.Count(t.Context(), store.Query{In: store.Events, By: store.ID})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func key(t testing.TB) string { return booktest.Key(t).Public }

func TestEveryEventEntersOnce(t *testing.T) {
	w := booktest.New(t)
	if head := integrate(t, w); head.Size != eventCount(t, w) {
		t.Errorf("of %d events %d entered", eventCount(t, w), head.Size)
	}
	before := integrate(t, w)
	if n, err := w.Proofs.Integrate(t.Context()); n != 0 || err != nil {
		t.Errorf("nothing new, and %d entered; %v", n, err)
	}
	w.Pass(time.Minute)
	put(t, w, events(5000, w.Now())...)
	put(t, w, events(3, w.Now().Add(-2*time.Minute))...) // committed late
	put(t, w, events(3, w.Now().Add(time.Hour))...)      // by a clock that is ahead
	after := integrate(t, w)
	if after.Size != before.Size+5006 {
		t.Errorf("%d entered", after.Size-before.Size)
	}
	for range 3 {
		w.Pass(time.Minute)
		put(t, w, events(10, w.Now())...)
		integrate(t, w)
	}
	if head := integrate(t, w); head.Size != after.Size+30 {
		t.Errorf("%d entered, of 30", head.Size-after.Size)
	}
}

// TestTheSweepFindsWhatComesTooLate commits events an hour after their time.
func TestTheSweepFindsWhatComesTooLate(t *testing.T) {
	w := booktest.New(t)
	integrate(t, w)
	w.Pass(time.Hour)
	put(t, w, events(4, w.Now())...)
	integrate(t, w)
	put(t, w, events(7, w.Now().Add(-30*time.Minute))...)
	put(t, w, events(2, w.Now().Add(time.Second))...)
	n, err := w.Proofs.Sweep(t.Context())
	if err != nil || n != 9 {
		t.Errorf("swept %d, %v", n, err)
	}
	if n, err := w.Proofs.Sweep(t.Context()); err != nil || n != 0 {
		t.Errorf("again %d, %v", n, err)
	}
	if head := integrate(t, w); head.Size != eventCount(t, w) {
		t.Errorf("of %d events %d entered", eventCount(t, w), head.Size)
	}
}

// TestRunnersAtOnceLoseNothingAndDoubleNothing has several programs integrate while
// others write.
func TestRunnersAtOnceLoseNothingAndDoubleNothing(t *testing.T) {
	w := booktest.New(t)
	var writers, runners sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		writers.Go(func() {
			for k := range 40 {
				put(t, w, events(1+k%7, booktest.Start.Add(time.Duration(i*40+k)*time.Second))...)
			}
		})
	}
	for range 3 {
		other := booktest.Again(t, w.Book.Store)
		runners.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := other.Proofs.Integrate(t.Context()); err != nil && !strings.Contains(err.Error(), "changed by somebody else") {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	runners.Wait()
	if _, err := w.Proofs.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	head := integrate(t, w)
	if head.Size != eventCount(t, w) {
		t.Errorf("of %d events %d entered", eventCount(t, w), head.Size)
	}
	runs, err := store.Find[models.LogRun](t.Context(), w.Book.Store, store.Query{In: store.LogRuns, By: store.ID})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, run := range runs {
		if run.First != int64(len(seen)) {
			t.Errorf("a run begins at %d after %d events", run.First, len(seen))
		}
		for _, id := range run.Events {
			if seen[id] {
				t.Errorf("%s entered twice", id)
			}
			seen[id] = true
		}
	}
}

// TestProofsHold checks proofs of logs of many sizes, and that none holds for
// anything else.
func TestProofsHold(t *testing.T) {
	w := booktest.New(t)
	integrate(t, w)
	sizes := []*proofs.Checkpoint{}
	n := 0
	for _, more := range []int{1, 2, 200, 255, 256, 257, 3000, 1} {
		w.Pass(5 * time.Minute)
		put(t, w, events(more, w.Now())...)
		head := integrate(t, w)
		c, err := proofs.ReadCheckpoint(head.Checkpoint, key(t))
		if err != nil || c.Size != head.Size {
			t.Fatal(c, err)
		}
		sizes = append(sizes, c)
		n += more
	}
	for i, older := range sizes {
		for _, newer := range sizes[i:] {
			c, err := w.Proofs.Consistency(t.Context(), older.Size, newer.Size)
			if err != nil {
				t.Fatal(err)
			}
			if err := proofs.CheckConsistency(older, newer, c.Proof); err != nil {
				t.Errorf("%d to %d: %v", older.Size, newer.Size, err)
			}
			other := *older
			other.Root = bytes.Repeat([]byte{1}, 32)
			if err := proofs.CheckConsistency(&other, newer, c.Proof); err == nil {
				t.Errorf("%d to %d: another history passes", older.Size, newer.Size)
			}
		}
	}
	last := sizes[len(sizes)-1]
	if err := proofs.CheckConsistency(last, sizes[0], nil); err == nil || !strings.Contains(err.Error(), "set back") {
		t.Errorf("a book that was set back: %v", err)
	}
	runs, err := store.Find[models.LogRun](t.Context(), w.Book.Store, store.Query{In: store.LogRuns, By: store.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		for i, event := range run.Events {
			if i%17 != 0 {
				continue
			}
			in, err := w.Proofs.Inclusion(w.Operator(), event)
			if err != nil {
				t.Fatal(err)
			}
			if in.Index != run.First+int64(i) {
				t.Errorf("%s is leaf %d", event, in.Index)
			}
			if err := in.Check(key(t)); err != nil {
				t.Errorf("%s: %v", event, err)
			}
			in.Index++
			if err := in.Check(key(t)); err == nil {
				t.Errorf("%s is proved at another place", event)
			}
		}
	}
}

func TestConsistencyRefusesSizesThatAreNone(t *testing.T) {
	w := booktest.New(t)
	size := integrate(t, w).Size
	for _, c := range []struct {
		from, to int64
		field    string
	}{{-1, 0, "from"}, {0, -1, "to"}, {3, 2, "from"}, {1, size + 1, "to"}} {
		_, err := w.Proofs.Consistency(t.Context(), c.from, c.to)
		if models.KindOf(err) != models.Invalid || !strings.HasPrefix(err.Error(), c.field+":") {
			t.Errorf("%d to %d: %v", c.from, c.to, err)
		}
	}
}

// TestProofsKeepToTheScope asks for events of others' equipment.
func TestProofsKeepToTheScope(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	event := ledger.Subject(store.Assets, a.ID) + "@1"
	if _, err := w.Proofs.Inclusion(w.As("keeper-north"), event); models.KindOf(err) != models.Conflict {
		t.Errorf("before it entered: %v", err)
	}
	integrate(t, w)
	for who, sees := range map[string]bool{
		"admin": true, "keeper-north": true, "auditor-a": true, "workshop": true, "keeper-south": false, "keeper-coast": false,
	} {
		in, err := w.Proofs.Inclusion(w.As(who), event)
		if sees && (err != nil || in.Check(key(t)) != nil) {
			t.Errorf("%s: %v", who, err)
		}
		if !sees && models.KindOf(err) != models.NotFound {
			t.Errorf("%s gets %v, %v", who, in, err)
		}
	}
	for _, other := range []string{"people/guard@1", "assets/none@1", "assets/" + a.ID + "@2", "assets/" + a.ID, "nothing", "", "moon/x@1"} {
		if _, err := w.Proofs.Inclusion(w.As("keeper-north"), other); models.KindOf(err) != models.NotFound {
			t.Errorf("%q: %v", other, err)
		}
	}
	if _, err := w.Proofs.Inclusion(t.Context(), event); models.KindOf(err) != models.Unauthenticated {
		t.Errorf("nobody: %v", err)
	}
}

// TestTheKeyIsMadeOnce goes through the starts of a book.
func TestTheKeyIsMadeOnce(t *testing.T) {
	w := booktest.New(t)
	bare := &ledger.Book{Store: w.Book.Store, Now: w.Now}
	if err := w.Book.Store.Commit(t.Context(), store.Delete(store.Log, "head", 1)); err != nil {
		t.Fatal(err)
	}
	open := func(path string) (bool, error) { return (&proofs.Log{Book: bare}).Open(t.Context(), path) }
	path := filepath.Join(t.TempDir(), "keys", "ledger.key")
	if made, err := open(path); !made || err != nil {
		t.Fatal(made, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	if made, err := open(path); made || err != nil {
		t.Errorf("a second start: %v, %v", made, err)
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := proofs.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	_ = other
	for name, c := range map[string]struct{ content, says string }{
		"missing": {"", "is missing: there is no file"},
		"garbage": {"PRIVATE+KEY+nonsense", "is no signing key"},
		"another": {"PRIVATE+KEY+booktest", "is not the signing key of this book's ledger"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.key")
			content := c.content
			if name == "another" {
				elsewhere := booktest.New(t)
				if err := elsewhere.Book.Store.Commit(t.Context(), store.Delete(store.Log, "head", 1)); err != nil {
					t.Fatal(err)
				}
				if _, err := (&proofs.Log{Book: elsewhere.Book}).Open(t.Context(), path); err != nil {
					t.Fatal(err)
				}
			} else if content != "" {
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			made, err := open(path)
			if made || err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, %v", made, err)
			}
			if _, err := os.Stat(path); content == "" && name == "missing" && err == nil {
				t.Error("a new key was made silently")
			}
		})
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, secret) {
		t.Error("the key's file was touched")
	}
}

func TestALostHeadIsNotBegunAnew(t *testing.T) {
	w := booktest.New(t)
	integrate(t, w)
	record, err := w.Book.Store.Get(t.Context(), store.Log, "head")
	if err != nil {
		t.Fatal(err)
	}
	put(t, w, store.Delete(store.Log, "head", record.Version))
	_, err = (&proofs.Log{Book: w.Book}).Open(t.Context(), filepath.Join(t.TempDir(), "ledger.key"))
	if err == nil || !strings.Contains(err.Error(), "head of this book's ledger was taken out") {
		t.Error(err)
	}
}

// reportFiles are the smallest files of each format.
var reportFiles = map[proofs.Format]string{
	proofs.CSV:  "Tag,Name\r\nQM-000001-2,Radio\r\n",
	proofs.JSON: `{"rows":[{"tag":"QM-000001-2"}]}` + "\n",
	proofs.PDF:  "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n",
	proofs.XLSX: "PK\x03\x04 content PK\x05\x06" + strings.Repeat("\x00", 18),
}

func sealed(t testing.TB, w *booktest.World, format proofs.Format, events ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	r := w.Proofs.Report(&b, format)
	for part := range slices.Chunk([]byte(reportFiles[format]), 7) {
		if _, err := r.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Seal(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAReportProvesItself changes, drops and adds each byte of a report of each
// format.
func TestAReportProvesItself(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	event := ledger.Subject(store.Assets, a.ID) + "@1"
	for format := range reportFiles {
		t.Run(string(format), func(t *testing.T) {
			file := sealed(t, w, format, event)
			s, err := proofs.CheckReport(file, key(t))
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Events) != 1 || s.Events[0].ID != event || s.Ledger.Origin != "booktest" || s.At != models.At(w.Now()) {
				t.Errorf("%+v", s)
			}
			for i := range file {
				for bit := range 7 { // each for one format, which is much alike in the others
					if format != proofs.CSV && bit != i%7 {
						continue
					}
					changed := bytes.Clone(file)
					changed[i] ^= 1 << bit
					if _, err := proofs.CheckReport(changed, key(t)); models.KindOf(err) == "" {
						t.Fatalf("byte %d (%q for %q) passes: %v", i, changed[i], file[i], err)
					}
				}
				if _, err := proofs.CheckReport(slices.Delete(bytes.Clone(file), i, i+1), key(t)); models.KindOf(err) == "" {
					t.Fatalf("without byte %d (%q) it passes: %v", i, file[i], err)
				}
				if _, err := proofs.CheckReport(slices.Insert(bytes.Clone(file), i, 'x'), key(t)); models.KindOf(err) == "" {
					t.Fatalf("with a byte before %d it passes: %v", i, err)
				}
			}
			if _, err := proofs.CheckReport(append(bytes.Clone(file), '\n'), key(t)); err == nil {
				t.Error("with a line more it passes")
			}
			other, err := proofs.NewKey()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := proofs.CheckReport(file, other.Public); err == nil || !strings.Contains(err.Error(), "of another book") {
				t.Errorf("under another key: %v", err)
			}
		})
	}
}

func TestForeignFilesAreNoReports(t *testing.T) {
	for _, file := range []string{"", "Tag,Name\r\n", "%PDF-1.4\n%%EOF", "# quartermaster-proof \r\n", "# quartermaster-proof AAAA\r\n", "# quartermaster-proof e30=\r\n"} {
		if _, err := proofs.CheckReport([]byte(file), key(t)); models.KindOf(err) != models.Malformed {
			t.Errorf("%q: %v", file, err)
		}
	}
	if _, err := proofs.CheckReport(nil, "key"); models.KindOf(err) != models.Malformed {
		t.Error(err)
	}
}

func TestSealRefusesEventsThatAreNotThere(t *testing.T) {
	w := booktest.New(t)
	if _, err := w.Proofs.Seal(t.Context(), proofs.Digest{}, "assets/none@1"); models.KindOf(err) != models.NotFound {
		t.Error(err)
	}
	many := make([]string, proofs.MostEvents+1)
	if _, err := w.Proofs.Seal(t.Context(), proofs.Digest{}, many...); err == nil {
		t.Error("too many events were sealed")
	}
	b, err := w.Proofs.Seal(t.Context(), proofs.Digest{SHA256: sha256.Sum256([]byte("x")), Bytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	b.Checkpoint, _ = w.Proofs.Checkpoint(t.Context())
	if _, err := proofs.Check(b, proofs.Digest{SHA256: sha256.Sum256([]byte("x")), Bytes: 1}, key(t)); err != nil {
		t.Error(err)
	}
	w.Radio("1")
	integrate(t, w)
	b.Checkpoint, _ = w.Proofs.Checkpoint(t.Context())
	if _, err := proofs.Check(b, proofs.Digest{SHA256: sha256.Sum256([]byte("x")), Bytes: 1}, key(t)); err == nil {
		t.Error("another checkpoint passes")
	}
}

// TestNodesOfTilesAreThoseOfTheTree compares proofs out of tiles with a tree that is
// computed plainly, as RFC 6962 2.1 defines it.
func TestNodesOfTilesAreThoseOfTheTree(t *testing.T) {
	w := booktest.New(t)
	for _, more := range []int{100, 700, 1} {
		w.Pass(3 * time.Minute)
		put(t, w, events(more, w.Now())...)
		integrate(t, w)
	}
	var leaves [][]byte
	runs, err := store.Find[models.LogRun](t.Context(), w.Book.Store, store.Query{In: store.LogRuns, By: store.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		for _, id := range run.Events {
			entry, err := store.Get[models.Entry](t.Context(), w.Book.Store, store.Events, id)
			if err != nil {
				t.Fatal(err)
			}
			leaf := sha256.Sum256(append([]byte{0}, entry.Text...))
			leaves = append(leaves, leaf[:])
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		newer := rapid.IntRange(1, len(leaves)).Draw(rt, "newer")
		older := rapid.IntRange(1, newer).Draw(rt, "older")
		c, err := w.Proofs.Consistency(t.Context(), int64(older), int64(newer))
		if err != nil {
			rt.Fatal(err)
		}
		at := func(size int) *proofs.Checkpoint {
			return &proofs.Checkpoint{Size: int64(size), Root: merkle(leaves[:size])}
		}
		if err := proofs.CheckConsistency(at(older), at(newer), c.Proof); err != nil {
			rt.Fatal(err)
		}
	})
}

func merkle(leaves [][]byte) []byte {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	node := sha256.Sum256(slices.Concat([]byte{1}, merkle(leaves[:k]), merkle(leaves[k:])))
	return node[:]
}

func FuzzCheckReport(f *testing.F) {
	w := booktest.New(f)
	for format := range reportFiles {
		f.Add(sealed(f, w, format))
	}
	public := key(f)
	dice := rand.New(rand.NewPCG(1, 2))
	f.Fuzz(func(t *testing.T, file []byte) {
		if s, err := proofs.CheckReport(file, public); err == nil && len(file) > 0 {
			file[dice.IntN(len(file))]++
			if _, err := proofs.CheckReport(file, public); err == nil {
				t.Errorf("%+v proves two files", s)
			}
		}
	})
}

// TestANewKeyIsTrustedByTheOldOne changes the key of a book that has reports out.
func TestANewKeyIsTrustedByTheOldOne(t *testing.T) {
	w := booktest.New(t)
	put(t, w, store.Delete(store.Log, "head", 1))
	path := filepath.Join(t.TempDir(), "ledger.key")
	if _, err := w.Proofs.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	integrate(t, w)
	before, err := w.Proofs.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old := sealed(t, w, proofs.CSV)
	running := &proofs.Log{Book: w.Book}
	if _, err := running.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	both, err := w.Proofs.Change(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	after, err := w.Proofs.Keys(t.Context())
	if err != nil || len(after) != 2 || after[0] == before[0] || after[1] != before[0] {
		t.Fatal(after, err)
	}
	for _, public := range after {
		if _, err := proofs.ReadCheckpoint(both, public); err != nil {
			t.Errorf("under %s: %v", public, err)
		}
	}
	if _, err := running.Integrate(t.Context()); err == nil || !strings.Contains(err.Error(), "was changed while this program ran") {
		t.Errorf("a server that runs on: %v", err)
	}
	if made, err := (&proofs.Log{Book: w.Book}).Open(t.Context(), path); made || err != nil {
		t.Errorf("the next start: %v, %v", made, err)
	}
	w.Radio("1")
	integrate(t, w)
	now := sealed(t, w, proofs.CSV)
	for _, c := range []struct {
		file []byte
		key  string
		good bool
	}{{old, after[1], true}, {now, after[0], true}, {old, after[0], false}, {now, after[1], false}} {
		if _, err := proofs.CheckReport(c.file, c.key); (err == nil) != c.good {
			t.Errorf("under %s: %v", c.key, err)
		}
	}
	if _, err := w.Proofs.Examine(t.Context(), old); err != nil {
		t.Errorf("the book of its own old report: %v", err)
	}
}
