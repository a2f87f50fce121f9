package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/services/booktest"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
	"quartermaster/services/store/sqlite/faultydisk"
	"quartermaster/services/verify"
)

// faultOf names the variable with the file that says what is wrong with the disk of a
// server that a test runs.
const faultOf = "QM_TEST_DISK"

func starve() {
	if file := os.Getenv(faultOf); file != "" {
		faultydisk.Follow(file)
	}
}

// TestAServerWhoseDiskFailsSaysSo breaks the disk under a server that runs: full, it
// refuses and goes on when there is room again; failing, it stops and says so. Nothing
// that it said yes to is lost.
func TestAServerWhoseDiskFailsSaysSo(t *testing.T) {
	for _, c := range []struct {
		fault faultydisk.Fault
		says  string // the answer
		stops bool
	}{
		{faultydisk.Full, "the disk of the server is full: nothing was recorded", false},
		{faultydisk.Write, "the disk of the server failed", true},
		{faultydisk.Sync, "whether this was recorded is not known", true},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			disk := filepath.Join(t.TempDir(), "disk")
			be := func(fault faultydisk.Fault) {
				t.Helper()
				if err := os.WriteFile(disk+".new", []byte(fault), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(disk+".new", disk); err != nil {
					t.Fatal(err)
				}
			}
			be(faultydisk.None)
			p := program{t: t, path: filepath.Join(t.TempDir(), "book.db"), address: freePort(t), environ: []string{faultOf + "=" + disk, "QM_JOBS=integration=off;reports=off;digests=off;replanning=off"}}
			p.prepare()
			p.start()
			defer p.kill()
			l := &load{p: &p, token: p.signIn()}
			client := &http.Client{}
			defer client.CloseIdleConnections()
			take := func(serial string, status int, says string) *request {
				t.Helper()
				r := l.send(client, "take on charge", "/assets", "application/json", takeOn(serial))
				if r.status != status || !strings.Contains(string(r.body), says) {
					t.Errorf("%s: %d %s; wanted %d %s", serial, r.status, r.body, status, says)
				}
				return r
			}
			yes := []*request{take("before", 201, "QM-")}
			be(c.fault)
			no := take("while", 503, c.says)
			if !c.stops {
				answer, err := http.Get("http://" + p.address + "/readyz")
				if err != nil || answer.StatusCode != http.StatusOK {
					t.Errorf("it does not read on: %v", err)
				}
				be(faultydisk.None)
				yes = append(yes, take("after", 201, "QM-"))
				p.kill()
			} else {
				if code := p.ended(); code == 0 {
					t.Error("it ended as if all were well")
				}
				if said := p.said(); !strings.Contains(said, "the store failed; stopping") || !strings.Contains(said, "the disk of the server failed and the server stops") {
					t.Errorf("it said:\n%s", said)
				}
				be(faultydisk.None)
			}
			p.start()
			s, err := sqlite.OpenRead(t.Context(), p.path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			for _, r := range yes {
				var a struct {
					ID string `json:"id"`
				}
				if err := json.Unmarshal(r.body, &a); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Get(t.Context(), store.Assets, a.ID); err != nil {
					t.Errorf("%s is lost: %v", r.body, err)
				}
			}
			if _, err := s.Get(t.Context(), store.Answers, "admin/"+no.key); err == nil && c.fault != faultydisk.Sync {
				t.Error("what was refused is there")
			}
			if _, err := verify.Book(t.Context(), s, verify.Options{Keys: []string{booktest.Key(t).Public}}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAFolderThatTakesNoFilesIsRefused starts a server where it may not write.
func TestAFolderThatTakesNoFilesIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(file, "book.db"), "/proc/book.db", "/proc/new/book.db"} {
		p := program{t: t, path: path, address: freePort(t)}
		p.launch()
		code := p.ended()
		if said := p.said(); code != 1 || !strings.Contains(said, "cannot be") || !strings.Contains(said, filepath.Dir(path)) {
			t.Errorf("%s: exit %d: %s", path, code, said)
		}
	}
}
