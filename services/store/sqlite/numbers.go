package sqlite

import (
	"context"
	"sync"
)

// reserved is how many numbers of a sequence are taken from the file at once, so
// that giving one does not wait for the disk. What is left of them is given back
// when the store is closed, and never given if the program ends without that.
const reserved = 20

// numbers are the parts of sequences that this process has taken and not given.
type numbers struct {
	mu    sync.Mutex
	parts map[string]*part
}

type part struct{ next, end int64 } // end is the first number that is not ours

// Next gives n numbers of a sequence. They are higher than all that this process
// gave before.
func (s *Store) Next(ctx context.Context, sequence string, n int64) (int64, error) {
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if p := s.numbers.parts[sequence]; p != nil && p.end-p.next >= n {
		first := p.next
		p.next += n
		return first, nil
	}
	count := max(n, reserved)
	j := &job{ctx: ctx, sequence: sequence, count: count, done: make(chan struct{})}
	if err := s.submit(j); err != nil {
		return 0, err
	}
	s.numbers.parts[sequence] = &part{j.first + n, j.first + count}
	return j.first, nil
}

// giveBack returns what was not given, unless somebody else took numbers since.
func (s *Store) giveBack(ctx context.Context) error {
	s.numbers.mu.Lock()
	defer s.numbers.mu.Unlock()
	for sequence, p := range s.numbers.parts {
		if err := s.exec(ctx, `UPDATE sequences SET next = ? WHERE name = ? AND next = ?`, p.next, sequence, p.end); err != nil {
			return err
		}
	}
	s.numbers.parts = map[string]*part{}
	return nil
}
