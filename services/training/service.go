// Package training keeps what people were trained in, and says who may have which
// equipment in custody: a category names the courses that it demands, and whether
// somebody without a valid record is warned of or refused.
package training

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Service keeps courses and training records.
type Service struct {
	Book     *ledger.Book
	Access   *access.Service
	Register *register.Service
}

func (s *Service) newID() string {
	return ulid.MustNew(ulid.Timestamp(s.Book.Now()), rand.Reader).String()
}

// course reads a course that a field of a request names.
func (s *Service) course(ctx context.Context, field, code string) (*models.Course, error) {
	course, err := store.Get[models.Course](ctx, s.Book.Store, store.Courses, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, field, "there is no course %q", code)
	}
	return course, err
}
