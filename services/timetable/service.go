// Package timetable is what the book does by itself, by the clock: which jobs there
// are and when they are due, that of several instances exactly one runs each, and
// what came of the last runs. What a job does is its own; package jobs lists them.
package timetable

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/robfig/cron/v3"

	"quartermaster/models"
	"quartermaster/services/ledger"
)

// Job is one row of the table.
type Job struct {
	Name string      // as settings and addresses name it
	Line string      // when it is due, as cron has it: minute, hour, day, month, weekday
	What models.Text // it does, in a sentence
	Do   func(context.Context) (Did, error)
	// Longest is how long a run may take; 0 is half an hour.
	Longest time.Duration
}

// Did is what a run came to.
type Did struct {
	Found, Opened, Closed int
}

// Service runs the table.
type Service struct {
	Book *ledger.Book
	Log  *slog.Logger
	// Instance names this process among those over the same store.
	Instance string
	// LeaseLasts is how long a lease holds without being renewed, the same for all
	// instances; 0 is Lasts.
	LeaseLasts time.Duration
	// Beat gives the times at which a lease is renewed while its job runs, and how to
	// end that. Nil is by the clock, three times as often as the lease lasts.
	Beat func() (<-chan time.Time, func())

	rows    []row
	mu      sync.Mutex
	here    map[string]bool // jobs that run in this process
	running sync.WaitGroup
	life    context.Context // from Start to stop; what somebody asks to run goes on after their request
}

type row struct {
	Job
	due cron.Schedule // nil is never
}

// NewInstance makes up a name for this process.
func NewInstance() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), strings.ToLower(ulid.Make().String()[20:]))
}

// Off is the line of a job that is not to run by the clock.
const Off = "off"

// Plan sets which jobs there are. lines are other cron lines than the table's, by
// name; one that is no job's, or does not parse, is refused by name.
func (s *Service) Plan(jobs []Job, lines map[string]string) error {
	s.rows = nil
	for _, job := range jobs {
		if line, other := lines[job.Name]; other {
			job.Line = strings.TrimSpace(line)
		}
		due, err := parse(job.Line, s.Book.Now())
		if err != nil {
			return fmt.Errorf("the cron line %q of the job %s cannot be used: %w", job.Line, job.Name, err)
		}
		s.rows = append(s.rows, row{job, due})
	}
	for name := range lines {
		if s.find(name) == nil {
			return fmt.Errorf("%q is no job; the jobs are %s", name, strings.Join(s.names(), ", "))
		}
	}
	return nil
}

// parse reads a cron line; nil is that of a job that is off. The zone is that of the
// times that it is asked about.
func parse(line string, now time.Time) (cron.Schedule, error) {
	if line == Off {
		return nil, nil
	}
	due, err := cron.ParseStandard(line)
	if err != nil {
		return nil, err
	}
	if due.Next(now).IsZero() {
		return nil, errors.New("it names a day that never comes")
	}
	return due, nil
}

func (s *Service) find(name string) *row {
	at := slices.IndexFunc(s.rows, func(r row) bool { return r.Name == name })
	if at < 0 {
		return nil
	}
	return &s.rows[at]
}

func (s *Service) names() []string {
	var names []string
	for _, r := range s.rows {
		names = append(names, r.Name)
	}
	return names
}

func (s *Service) zone() *time.Location {
	if s.Book.Zone == nil {
		return time.UTC
	}
	return s.Book.Zone
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// mistimed is how far ahead a last run may lie before it is taken that the clock was
// set back since: more than the clocks of instances differ. Such a job is due at
// once, since a run too many does no harm and one too few does.
const mistimed = 10 * time.Minute

// isDue says whether a run that was missed or has come is to be made up for now.
// However many were missed, one makes up for them.
func (r *row) isDue(last models.Time, now time.Time, zone *time.Location) bool {
	switch {
	case r.due == nil:
		return false
	case last.IsZero() || last.After(now.Add(mistimed)):
		return true
	}
	next := r.due.Next(last.In(zone))
	return !next.IsZero() && !next.After(now)
}

// next is when the job is due next.
func (r *row) next(last models.Time, now time.Time, zone *time.Location) *models.Time {
	if r.due == nil {
		return nil
	}
	from := now
	if !last.IsZero() && last.Before(now) {
		from = last.Time
	}
	at := models.At(r.due.Next(from.In(zone)))
	return &at
}
