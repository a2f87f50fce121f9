package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"quartermaster/services/backup"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

type verifying struct {
	where
	What       string `arg:"" optional:"" help:"A report (PDF, XLSX, CSV, JSON), a backup of the book, or the address of a server. Without it, the book of --store." placeholder:"FILE|URL"`
	Key        string `help:"The ledger's public key: the text, or a file of it, as /ledger.key gives it. A report needs it; otherwise the book is asked for it." placeholder:"KEY|FILE"`
	Checkpoint string `help:"A checkpoint that you kept: the ledger must have grown from it." placeholder:"FILE"`
	Identity   string `help:"File of the age identity that opens an encrypted backup." env:"QM_BACKUP_IDENTITY" placeholder:"FILE"`
	Save       string `help:"Keep the checkpoint that was found in this file, for the next time." placeholder:"FILE"`
}

// Run checks a report, a backup, a book or a server, and names the first thing that
// does not agree.
func (v *verifying) Run() error {
	ctx := context.Background()
	keys, err := v.keys()
	if err != nil {
		return err
	}
	older, err := v.kept()
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(v.What, "http://"), strings.HasPrefix(v.What, "https://"):
		return v.server(ctx, keys, older)
	case v.What == "" || strings.HasPrefix(v.What, "mongodb"):
		return v.book(ctx, v.What, keys, older)
	}
	path := strings.TrimPrefix(v.What, "sqlite:")
	begins, err := beginning(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be read: %w", path, err)
	case bytes.HasPrefix(begins, []byte("SQLite format 3\x00")):
		return v.book(ctx, "sqlite:"+path, keys, older)
	case backup.Is(begins):
		return v.backup(ctx, path, keys, older)
	}
	return v.report(path, keys)
}

// keys reads --key, which is the text of verifier keys or a file of them.
func (v *verifying) keys() ([]string, error) {
	if v.Key == "" {
		return nil, nil
	}
	text := []byte(v.Key)
	if !strings.Contains(v.Key, "+") {
		var err error
		if text, err = os.ReadFile(v.Key); err != nil {
			return nil, fmt.Errorf("the key cannot be read: %w", err)
		}
	}
	return proofs.ReadKeys(text)
}

// kept reads the checkpoint that somebody kept; "" is none.
func (v *verifying) kept() (string, error) {
	if v.Checkpoint == "" {
		return "", nil
	}
	text, err := os.ReadFile(v.Checkpoint)
	if err != nil {
		return "", fmt.Errorf("the checkpoint cannot be read: %w", err)
	}
	return string(text), nil
}

// beginning reads the bytes by which a file is told from others.
func beginning(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	magic := make([]byte, 32)
	n, err := io.ReadFull(file, magic)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return magic[:n], nil
}

func (v *verifying) report(path string, keys []string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sealed, err := proofs.CheckReport(file, keys...)
	if err != nil {
		return err
	}
	fmt.Printf("%s is just as the book %s gave it out on %s.\n", path, sealed.Ledger.Origin, told(sealed.At.Time))
	fmt.Printf("SHA-256 of its content: %x\nThe ledger held %d events then.\n", sealed.Digest.SHA256, sealed.Ledger.Size)
	for _, e := range sealed.Events {
		fmt.Printf("In the ledger as number %d: %s\n", e.Index+1, e.ID)
	}
	return nil
}

func (v *verifying) server(ctx context.Context, keys []string, older string) error {
	client := &http.Client{Timeout: time.Minute}
	now, signed, err := verify.Server(ctx, client, v.What, keys, older)
	if err != nil {
		return err
	}
	fmt.Printf("The ledger of %s at %s holds %d events; its checkpoint is signed.\n", now.Origin, v.What, now.Size)
	if older != "" {
		fmt.Println("It grew from the checkpoint that you kept: nothing before that was changed, left out or put in.")
	}
	v.remark(keys)
	return v.save(signed, older)
}

// remark says whose key it was.
func (v *verifying) remark(keys []string) {
	if len(keys) == 0 {
		fmt.Println("The key was the one that the book itself names. Keep it, and give it with --key the next time.")
	}
}

func (v *verifying) save(signed, older string) error {
	switch {
	case v.Save != "":
		if err := os.WriteFile(v.Save, []byte(signed), 0o600); err != nil {
			return err
		}
		fmt.Println("The checkpoint was kept in " + v.Save + ".")
	case older == "":
		fmt.Println("Keep the checkpoint (--save FILE) and give it with --checkpoint the next time, to see that nothing was rewritten since.")
	}
	return nil
}

func (v *verifying) book(ctx context.Context, where string, keys []string, older string) (err error) {
	if where == "" {
		where = v.Store
	}
	s, err := openToRead(ctx, where)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	checked, err := verify.Book(ctx, s, verify.Options{Keys: keys, Kept: older, Progress: progress()})
	if err != nil {
		return err
	}
	tellChecked(checked, older)
	v.remark(keys)
	signed, err := (&proofs.Log{Book: &ledger.Book{Store: s}}).Checkpoint(ctx)
	if err != nil {
		return err
	}
	return v.save(signed, older)
}

// backup makes a book of a backup in a folder for the time being, and checks it.
func (v *verifying) backup(ctx context.Context, path string, keys []string, older string) (err error) {
	folder, err := os.MkdirTemp("", "quartermaster-verify-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	s, err := sqlite.Open(ctx, filepath.Join(folder, "book.db"), store.Schema, sqlite.Unsynced)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	restored, err := restored(ctx, path, v.Identity, s, verify.Options{Keys: keys, Kept: older, Progress: progress()})
	if err != nil {
		return err
	}
	fmt.Printf("%s is %s, which have the sums that were recorded.\n", path, restored.Manifest)
	if restored.Checked == nil {
		fmt.Println("The book has no ledger yet: it was never served.")
		return nil
	}
	tellChecked(restored.Checked, older)
	v.remark(keys)
	return v.save(restored.Manifest.Checkpoint, older)
}

func tellChecked(checked *verify.Checked, older string) {
	fmt.Printf("The book %s agrees with its ledger, which was signed on %s.\n", checked.Checkpoint.Origin, told(checked.SignedAt.Time))
	fmt.Printf("%d events of %d documents form unbroken chains; %d of them are in the ledger, %d are too new to be.\n", checked.Events, checked.Subjects, checked.Checkpoint.Size, checked.Waiting)
	fmt.Printf("%d documents are what their history makes of them; %d files have the content that was recorded.\n", checked.Documents, checked.Files)
	if checked.Late > 0 {
		fmt.Printf("Look at this: %d events entered the ledger more than a day after the time they give, first %s.\n", checked.Late, checked.FirstLate)
	}
	if checked.Untold > 0 {
		fmt.Printf("%d passwords or files were entered by the first release, whose events do not tell of their content: change them, and they are covered.\n", checked.Untold)
	}
	if older != "" {
		fmt.Println("It grew from the checkpoint that you kept: nothing before that was changed, left out or put in.")
	}
}

// openToRead opens a book without changing it.
func openToRead(ctx context.Context, where string) (store.Store, error) {
	if path, ok := strings.CutPrefix(where, "sqlite:"); ok {
		return sqlite.OpenRead(ctx, path)
	}
	return mongo.Open(ctx, where)
}

// progress draws a bar for each part of the work, where somebody sees it.
func progress() func(string, int64, int64) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	var bar *progressbar.ProgressBar
	part := ""
	return func(now string, done, of int64) {
		if now != part {
			if bar != nil {
				_ = bar.Finish()
			}
			part = now
			bar = progressbar.NewOptions64(of, progressbar.OptionSetDescription(now), progressbar.OptionSetWriter(os.Stderr),
				progressbar.OptionShowCount(), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
		}
		_ = bar.Set64(done)
	}
}

func told(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }
