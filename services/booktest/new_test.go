package booktest_test

import (
	"testing"

	"quartermaster/services/booktest"
)

// BenchmarkNew makes worlds, which most tests begin with.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		booktest.New(b)
	}
}
