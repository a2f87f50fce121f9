package notices

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDelaysDoubleUpToSixHours(t *testing.T) {
	for attempts, want := range map[int]time.Duration{1: 30 * time.Second, 2: time.Minute, 3: 2 * time.Minute, 10: 256 * time.Minute, 11: 6 * time.Hour, 99: 6 * time.Hour} {
		if got := delay(attempts, 1); got != want {
			t.Errorf("after %d attempts %s, wanted %s", attempts, got, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		attempts, random := rapid.IntRange(0, 1000).Draw(r, "attempts"), rapid.Float64Range(0, 1).Draw(r, "random")
		if d, most := delay(attempts, random), delay(attempts, 1); d < most/2 || d > most {
			r.Fatalf("%s is not from half of %s up to it", d, most)
		}
	})
}
