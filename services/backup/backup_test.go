package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"quartermaster/models"
	"quartermaster/services/backup"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

func whole(w *booktest.World) store.Whole { return w.Book.Store.(store.Whole) }

func written(t *testing.T, w *booktest.World) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := backup.Write(t.Context(), whole(w), &file, backup.Writing{Now: w.Now}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func empty(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "restored.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestRestoreDrill takes backups of a book while storekeepers work in it, makes books
// of them, and works on in these: each is the book as it was at one moment.
func TestRestoreDrill(t *testing.T) {
	w := booktest.New(t)
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var keepers sync.WaitGroup
	for k := range 4 {
		keepers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				a := w.Radio(fmt.Sprintf("%d-%d", k, n))
				name := "Radio of a patrol"
				if _, err := w.Register.Edit(w.Operator(), a.Tag, a.Version, register.AssetEdit{Name: &name}); err != nil {
					t.Error(err)
				}
				if n%5 == 0 {
					if _, err := w.Proofs.Integrate(w.Operator()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	var files [][]byte
	for range 5 {
		files = append(files, written(t, w))
	}
	stop()
	keepers.Wait()

	before := int64(0)
	for i, file := range files {
		s := empty(t)
		got, err := backup.Restore(t.Context(), bytes.NewReader(file), nil, s, verify.Options{Keys: []string{booktest.Key(t).Public}})
		if err != nil {
			t.Fatalf("backup %d: %v", i, err)
		}
		if got.Checked == nil || got.Events < before || got.Manifest.Checkpoint == "" {
			t.Errorf("backup %d: %+v", i, got)
		}
		before = got.Events
		again := booktest.Again(t, s)
		a := again.Radio("after the restore")
		if taken, err := w.Book.Store.Count(t.Context(), store.Query{In: store.Assets, By: "codes", Where: []store.Cond{store.Is("codes", strings.ToUpper(a.Tag))}}); err != nil || taken > 1 {
			t.Errorf("backup %d: %d, %v", i, taken, err)
		}
		if _, err := again.Proofs.Integrate(t.Context()); err != nil {
			t.Errorf("backup %d: its ledger does not grow on: %v", i, err)
		}
		if _, err := verify.Book(t.Context(), s, verify.Options{Kept: got.Manifest.Checkpoint}); err != nil {
			t.Errorf("backup %d: %v", i, err)
		}
	}
}

// TestADamagedBackupIsRefused alters, cuts and swaps what was written, plain and
// encrypted.
func TestADamagedBackupIsRefused(t *testing.T) {
	w := booktest.New(t)
	w.Radio("1")
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sealed")
	if _, err := backup.Take(t.Context(), whole(w), path, []age.Recipient{identity.Recipient()}, backup.Writing{Now: w.Now}); err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("Icom")) {
		t.Error("the encrypted backup can be read")
	}
	plain := written(t, w)
	for name, file := range map[string][]byte{"plain": plain, "sealed": sealed} {
		// a bit that means nothing to who unpacks it may be another, if what is read is the same
		try := func(file []byte) (string, error) {
			var documents strings.Builder
			manifest, err := backup.Read(bytes.NewReader(file), []age.Identity{identity}, func(c *store.Collection, records []store.Record) error {
				fmt.Fprintf(&documents, "%s %+v", c.Name, records)
				return nil
			})
			return fmt.Sprintf("%+v %s", manifest, documents.String()), err
		}
		whole, err := try(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for at := 0; at < len(file); at += 1 + len(file)/97 {
			altered := slices.Clone(file)
			altered[at] ^= 4
			if got, err := try(altered); err == nil && got != whole {
				t.Errorf("%s: byte %d of %d was altered and nobody noticed", name, at, len(file))
			}
			if _, err := try(file[:at]); err == nil {
				t.Errorf("%s: it was cut off at byte %d of %d and nobody noticed", name, at, len(file))
			}
		}
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for words, with := range map[string][]age.Identity{"give the file of the age identity": nil, "encrypted to another key": {other}} {
		if _, err := backup.Read(bytes.NewReader(sealed), with, nil); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v; wanted %q", err, words)
		}
	}
	for from, to := range map[string]string{"VHF hand-held radio": "VHF hand-held rodio", `"format": 1`: `"format": 2`, fmt.Sprintf(`"form": %d`, store.Form): `"form": 9`} {
		if _, err := backup.Read(bytes.NewReader(rewritten(t, plain, from, to)), nil, nil); err == nil {
			t.Errorf("%s became %s and nobody noticed", from, to)
		}
	}
}

// rewritten alters a backup as somebody would who packs it anew.
func rewritten(t *testing.T, file []byte, from, to string) []byte {
	t.Helper()
	r, err := zstd.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	tar, err := io.ReadAll(r)
	if err != nil || !bytes.Contains(tar, []byte(from)) {
		t.Fatalf("%s is not in it, %v", from, err)
	}
	var packed bytes.Buffer
	z, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(bytes.Replace(tar, []byte(from), []byte(to), 1)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// TestABookRewrittenBeforeItsBackupIsRefused restores a backup whose sums are right and
// whose book is not what its ledger says.
func TestABookRewrittenBeforeItsBackupIsRefused(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	record, err := w.Book.Store.Get(t.Context(), store.Assets, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.Serial = "2"
	if err := w.Book.Store.Commit(t.Context(), store.Replace(store.Assets, a.ID, record.Version, a)); err != nil {
		t.Fatal(err)
	}
	_, err = backup.Restore(t.Context(), bytes.NewReader(written(t, w)), nil, empty(t), verify.Options{})
	var disagrees *verify.Disagreement
	if !errors.As(err, &disagrees) || disagrees.Where != ledger.Subject(store.Assets, a.ID) {
		t.Errorf("%v", err)
	}
}

// TestADamagedDocumentIsKeptAsItIs backs up what is no JSON any more.
func TestADamagedDocumentIsKeptAsItIs(t *testing.T) {
	damaged := store.Record{ID: "a\n\"b", Version: 3, Body: []byte("{\"id\":\n\"cut o")}
	var file bytes.Buffer
	if _, err := backup.Write(t.Context(), oneDocument{damaged}, &file, backup.Writing{Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	found := 0
	_, err := backup.Read(&file, nil, func(c *store.Collection, records []store.Record) error {
		for _, r := range records {
			if found++; r.ID != damaged.ID || r.Version != 3 || string(r.Body) != string(damaged.Body) {
				t.Errorf("%+v", r)
			}
		}
		return nil
	})
	if err != nil || found != 1 {
		t.Errorf("%d, %v", found, err)
	}
}

// oneDocument is a book of one document.
type oneDocument struct{ store.Record }

func (o oneDocument) Snapshot(context.Context) (store.Snapshot, error) { return o, nil }

func (o oneDocument) Each(_ context.Context, c *store.Collection, _ string, do func(store.Record) error) error {
	if c != store.Donors {
		return nil
	}
	return do(o.Record)
}

func (oneDocument) Count(context.Context, *store.Collection) (int64, error) { return 0, nil }

func (oneDocument) Sequences(context.Context) (map[string]int64, error) { return nil, nil }

func (oneDocument) Close() error { return nil }

// TestWhatIsKept draws histories of backups and holds what is kept of them to the rule.
func TestWhatIsKept(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Karachi")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	foreign := filepath.Join(folder, "quartermaster-notes.tar.zst")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		keep := backup.Keep{Daily: rapid.IntRange(1, 8).Draw(rt, "daily"), Weekly: rapid.IntRange(0, 6).Draw(rt, "weekly"), Monthly: rapid.IntRange(0, 13).Draw(rt, "monthly")}
		at := booktest.Start
		var all []string
		for range rapid.IntRange(1, 60).Draw(rt, "backups") {
			name := backup.NameAt(at, rapid.Bool().Draw(rt, "sealed"))
			all = append(all, name)
			if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
				rt.Fatal(err)
			}
			at = at.Add(time.Duration(rapid.IntRange(1, 24*40).Draw(rt, "hours")) * time.Hour)
		}
		removed, err := keep.Sweep(folder, at, zone)
		if err != nil {
			rt.Fatal(err)
		}
		left, err := filepath.Glob(filepath.Join(folder, "quartermaster-2*"))
		if err != nil || len(left)+len(removed) != len(all) {
			rt.Fatalf("%d of %d are left, %d removed: %v", len(left), len(all), len(removed), err)
		}
		if len(left) > keep.Daily+keep.Weekly+keep.Monthly || len(left) < min(len(all), 1) {
			rt.Errorf("%d are left of %+v", len(left), keep)
		}
		if slices.Contains(removed, all[len(all)-1]) {
			rt.Error("the newest was removed")
		}
		if again, err := keep.Sweep(folder, at, zone); err != nil || len(again) > 0 {
			rt.Errorf("swept again, %v more were removed: %v", again, err)
		}
		for _, file := range left {
			if err := os.Remove(file); err != nil {
				rt.Fatal(err)
			}
		}
	})
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a file that is none of ours was removed")
	}
}

func TestKeepIsThreeNumbers(t *testing.T) {
	for text, ok := range map[string]bool{"7,5,12": true, "1,0,0": true, "0,5,5": false, "7": false, "7,5,12,3": false, "a,b,c": false, "7,-1,2": false, "": false} {
		if _, err := backup.ParseKeep(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"age1abc", "ssh-ed25519 AAAA", ""} {
		if _, err := backup.Recipients([]string{text}); models.KindOf(err) != models.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestABackupLeavesNothingWhenItFails has a backup end in the middle.
func TestABackupLeavesNothingWhenItFails(t *testing.T) {
	w := booktest.New(t)
	folder := t.TempDir()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(folder, "b")
	if _, err := backup.Take(ended, whole(w), path, nil, backup.Writing{Now: w.Now}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	if _, err := backup.Take(t.Context(), whole(w), path, nil, backup.Writing{Now: w.Now}); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Take(t.Context(), whole(w), path, nil, backup.Writing{Now: w.Now}); models.KindOf(err) != models.Conflict {
		t.Errorf("a backup was written over another: %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}
