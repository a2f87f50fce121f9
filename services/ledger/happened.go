package ledger

import (
	"context"
	"time"

	"quartermaster/models"
)

// LongestAway is for how long a device may have been out of reach for the time that
// it gives to be believed.
const LongestAway = 30 * 24 * time.Hour

// wrongBy is from how far apart on the clock of a device and the time that was
// worked out are both told.
const wrongBy = time.Minute

type happenedKey struct{}

// Happened returns a context for what was done out of reach and is recorded now: said
// is when, and clock what the time is now, both by the clock of the device. That clock
// may be wrong; only how long ago it was is believed, and that not beyond LongestAway
// or before now: then it counts as done now. The events keep what the device said.
func (b *Book) Happened(ctx context.Context, said, clock models.Time) context.Context {
	now := b.Now()
	at := models.At(now)
	if ago := clock.Sub(said.Time); ago > 0 && ago <= LongestAway {
		at = models.At(now.Add(-ago))
	}
	return context.WithValue(ctx, happenedKey{}, happening{at, said})
}

type happening struct{ at, said models.Time }

// When is the time at which what is recorded in ctx was done: now, unless it was done
// out of reach.
func (b *Book) When(ctx context.Context) models.Time {
	if h, ok := ctx.Value(happenedKey{}).(happening); ok {
		return h.at
	}
	return models.At(b.Now())
}

// tell puts both times into an event.
func (h happening) tell(event *models.Event) {
	event.HappenedAt = &h.at
	if off := h.said.Sub(h.at.Time); off > wrongBy || off < -wrongBy {
		event.SaidAt = &h.said
	}
}
