package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"filippo.io/age"

	"quartermaster/models"
)

// Taken is a backup that was written.
type Taken struct {
	*Manifest
	Path  string
	Bytes int64
}

// Take writes a backup of the book into a new file, encrypted to the recipients where
// there are any. The file has another name until it is whole and on disk; when
// something fails, nothing is left of it. One that is not encrypted is read once more
// and compared with its sums.
func Take(ctx context.Context, s Source, path string, to []age.Recipient, how Writing) (*Taken, error) {
	if _, err := os.Stat(path); err == nil {
		return nil, models.Refuse(models.Conflict, "", "%s is there already, and no backup is written over another", path)
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, cannot(path, err)
	}
	file, err := os.CreateTemp(folder, unfinished(filepath.Base(path)))
	if err != nil {
		return nil, cannot(path, err)
	}
	taken, err := take(ctx, s, file, to, how)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return nil, cannot(path, errors.Join(err, os.Remove(file.Name())))
	}
	taken.Path = path
	return taken, synced(folder)
}

// unfinished is the pattern of a file's name until it is whole.
func unfinished(name string) string { return "." + name + ".*" + unfinishedEnd }

const unfinishedEnd = ".unfinished"

func take(ctx context.Context, s Source, file *os.File, to []age.Recipient, how Writing) (*Taken, error) {
	buffered := bufio.NewWriterSize(file, 1<<20)
	sealed := io.WriteCloser(struct {
		io.Writer
		io.Closer
	}{buffered, io.NopCloser(nil)})
	if len(to) > 0 {
		var err error
		if sealed, err = age.Encrypt(buffered, to...); err != nil {
			return nil, err
		}
	}
	manifest, err := Write(ctx, s, sealed, how)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(sealed.Close(), buffered.Flush(), file.Sync()); err != nil {
		return nil, err
	}
	if len(to) == 0 {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		if _, err := Read(file, nil, nil); err != nil {
			return nil, fmt.Errorf("what was written cannot be read back: %w", err)
		}
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return &Taken{Manifest: manifest, Bytes: info.Size()}, nil
}

func cannot(path string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG) || errors.Is(err, syscall.EDQUOT) {
		return models.Refuse(models.Unavailable, "", "there is no room for the backup %s; nothing is left of it", path).Because(err)
	}
	return fmt.Errorf("the backup %s cannot be written: %w", path, err)
}

// synced waits until the names in a folder are on disk.
func synced(folder string) error {
	file, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// Recipients reads public keys (age1…), one or more in each text.
func Recipients(texts []string) ([]age.Recipient, error) {
	var all []age.Recipient
	for _, text := range texts {
		some, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return nil, models.Refuse(models.Invalid, "to", "%q is no public key of age, which begins with age1", text).Because(err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// Identities reads the file of private keys that age-keygen wrote.
func Identities(path string) ([]age.Identity, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the age identity cannot be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	identities, err := age.ParseIdentities(file)
	if err != nil {
		return nil, models.Refuse(models.Invalid, "identity", "%s is no file of age identities (AGE-SECRET-KEY-…)", path).Because(err)
	}
	return identities, nil
}
