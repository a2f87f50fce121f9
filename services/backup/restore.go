package backup

import (
	"context"
	"io"

	"filippo.io/age"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/verify"
)

// Restored is a book made of a backup, and what was found to agree in it.
type Restored struct {
	*Manifest
	*verify.Checked // nil for a book that was never served and so has no ledger
}

// Restore fills an empty store from a backup, then checks the book against its ledger
// as verify does, and that its ledger stands where it did when the backup was written.
func Restore(ctx context.Context, from io.Reader, identities []age.Identity, into store.Whole, with verify.Options) (*Restored, error) {
	var loaded int64
	manifest, err := Read(from, identities, func(c *store.Collection, records []store.Record) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := into.Load(ctx, c, records); err != nil {
			return err
		}
		if loaded += int64(len(records)); with.Progress != nil {
			with.Progress("reading documents", loaded, -1)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := into.LoadSequences(ctx, manifest.Sequences); err != nil {
		return nil, err
	}
	restored := &Restored{Manifest: manifest}
	if manifest.Checkpoint == "" {
		return restored, nil
	}
	if restored.Checked, err = verify.Book(ctx, into, with); err != nil {
		return nil, err
	}
	head, err := store.Get[models.LogHead](ctx, into, store.Log, "head")
	if err != nil {
		return nil, err
	}
	if head.Checkpoint != manifest.Checkpoint {
		return nil, damaged("its manifest gives another checkpoint than its ledger")
	}
	return restored, nil
}
