package training

import (
	"context"
	"errors"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// CourseEdit names what to change of a course; what is nil stays. Records that were
// entered keep their expiry.
type CourseEdit struct {
	Name     *string `json:"name,omitempty"`
	Provider *string `json:"provider,omitempty"`
	Months   *int    `json:"months,omitempty"`
}

// AddCourse enters a course.
func (s *Service) AddCourse(ctx context.Context, c models.Course) (*models.Course, error) {
	if err := allowCourses(ctx); err != nil {
		return nil, err
	}
	c.Base = models.Base{}
	if err := models.Validate(&c); err != nil {
		return nil, err
	}
	err := s.Book.Commit(ctx, ledger.Add(store.Courses, &c, "course.added", ""))
	var taken *store.Duplicate
	if errors.As(err, &taken) && taken.Collection == store.Courses.Name {
		return nil, models.Refuse(models.Conflict, "code", "%q is already taken", c.Code).Because(err)
	}
	return &c, err
}

// EditCourse changes a course; version, if not 0, is the one that was read.
func (s *Service) EditCourse(ctx context.Context, code string, version int64, edit CourseEdit) (*models.Course, error) {
	if err := allowCourses(ctx); err != nil {
		return nil, err
	}
	record, err := s.Course(ctx, code)
	if err != nil {
		return nil, err
	}
	c, err := store.Decode[models.Course](record)
	if err != nil {
		return nil, err
	}
	if err := access.Current(version, c.Version); err != nil {
		return nil, err
	}
	models.Set(&c.Name, edit.Name)
	models.Set(&c.Provider, edit.Provider)
	models.Set(&c.Months, edit.Months)
	if err := models.Validate(c); err != nil {
		return nil, err
	}
	return c, access.Outrun(s.Book.Commit(ctx, ledger.Change(store.Courses, record.Body, c, "course.changed", "")))
}

// allowCourses refuses everybody but an administrator of the whole book: what a
// course is holds for all units.
func allowCourses(ctx context.Context) error {
	caller, err := access.Allow(ctx, access.ManagePlaces)
	if err != nil {
		return err
	}
	if !access.Everywhere(caller) {
		return models.Refuse(models.Forbidden, "", "only an administrator of the whole book may change courses")
	}
	return nil
}

// Course returns one course, as it is stored.
func (s *Service) Course(ctx context.Context, code string) (store.Record, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return store.Record{}, err
	}
	record, err := s.Book.Store.Get(ctx, store.Courses, code)
	if errors.Is(err, store.ErrNotFound) {
		return record, models.Refuse(models.NotFound, "code", "there is no course %q", code)
	}
	return record, err
}

// Courses returns a page of the courses, by code.
func (s *Service) Courses(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return nil, err
	}
	q := store.Query{In: store.Courses, By: "code"}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}
