package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/services/access"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// TestVerifyCommand checks a demo book, a report of it, and both once altered.
func TestVerifyCommand(t *testing.T) {
	folder := t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	write := func(name string, content []byte) string {
		t.Helper()
		if err := os.WriteFile(file(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		return file(name)
	}
	s, err := sqlite.Open(t.Context(), file("book.db"), store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	h := house.Over(&ledger.Book{Store: s, Now: time.Now}, house.Settings{TagPrefix: "QM"})
	if _, err := h.Proofs.Open(t.Context(), file("book.ledger.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Access.OpenSeal(t.Context(), file("book.secrets.key")); err != nil {
		t.Fatal(err)
	}
	people, err := demoList[access.NewPerson]("people")
	if err != nil {
		t.Fatal(err)
	}
	if err := loadDemo(access.AsOperator(context.Background()), h, people); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var report bytes.Buffer
	r := h.Proofs.Report(&report, proofs.CSV)
	if _, err := r.Write([]byte("Tag,Name\r\nQM-000001-2,Radio\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys, err := h.Proofs.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := write("key.txt", []byte(keys[0]+"\n"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	write("report.csv", report.Bytes())
	write("altered.csv", bytes.Replace(report.Bytes(), []byte("Radio"), []byte("Rabio"), 1))
	write("foreign.pdf", []byte("%PDF-1.4\n%%EOF"))
	store := "--store=sqlite:" + file("book.db")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{store}, 0, "agrees with its ledger"},
		{[]string{file("book.db"), "--key", key, "--save", file("old.txt")}, 0, "are what their history makes of them"},
		{[]string{store, "--checkpoint", file("old.txt")}, 0, "It grew from the checkpoint that you kept"},
		{[]string{store, "--checkpoint", key}, 1, "the checkpoint you kept: is not a signed note"},
		{[]string{file("report.csv"), "--key", key}, 0, "is just as the book"},
		{[]string{file("report.csv"), "--key", keys[0]}, 0, "is just as the book"},
		{[]string{file("report.csv")}, 1, "give the ledger's public key"},
		{[]string{file("altered.csv"), "--key", key}, 1, "was altered"},
		{[]string{file("foreign.pdf"), "--key", key}, 1, "carries no proof"},
		{[]string{file("none.csv"), "--key", key}, 1, "cannot be read"},
		{[]string{"--store=sqlite:" + file("none.db")}, 1, "cannot be opened"},
		{[]string{store, "--key", file("old.txt")}, 1, "is no verifier key"},
	} {
		if code, text := said(t, nil, append([]string{"verify"}, c.args...)...); code != c.code || !strings.Contains(text, c.says) {
			t.Errorf("%v: exit %d: %s", c.args, code, text)
		}
	}
	if code, text := said(t, nil, "serve", store, "--listen=127.0.0.1:0", "--ledger-key", file("elsewhere.key")); code == 0 || !strings.Contains(text, "is missing: there is no file") {
		t.Errorf("a start without the key: exit %d: %s", code, text)
	}
}
