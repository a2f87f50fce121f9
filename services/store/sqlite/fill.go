package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Filling is a book that is being filled. Its file has another name until it is whole.
type Filling struct {
	*Store
	path, part string
}

// partOf names the file of a book that is not whole.
func partOf(path string) string { return path + ".part" }

// Fill opens a book that is not there yet, to fill it from another. what says from
// which; a book that was begun to be filled from the same is filled on, one from
// another is refused.
func Fill(ctx context.Context, path, what string) (*Filling, error) {
	for _, file := range []string{path, path + "-wal"} {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			return nil, models.Refuse(models.Conflict, "", "there is a book already: %s. Name a file that does not exist", file)
		}
	}
	s, err := Open(ctx, partOf(path), store.Schema, func(v url.Values) { v.Add("_pragma", "synchronous(normal)") })
	if err != nil {
		return nil, err
	}
	f := &Filling{s, path, partOf(path)}
	if err := f.begin(ctx, what); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return f, nil
}

func (f *Filling) begin(ctx context.Context, what string) error {
	if err := f.execOnce(ctx, `CREATE TABLE IF NOT EXISTS filling (what TEXT NOT NULL)`); err != nil {
		return err
	}
	var begun string
	err := f.write.QueryRowContext(ctx, `SELECT what FROM filling`).Scan(&begun)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = f.write.ExecContext(ctx, `INSERT INTO filling VALUES (?)`, what)
	case err == nil && begun != what:
		err = models.Refuse(models.Conflict, "", "%s was begun to be filled from %s, and this is %s. Remove that file to begin again", f.part, begun, what)
	}
	return err
}

// GiveUp removes what there is of a book that is not whole.
func GiveUp(path string) error {
	var wrong error
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(partOf(path) + end); !errors.Is(err, os.ErrNotExist) {
			wrong = errors.Join(wrong, err)
		}
	}
	return wrong
}

// Done gives the file its name, after it is on disk.
func (f *Filling) Done(ctx context.Context) error {
	err := f.execOnce(ctx, `DROP TABLE filling`)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if _, err := os.Stat(f.part + "-wal"); err == nil {
		return fmt.Errorf("%s was not folded into its file", f.part)
	}
	if err := synced(f.part); err != nil {
		return err
	}
	if err := os.Rename(f.part, f.path); err != nil {
		return err
	}
	return synced(filepath.Dir(f.path))
}

// synced waits until a file, or the names in a folder, are on disk.
func synced(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
