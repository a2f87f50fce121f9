package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// TestBackupAndRestoreCommands backs up a book that is in use, loses it, and gets it
// back, plain and encrypted; and is refused where that would harm.
func TestBackupAndRestoreCommands(t *testing.T) {
	folder := t.TempDir()
	in := func(names ...string) string { return filepath.Join(append([]string{folder}, names...)...) }
	keep := func(path, content string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	book := in("live", "book.db")
	s, err := sqlite.Open(t.Context(), book, store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	w := booktest.Over(t, s)
	radio := w.Radio("1")
	if _, err := w.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	secret := booktest.Key(t).Secret()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := keep(in("mine.txt"), identity.String()+"\n"), keep(in("theirs.txt"), other.String()+"\n")
	to, live := "--to="+identity.Recipient().String(), "--store=sqlite:"+book
	keep(in("live", "book.ledger.key"), secret+"\n")
	keep(in("full", "something"), "")
	keep(in("with-key", "book.ledger.key"), secret+"\n")
	keep(in("other-key", "book.ledger.key"), "PRIVATE+KEY+other\n")
	into := func(name string) string { return "--store=sqlite:" + in(name, "book.db") }
	steps := func(steps []step) {
		t.Helper()
		for _, c := range steps {
			if code, text := said(t, nil, c.args...); code != c.code || !strings.Contains(text, c.says) {
				t.Errorf("%v: exit %d: %s\nwanted %d: %s", c.args, code, text, c.code, c.says)
			}
		}
	}
	steps([]step{
		{[]string{"backup", in("a.tar.zst"), live}, 0, "signing key is not in it"},
		{[]string{"backup", in("a.tar.zst"), live}, 1, "is there already"},
		{[]string{"backup", in("a.age"), live, to, "--key-copy", in("key.age")}, 0, "Keep it apart from the backups"},
		{[]string{"backup", in("b.age"), live, "--key-copy", in("key2")}, 1, "encrypted alone"},
		{[]string{"backup", live}, 1, "name a file to write"},
		{[]string{"backup", live, "--into", in("kept"), "--keep", "many"}, 1, "such as 7,5,12"},
		{[]string{"backup", live, "--into", in("kept"), "--to", "ssh"}, 1, "no public key of age"},
		{[]string{"backup", live, "--into", in("kept")}, 0, "quartermaster-2"},
		{[]string{"backup", in("none"), "--store=sqlite:" + in("none.db")}, 1, "cannot be opened"},
	})
	w.Radio("2") // after the backups
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(in("live")); err != nil {
		t.Fatal(err)
	}
	steps([]step{
		{[]string{"verify", in("a.tar.zst"), "--save", in("checkpoint")}, 0, "which have the sums that were recorded"},
		{[]string{"verify", in("a.age"), "--identity", mine, "--checkpoint", in("checkpoint")}, 0, "grew from the checkpoint that you kept"},
		{[]string{"verify", in("a.age")}, 1, "is encrypted"},
		{[]string{"restore", in("a.tar.zst"), into("full")}, 1, "is not empty (something)"},
		{[]string{"restore", in("a.age"), into("restored"), "--identity", theirs}, 1, "encrypted to another key"},
		{[]string{"restore", in("a.age"), into("restored"), "--identity", mine}, 0, "put the ledger's signing key back"},
		{[]string{"restore", in("a.age"), into("restored"), "--identity", mine}, 1, "is not empty (book.db)"},
		{[]string{"restore", in("a.tar.zst"), into("with-key")}, 0, "Start the server, and tell donors"},
		{[]string{"restore", in("a.tar.zst"), into("other-key")}, 1, "is not its signing key"},
		{[]string{"verify", into("with-key")}, 0, "agrees with its ledger"},
	})
	damaged, err := os.ReadFile(in("a.tar.zst"))
	if err != nil {
		t.Fatal(err)
	}
	damaged[len(damaged)/2] ^= 1
	keep(in("damaged"), string(damaged))
	steps([]step{
		{[]string{"restore", in("damaged"), into("again")}, 1, "the backup is damaged"},
		{[]string{"restore", in("a.tar.zst"), into("again")}, 0, " documents"},
	})

	restored, err := sqlite.Open(t.Context(), in("with-key", "book.db"), store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = restored.Close() }()
	again := booktest.Again(t, restored)
	if again.Asset(radio.Tag).Serial != "1" {
		t.Error("the radio is another")
	}
	if n, err := restored.Count(t.Context(), store.Query{In: store.Assets, By: store.ID}); err != nil || n != 1 {
		t.Errorf("%d assets, %v", n, err)
	}
	if next := again.Radio("3"); next.Tag == radio.Tag {
		t.Error("a tag was given again")
	}
}

type step struct {
	args []string
	code int
	says string
}
