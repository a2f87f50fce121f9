package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// said runs a command and returns its exit code and what it prints.
func said(t *testing.T, environ []string, args ...string) (int, string) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	out, errs := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = file, file
	for _, setting := range environ {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	code := run(args, environ)
	os.Stdout, os.Stderr = out, errs
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(text)
}

func TestWrongSettingsAreRefusedWithASentence(t *testing.T) {
	for _, c := range []struct {
		environ []string
		args    []string
		says    string
	}{
		{[]string{"QM_LISTN=:80"}, []string{"serve"}, "QM_LISTN is no setting of this program"},
		{nil, []string{"serve", "--colour=red"}, "unknown flag --colour"},
		{nil, []string{"serve", "--listen=80"}, "must be HOST:PORT"},
		{nil, []string{"serve", "--store=postgres://x"}, "must be sqlite:PATH or mongodb://"},
		{nil, []string{"serve", "--store=mongodb://127.0.0.1"}, "names no database"},
		{nil, []string{"serve", "--base-url=example.org"}, "must be an address without a path"},
		{nil, []string{"serve", "--base-url=https://example.org/qm"}, "must be an address without a path"},
		{nil, []string{"serve", "--tag-prefix=qm"}, "1 to 6 capital letters"},
		{nil, []string{"serve", "--time-zone=Mars"}, "a zone such as Asia/Karachi"},
		{nil, []string{"serve", "--tls-cert=x"}, "together or not at all"},
		{nil, []string{"serve", "--trusted-proxies=proxy"}, "addresses such as 10.0.0.7"},
		{[]string{"QM_SMTP_FROM=qm@example.org"}, []string{"serve"}, "QM_SMTP_HOST is missing"},
		{[]string{"QM_SMTP_HOST=mail.example.org"}, []string{"serve"}, "QM_SMTP_FROM is missing"},
		{nil, []string{"serve", "--digest-hour=24"}, "must be 0 to 23"},
		{nil, []string{"serve", "--webhook-networks=house"}, "networks such as 10.0.0.0/8"},
		{[]string{"QM_JOBS=expired=each morning"}, []string{"serve", "--store=sqlite:" + filepath.Join(t.TempDir(), "j.db"), "--listen=127.0.0.1:0"}, `the cron line "each morning" of the job expired cannot be used`},
		{[]string{"QM_JOBS=expired=0 6 30 2 *"}, []string{"serve", "--store=sqlite:" + filepath.Join(t.TempDir(), "j.db"), "--listen=127.0.0.1:0"}, "it names a day that never comes"},
		{[]string{"QM_JOBS=expirred=0 6 * * *"}, []string{"serve", "--store=sqlite:" + filepath.Join(t.TempDir(), "j.db"), "--listen=127.0.0.1:0"}, `"expirred" is no job; the jobs are`},
		{nil, []string{"serve", "--rises-after=7,0"}, "must be days from 1"},
		{nil, []string{"serve", "--accept-within=0"}, "must be days from 1"},
		{nil, []string{"serve", "--log-level=loud"}, "must be one of"},
		{[]string{"QM_ADMIN_PASSWORD=short"}, []string{"serve", "--store=sqlite:" + filepath.Join(t.TempDir(), "b.db"), "--listen=127.0.0.1:0"}, "at least 10 characters"},
	} {
		t.Run(strings.Join(append(c.environ, c.args...), " "), func(t *testing.T) {
			if code, text := said(t, c.environ, c.args...); code == 0 || !strings.Contains(text, c.says) {
				t.Errorf("exit %d: %s", code, text)
			}
		})
	}
}

func TestImportAndUserCommands(t *testing.T) {
	store := "--store=sqlite:" + filepath.Join(t.TempDir(), "book.db")
	if code, text := said(t, nil, "user", "boss", store, "--password", "a long password"); code != 0 || !strings.Contains(text, "boss now administers the whole book") {
		t.Errorf("exit %d: %s", code, text)
	}
	if code, text := said(t, nil, "user", "boss", store); code != 0 || !strings.Contains(text, "not shown again") {
		t.Errorf("exit %d: %s", code, text)
	}
	file := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(file, []byte("Name;Category;Unit\nx;boat;MOON\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, text := said(t, nil, "import", file, store)
	for _, line := range []string{`UTF-8, separated by ";"`, "2 things in the file are wrong; nothing was taken in", "line 2, Category: there is no category boat", "line 2, Unit: there is no unit MOON"} {
		if code == 0 || !strings.Contains(text, line) {
			t.Errorf("exit %d, without %q: %s", code, line, text)
		}
	}
}
