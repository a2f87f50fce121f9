package timetable

import (
	"context"
	"errors"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Listed is a job as an administrator sees it.
type Listed struct {
	Name     string       `json:"name"`
	What     string       `json:"what"`
	Says     models.Text  `json:"-"` // of which What is the English
	Line     string       `json:"line"`
	Running  bool         `json:"running"`
	Holder   string       `json:"holder,omitempty"` // the instance that runs it
	Last     *models.Run  `json:"last,omitempty"`
	Good     *models.Time `json:"good,omitempty"` // when the last run that went well was begun
	Next     *models.Time `json:"next,omitempty"` // none when it is off
	Failures int          `json:"failures"`       // in a row
	Recent   []models.Run `json:"recent"`         // newest first
}

// Failing says whether the last run failed.
func (l *Listed) Failing() bool { return l.Failures > 0 }

// List returns all jobs with what came of them.
func (s *Service) List(ctx context.Context) ([]*Listed, error) {
	if err := s.allow(ctx); err != nil {
		return nil, err
	}
	return s.list(ctx)
}

func (s *Service) list(ctx context.Context) ([]*Listed, error) {
	list := []*Listed{}
	for i := range s.rows {
		one, err := s.listed(ctx, &s.rows[i])
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func (s *Service) listed(ctx context.Context, r *row) (*Listed, error) {
	job, err := store.Get[models.Job](ctx, s.Book.Store, store.Jobs, r.Name)
	if errors.Is(err, store.ErrNotFound) {
		job, err = &models.Job{Name: r.Name}, nil
	}
	if err != nil {
		return nil, err
	}
	now := s.Book.Now()
	one := &Listed{Name: r.Name, What: r.What.String(), Says: r.What, Line: r.Line, Running: s.held(job, now), Last: job.Last(), Next: r.next(job.Done, now, s.zone()),
		Failures: job.Failures, Recent: append([]models.Run{}, job.Recent...)}
	if !job.Good.IsZero() {
		one.Good = &job.Good
	}
	if one.Running {
		one.Holder = job.Holder
	}
	return one, nil
}

// patience is how long somebody who runs a job waits to be told what came of it
// rather than that it runs.
const patience = 3 * time.Second

// Run begins a job because the caller asks for it. It returns the job as it is then:
// done, or still running. Asking again while it runs is refused.
func (s *Service) Run(ctx context.Context, name string) (*Listed, error) {
	if err := s.allow(ctx); err != nil {
		return nil, err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	r := s.find(name)
	if r == nil {
		return nil, models.Refuse(models.NotFound, "name", "there is no job %q", name)
	}
	now, err := s.listed(ctx, r)
	if err != nil {
		return nil, err
	}
	if now.Running {
		return nil, models.Refuse(models.Conflict, "name", "%s runs already, on %s", name, now.Holder)
	}
	life := s.life
	if life == nil {
		life = context.Background()
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-s.begin(life, r, caller.Code):
	case <-waiting.Done():
	}
	return s.listed(ctx, r)
}

// allow refuses unless the caller administers the whole book.
func (s *Service) allow(ctx context.Context) error {
	caller, err := access.Allow(ctx, access.RunJobs)
	if err == nil && !access.Everywhere(caller) {
		return models.Refuse(models.Forbidden, "", "only an administrator of the whole book may see the jobs and run them")
	}
	return err
}
