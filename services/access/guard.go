package access

import (
	"errors"

	"quartermaster/models"
	"quartermaster/services/store"
)

// Current refuses when version, the one that the caller read, is no longer now. A
// caller who names none (0) takes what is there.
func Current(version, now int64) error {
	if version != 0 && version != now {
		return models.Refuse(models.Stale, "If-Match",
			"this was changed since you read it (you have version %d, it is now at %d); read it again", version, now)
	}
	return nil
}

// attempts is how often something is decided anew. Each attempt that is lost means
// that somebody else's change was made.
const attempts = 200

// Retry makes a change, which reads, decides and commits. Where somebody else was
// faster it is made anew on what they left, so that only a change which still makes
// sense is made.
func Retry(change func() error) error {
	for attempt := 1; ; attempt++ {
		err := change()
		if store.Outrun(err) && !decided(err) && attempt < attempts {
			continue
		}
		return Outrun(err)
	}
}

// decided says whether a change was refused for what somebody else has: it would be
// again.
func decided(err error) bool {
	var refusal *models.Error
	return errors.As(err, &refusal) && refusal.Kind != models.Stale
}

// Anew is Retry of a change that returns what it changed.
func Anew[T any](change func() (T, error)) (done T, err error) {
	err = Retry(func() (err error) {
		done, err = change()
		return err
	})
	return done, err
}

// Outrun turns a lost race for a document into a sentence.
func Outrun(err error) error {
	var conflict *store.VersionConflict
	if errors.As(err, &conflict) {
		return models.Refuse(models.Stale, "", "somebody else changed this at the same moment; read it again").Because(err)
	}
	return err
}
