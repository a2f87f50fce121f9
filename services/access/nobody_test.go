package access

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

// TestNobodysHashCostsAsMuchAsAnybodys holds the work for user names that do not exist to
// that for those that do.
func TestNobodysHashCostsAsMuchAsAnybodys(t *testing.T) {
	params, _, _, err := argon2id.DecodeHash(nobody)
	if err != nil {
		t.Fatal(err)
	}
	if params.Memory != hashing.Memory || params.Iterations != hashing.Iterations || params.Parallelism != hashing.Parallelism || params.KeyLength != hashing.KeyLength {
		t.Errorf("%+v, wanted %+v", params, hashing)
	}
	if matches("", nobody) || matches("nobody", nobody) {
		t.Error("somebody can sign in as nobody")
	}
}
