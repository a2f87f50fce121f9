package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"

	"quartermaster/services/backup"
	"quartermaster/services/proofs"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/verify"
)

// keeping says where backups are kept, for whom and how long.
type keeping struct {
	Into string   `help:"Folder in which backups are kept, each under the name of its moment." env:"QM_BACKUP_INTO" placeholder:"FOLDER"`
	To   []string `help:"Public key (age1…) to which backups are encrypted; several are separated by commas." env:"QM_BACKUP_TO" placeholder:"KEY,…"`
	Keep string   `help:"How many daily, weekly and monthly backups are kept in the folder." env:"QM_BACKUP_KEEP" default:"7,5,12" placeholder:"D,W,M"`
	Late int      `help:"After how many hours without a good backup the server gives the alarm." env:"QM_BACKUP_LATE" default:"50" placeholder:"HOURS"`
}

func (k keeping) settings() (backup.Settings, error) {
	s := backup.Settings{Folder: k.Into, Late: time.Duration(k.Late) * time.Hour, Program: version}
	if k.Late < 1 {
		return s, fmt.Errorf("QM_BACKUP_LATE is %d; it must be hours from 1", k.Late)
	}
	var err error
	if s.Keep, err = backup.ParseKeep(k.Keep); err != nil {
		return s, fmt.Errorf("QM_BACKUP_KEEP: %w", err)
	}
	if s.To, err = backup.Recipients(k.To); err != nil {
		return s, fmt.Errorf("QM_BACKUP_TO: %w", err)
	}
	return s, nil
}

type backingUp struct {
	where
	sealing
	keeping `embed:""`
	File    string `arg:"" optional:"" help:"File to write. Without it, one in the folder of --into, in which those that are no longer kept are then removed." placeholder:"FILE"`
	KeyCopy string `help:"Write a copy of the ledger's signing key into this file too, encrypted to --to. Keep it apart from the backups." placeholder:"FILE"`
}

// Run takes a backup while the book is in use.
func (b *backingUp) Run() (err error) {
	settings, err := b.settings()
	if err != nil {
		return err
	}
	path, now := b.File, time.Now()
	switch {
	case path == "" && b.Into == "":
		return errors.New("name a file to write, or with --into a folder")
	case path == "":
		path = filepath.Join(b.Into, backup.NameAt(now, len(settings.To) > 0))
	}
	if b.KeyCopy != "" && len(settings.To) == 0 {
		return errors.New("a copy of the signing key is written encrypted alone: name with --to the public key (age1…) of who may open it")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := b.openBeside(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	taken, err := backup.Take(ctx, s, path, settings.To, backup.Writing{Program: version, Now: time.Now, Progress: progress()})
	if err != nil {
		return err
	}
	fmt.Printf("%s is %s, %s.\n", taken.Path, taken.Manifest, size(taken.Bytes))
	if taken.Checkpoint != "" {
		fmt.Print("Its ledger stands at this checkpoint:\n\n" + taken.Checkpoint + "\n")
	}
	if b.KeyCopy != "" {
		if err := b.copyKey(settings.To); err != nil {
			return err
		}
	} else {
		fmt.Println("The ledger's signing key is not in it: keep a copy of it apart.")
	}
	if b.File == "" {
		removed, err := settings.Keep.Sweep(b.Into, now, time.Local)
		for _, name := range removed {
			fmt.Println("No longer kept: " + name)
		}
		return err
	}
	return nil
}

// openBeside opens a book that a server may have open too, and changes nothing in it.
func (w where) openBeside(ctx context.Context) (store.Whole, error) {
	if path, ok := strings.CutPrefix(w.Store, "sqlite:"); ok {
		return sqlite.OpenBeside(ctx, path)
	}
	return mongo.Open(ctx, w.Store)
}

// copyKey writes the signing key, encrypted, into a new file.
func (b *backingUp) copyKey(to []age.Recipient) error {
	secret, err := os.ReadFile(b.file(b.Store))
	if err != nil {
		return fmt.Errorf("the ledger's signing key cannot be read: %w", err)
	}
	file, err := os.OpenFile(b.KeyCopy, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the copy of the signing key cannot be written: %w", err)
	}
	sealed, err := age.Encrypt(file, to...)
	if err == nil {
		_, err = sealed.Write(secret)
		err = errors.Join(err, sealed.Close(), file.Sync())
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("the copy of the signing key cannot be written: %w", err)
	}
	fmt.Println("A copy of the ledger's signing key is in " + b.KeyCopy + ". Keep it apart from the backups.")
	return nil
}

type restoring struct {
	where
	sealing
	File       string `arg:"" type:"existingfile" help:"The backup." placeholder:"FILE"`
	Identity   string `help:"File of the age identity that opens an encrypted backup, as age-keygen writes it." env:"QM_BACKUP_IDENTITY" placeholder:"FILE"`
	Key        string `help:"The ledger's public key: the text, or a file of it. Without it, the book is asked for it." placeholder:"KEY|FILE"`
	Checkpoint string `help:"A checkpoint that you kept: the ledger must have grown from it." placeholder:"FILE"`
}

// Run makes a book of a backup in a place that holds none, and lets it be served only
// when it agrees with its sums and its ledger.
func (r *restoring) Run() (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	asked := verifying{Key: r.Key, Checkpoint: r.Checkpoint}
	keys, err := asked.keys()
	if err != nil {
		return err
	}
	older, err := asked.kept()
	if err != nil {
		return err
	}
	into, giveUp, err := r.empty(ctx)
	if err != nil {
		return err
	}
	got, err := restored(ctx, r.File, r.Identity, into, verify.Options{Keys: keys, Kept: older, Progress: progress()})
	if err != nil {
		return errors.Join(err, into.Close(), giveUp())
	}
	if err := into.Done(ctx); err != nil {
		return err
	}
	fmt.Printf("The book is in %s again, from %s.\n", r.Store, got.Manifest)
	if got.Checked == nil {
		return nil
	}
	tellChecked(got.Checked, older)
	return r.tellKey(got)
}

// empty opens a place that holds no book, to fill it. giveUp removes what was filled.
func (r *restoring) empty(ctx context.Context) (into store.Filling, giveUp func() error, err error) {
	what := fmt.Sprintf("the backup %s since %s", r.File, time.Now().UTC().Format(time.RFC3339)) // so that none is filled on
	path, ok := strings.CutPrefix(r.Store, "sqlite:")
	if !ok {
		into, err := mongo.Fill(ctx, r.Store, what)
		return into, func() error { return nil }, err
	}
	if err := r.onlyKey(filepath.Dir(path)); err != nil {
		return nil, nil, err
	}
	giveUp = func() error { return sqlite.GiveUp(path) }
	if err := giveUp(); err != nil { // of one that was broken off
		return nil, nil, err
	}
	into, err = sqlite.Fill(ctx, path, what)
	return into, giveUp, err
}

// onlyKey refuses a folder that holds more than signing keys and what a restore that
// was broken off left.
func (r *restoring) onlyKey(folder string) error {
	there, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range there {
		if name := e.Name(); !strings.HasSuffix(name, ".key") && !strings.Contains(name, ".part") {
			return fmt.Errorf("the folder %s is not empty (%s): a book is restored into an empty one. Move what is there away, or name another with --store", folder, name)
		}
	}
	return err
}

// tellKey says what stands between this book and a server.
func (r *restoring) tellKey(got *backup.Restored) error {
	file := r.file(r.Store)
	secret, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		fmt.Printf("Before it can be served, put the ledger's signing key back from its own backup: %s. Its public part is %s\n", file, got.Key)
		return nil
	}
	if err != nil {
		return err
	}
	key, err := proofs.ParseKey(string(secret))
	if err != nil || key.Public != got.Key {
		return fmt.Errorf("the book is restored, and %s is not its signing key: put the right one in its place. Its public part is %s", file, got.Key)
	}
	fmt.Println("Its signing key is in " + file + ". Start the server, and tell donors that the book was set back, and why.")
	return nil
}

// restored makes a book of the backup at path and checks it.
func restored(ctx context.Context, path, identity string, into store.Whole, with verify.Options) (*backup.Restored, error) {
	var identities []age.Identity
	if identity != "" {
		var err error
		if identities, err = backup.Identities(identity); err != nil {
			return nil, err
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return backup.Restore(ctx, bufio.NewReader(file), identities, into, with)
}

func size(bytes int64) string {
	switch {
	case bytes < 1<<20:
		return fmt.Sprintf("%d kB", (bytes+1023)>>10)
	case bytes < 10<<30:
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d GB", bytes>>30)
}
