package proofs_test

import (
	"testing"

	"quartermaster/services/proofs"
)

// FuzzReadCheckpoint reads any text as a signed checkpoint: without the key's signature it
// is none.
func FuzzReadCheckpoint(f *testing.F) {
	for _, text := range []string{"", "quartermaster\n1\nAAAA\n\n— quartermaster AAAA\n", "a\n-1\n\n", "x\n99999999999999999999\nx\n\n— x x\n"} {
		f.Add(text, "quartermaster+00000000+AAAA")
	}
	f.Fuzz(func(t *testing.T, text, key string) {
		if point, err := proofs.ReadCheckpoint(text, key); err == nil && (point == nil || point.Size < 0) {
			t.Errorf("%+v", point)
		}
		_, _ = proofs.ReadKeys([]byte(text))
	})
}
