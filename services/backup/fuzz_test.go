package backup_test

import (
	"bytes"
	"testing"

	"quartermaster/models"
	"quartermaster/services/backup"
	"quartermaster/services/store"
)

// FuzzReadBackup reads any file as a backup: it is refused with a sentence, or read.
func FuzzReadBackup(f *testing.F) {
	f.Add([]byte("\x28\xb5\x2f\xfd"))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n"))
	f.Add([]byte("\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<16 {
			return
		}
		_, err := backup.Read(bytes.NewReader(file), nil, func(*store.Collection, []store.Record) error { return nil })
		if err != nil && models.KindOf(err) == "" {
			t.Errorf("not told in words: %v", err)
		}
	})
}

func FuzzKeep(f *testing.F) {
	for _, text := range []string{"7,4,12", "0,0,0", "1,2", "-1,2,3", "99999999999999999999,1,1", ""} {
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text string) { _, _ = backup.ParseKeep(text) })
}
