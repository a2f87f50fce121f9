package overview_test

import (
	"testing"
	"time"

	"quartermaster/services/booktest"
)

// BenchmarkOverview counts 100,000 items for who sees all of them: an administrator, and
// the auditor of the donor that paid for them.
func BenchmarkOverview(b *testing.B) {
	w := booktest.New(b)
	w.Radios(100_000)
	b.Run("nothing changed", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.Overview.Overview(w.As("admin")); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, who := range []string{"admin", "auditor-a"} {
		b.Run(who, func(b *testing.B) {
			ctx := w.As(who)
			for b.Loop() {
				w.Pass(time.Hour) // what was counted a moment ago is shown again
				if _, err := w.Overview.Overview(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
