package access_test

import (
	"testing"

	"quartermaster/services/access"
	"quartermaster/services/booktest"
)

// TestEverySignInCostsTheSame counts the work of hashing, on which the time of an answer
// depends: who does not exist, no longer serves, has no password, or gave a wrong one.
func TestEverySignInCostsTheSame(t *testing.T) {
	w := booktest.New(t)
	enrol(t, w, "keeper-north")
	enrol(t, w, "keeper-south")
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-south", 0, access.PersonEdit{Inactive: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	var costs []uint32
	w.Access.CountHashes(func(cost uint32) { costs = append(costs, cost) })
	names := []string{"keeper.north", "nobody.at.all", "keeper.south", "auditor.a"}
	for _, name := range names {
		if _, err := signIn(w, name, "wrong password"); err == nil {
			t.Errorf("%s was signed in", name)
		}
	}
	if len(costs) != len(names) {
		t.Fatalf("%d sign-ins compared %d hashes", len(names), len(costs))
	}
	for i, cost := range costs {
		if cost != costs[0] {
			t.Errorf("%s costs %d, %s %d", names[i], cost, names[0], costs[0])
		}
	}
}
