package main

import (
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

// TestABookOfTheFirstReleaseOpens opens books that earlier releases wrote, one of each
// form, and finds everything in them. They are in testdata/books as those programs
// left them: the demo of their day.
func TestABookOfTheFirstReleaseOpens(t *testing.T) {
	for form := 1; form < store.Form; form++ {
		t.Run(fmt.Sprintf("form %d", form), func(t *testing.T) {
			path := unpacked(t, fmt.Sprintf("../../testdata/books/form%d.db.gz", form))
			if _, err := sqlite.OpenRead(t.Context(), path); err == nil || !strings.Contains(err.Error(), "earlier form") {
				t.Errorf("it was opened to be read by indexes that it lacks: %v", err)
			}
			for range 2 { // once more as it is then
				checkOldBook(t, path)
			}
		})
	}
}

func checkOldBook(t *testing.T, path string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	h := house.Over(&ledger.Book{Store: s, Now: time.Now}, house.Settings{TagPrefix: "QM"})
	if _, err := h.Proofs.Open(t.Context(), path+".key"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Proofs.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	checked, err := verify.Book(t.Context(), s, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.AsOperator(context.Background())
	for _, q := range []store.Query{
		{In: store.Assets, By: "unit", Where: []store.Cond{store.Is("units", "ANF")}},
		{In: store.Assets, By: "words", Where: []store.Cond{store.Starts("words", "night")}},
		{In: store.Units, By: "code"},
		{In: store.Grants, By: "donor", Where: []store.Cond{store.Is("donor", "DEMO-JP")}},
	} {
		if n, err := s.Count(ctx, q); err != nil || n == 0 {
			t.Errorf("by %s of %s %d are found: %v", q.By, q.In.Name, n, err)
		}
	}
	var assets int64
	for _, status := range models.Statuses {
		n, err := s.Count(ctx, store.Query{In: store.Assets, By: "status", Where: []store.Cond{store.Is("status", string(status))}})
		if err != nil {
			t.Fatal(err)
		}
		assets += n
	}
	if all, err := s.Count(ctx, store.Query{In: store.Assets, By: store.ID}); err != nil || all != assets || all == 0 {
		t.Errorf("%d assets, by their status %d: %v", all, assets, err)
	}
	if checked.Documents < assets || checked.Events < checked.Documents {
		t.Errorf("%+v", checked)
	}
}

func TestABookOfANewerReleaseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	s, err := sqlite.Open(t.Context(), path, store.Schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(fmt.Sprintf("PRAGMA user_version = %d", store.Form+1)); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"serve", "verify"} {
		code, text := said(t, nil, command, "--store=sqlite:"+path)
		if code != 1 || !strings.Contains(text, "written by a newer Quartermaster") || !strings.Contains(text, "Use the newer program") {
			t.Errorf("%s: exit %d: %s", command, code, text)
		}
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
}

func unpacked(t *testing.T, packed string) string {
	t.Helper()
	file, err := os.Open(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "book.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
