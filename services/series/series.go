// Package series numbers papers: per unit and year, from 1, without gaps. The last
// number of a series is that of its last document, so a number is taken only by
// the Commit that keeps the paper, and of two who take it at once one asks anew.
package series

import (
	"context"
	"fmt"
	"sync"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Of names the series of a unit's papers in the year of a day: V-KHY-2026.
func Of(letter, unit string, day models.Day) string {
	return letter + "-" + unit + "-" + string(day[:4])
}

// Next returns the number after the last of a series. The collection declares a
// unique index "series" over series and serial.
func Next(ctx context.Context, s store.Store, in *store.Collection, series string) (int64, error) {
	q := store.Query{In: in, By: "series", Where: []store.Cond{store.Is("series", series)}, Desc: true, Limit: 1}
	records, err := s.Find(ctx, q)
	if err != nil || len(records) == 0 {
		return 1, err
	}
	last, ok := records[0].Place[0].(int64)
	if !ok {
		return 0, fmt.Errorf("series: %s is numbered by %v", records[0].ID, records[0].Place)
	}
	return last + 1, nil
}

// Number writes a paper's number: V-KHY-2026-0042.
func Number(series string, serial int64) string { return fmt.Sprintf("%s-%04d", series, serial) }

// Turns lets those who number papers of one series in this program do so one after
// the other, so that they do not take each other's number and ask anew. Two programs
// over one book still may.
type Turns struct{ locks sync.Map }

// Turn waits for one's turn, and returns what ends it.
func (t *Turns) Turn(series string) (end func()) {
	lock, _ := t.locks.LoadOrStore(series, &sync.Mutex{})
	mutex := lock.(*sync.Mutex)
	mutex.Lock()
	return mutex.Unlock
}

// Keep lets commit keep a paper under the next number of its series, and under the
// one after it when that was taken meanwhile.
func (t *Turns) Keep(ctx context.Context, s store.Store, in *store.Collection, series string, commit func(serial int64) error) error {
	defer t.Turn(series)()
	return access.Retry(func() error {
		serial, err := Next(ctx, s, in, series)
		if err != nil {
			return err
		}
		return commit(serial)
	})
}
