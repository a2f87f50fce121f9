package backup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"filippo.io/age"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Settings say what backups the server takes by itself.
type Settings struct {
	Folder  string          // in which they are kept; "" is none
	To      []age.Recipient // to whom they are encrypted
	Keep    Keep
	Late    time.Duration // after how long without a good one somebody is to look
	Program string
}

// Service takes backups by the clock.
type Service struct {
	Book *ledger.Book
	Settings
}

// Job is the name under which the timetable keeps what came of them.
const Job = "backup"

// Work takes a backup and removes those that are no longer kept. It returns how many
// documents there are in it.
func (s *Service) Work(ctx context.Context) (int, error) {
	book, ok := s.Book.Store.(Source)
	if !ok || s.Folder == "" {
		return 0, errors.New("no folder is set in which backups are kept (QM_BACKUP_INTO)")
	}
	now := s.Book.Now()
	path := filepath.Join(s.Folder, NameAt(now, len(s.To) > 0))
	taken, err := Take(ctx, book, path, s.To, Writing{Program: s.Program, Now: s.Book.Now})
	if err != nil {
		return 0, err
	}
	if _, err := s.Keep.Sweep(s.Folder, now, s.Book.Zone); err != nil {
		return 0, fmt.Errorf("the backup was written, and those that are no longer kept cannot be removed: %w", err)
	}
	return int(taken.All()), nil
}

// Watch fails when the last backup that went well is too long ago, and says since when:
// a job that fails is seen in the log, on the page of jobs and in the metrics.
func (s *Service) Watch(ctx context.Context) (int, error) {
	job, err := store.Get[models.Job](ctx, s.Book.Store, store.Jobs, Job)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil // the first is about to be taken
	}
	if err != nil {
		return 0, err
	}
	age := s.Book.Now().Sub(job.Good.Time)
	switch {
	case job.Good.IsZero() && job.Failures == 0:
		return 0, nil
	case job.Good.IsZero():
		return 1, fmt.Errorf("no backup has gone well yet, and %d were tried; see what the job %s says", job.Failures, Job)
	case age > s.Late:
		return 1, fmt.Errorf("the last backup that went well is of %s, %.0f hours ago; see what the job %s says", job.Good, age.Hours(), Job)
	}
	return 0, nil
}
