package api_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"quartermaster/services/proofs"
)

// TestTheLedgerProvesItselfToWhoIsNotSignedIn checks a checkpoint and its growth as
// a donor would, by what the server gives anybody.
func TestTheLedgerProvesItselfToWhoIsNotSignedIn(t *testing.T) {
	f := open(t)
	a := f.Radio("1")
	integrate := func() *proofs.Checkpoint {
		t.Helper()
		if _, err := f.Proofs.Integrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		keys, err := proofs.ReadKeys([]byte(f.ask("", "GET", "/api/v1/ledger.key", "").body))
		if err != nil {
			t.Fatal(err)
		}
		c, err := proofs.ReadCheckpoint(f.ask("", "GET", "/api/v1/ledger/checkpoint", "").body, keys...)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	older := integrate()
	f.Radio("2")
	newer := integrate()
	var grown proofs.Consistency
	answer := f.ask("", "GET", "/api/v1/ledger/proof/consistency?from="+strconv.FormatInt(older.Size, 10), "")
	if err := json.Unmarshal([]byte(answer.body), &grown); err != nil {
		t.Fatal(err)
	}
	if err := proofs.CheckConsistency(older, newer, grown.Proof); err != nil || grown.To != newer.Size {
		t.Errorf("%s: %v", answer.body, err)
	}
	event := "/api/v1/ledger/proof/inclusion?event=assets/" + a.ID + "@"
	f.run([]scenario{
		{name: "proved to its keeper", who: "keeper-north", method: "GET", path: event + "1", status: 200, holds: []string{`"proof":["`, `"checkpoint":"booktest\n`}, lacks: []string{"Icom", "keeper"}},
		{name: "not to another", who: "keeper-south", method: "GET", path: event + "1", status: 404, holds: []string{`"field":"event"`}},
		{name: "no such event", who: "keeper-north", method: "GET", path: event + "9", status: 404, holds: []string{`"field":"event"`}},
		{name: "nobody", method: "GET", path: event + "1", status: 401},
		{name: "no event named", who: "keeper-north", method: "GET", path: "/api/v1/ledger/proof/inclusion", status: 400, holds: []string{`"field":"event"`}},
		{name: "no sizes", method: "GET", path: "/api/v1/ledger/proof/consistency", status: 400, holds: []string{`"field":"from"`}},
		{name: "turned around", method: "GET", path: "/api/v1/ledger/proof/consistency?from=3&to=2", status: 422, holds: []string{`"field":"from"`, "more than to"}},
		{name: "beyond the end", method: "GET", path: "/api/v1/ledger/proof/consistency?from=3&to=99999", status: 422, holds: []string{`"field":"to"`, "the ledger holds"}},
		{name: "below nothing", method: "GET", path: "/api/v1/ledger/proof/consistency?from=-3", status: 422, holds: []string{`"field":"from"`}},
		{name: "no number", method: "GET", path: "/api/v1/ledger/proof/consistency?from=x", status: 400, holds: []string{`"field":"from"`}},
		{name: "another parameter", method: "GET", path: "/api/v1/ledger/proof/consistency?form=3", status: 400, holds: []string{`"field":"form"`}},
	})
}
