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

// Outrun turns a lost race for a document into a sentence.
func Outrun(err error) error {
	var conflict *store.VersionConflict
	if errors.As(err, &conflict) {
		return models.Refuse(models.Stale, "", "somebody else changed this at the same moment; read it again").Because(err)
	}
	return err
}
