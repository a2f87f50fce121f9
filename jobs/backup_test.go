package jobs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestABackupThatIsLateIsAnAlarm takes backups, has them fail, and looks at what is
// said when the last good one is too long ago.
func TestABackupThatIsLateIsAnAlarm(t *testing.T) {
	w := open(t)
	folder := w.Backups.Folder
	age := func(words string) {
		t.Helper()
		l, err := w.Timetable.Run(w.As("admin"), "backup_age")
		if err != nil || l.Last == nil || (words == "") != (l.Last.Error == "") || !strings.Contains(l.Last.Error, words) {
			t.Errorf("after %s: %+v, %v; wanted %q", w.Now(), l, err, words)
		}
	}
	backup := func() (failed string) {
		t.Helper()
		l, err := w.Timetable.Run(w.As("admin"), "backup")
		if err != nil || l.Last == nil {
			t.Fatalf("%+v, %v", l, err)
		}
		return l.Last.Error
	}
	age("")
	for range 3 {
		if failed := backup(); failed != "" {
			t.Fatal(failed)
		}
		w.Pass(day)
	}
	if kept, err := os.ReadDir(folder); err != nil || len(kept) != 2 || kept[0].Name() != "quartermaster-20260401T093000Z.tar.zst" {
		t.Errorf("kept are %v, %v", kept, err)
	}
	age("")
	w.Backups.Folder = filepath.Join(folder, "file")
	if err := os.WriteFile(w.Backups.Folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Pass(day)
	if failed := backup(); !strings.Contains(failed, "cannot be written") {
		t.Errorf("a backup into a file: %q", failed)
	}
	w.Pass(3 * time.Hour)
	age("the last backup that went well is of 2026-04-02")
	w.Backups.Folder = folder
	if failed := backup(); failed != "" {
		t.Error(failed)
	}
	age("")
}
