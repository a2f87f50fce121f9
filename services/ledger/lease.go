package ledger

import (
	"context"

	"quartermaster/services/store"
)

// Lease is what somebody must still have for a change to be made. It calls commit
// with the change of the lease's own document, which keeps it; that does not hold
// for whoever has lost it meanwhile, and then nothing is written at all.
type Lease func(commit func(store.Change) error) error

type leaseKey struct{}

// UnderLease returns a context in which each Commit also renews the lease, or fails
// with what the lease returns. So a holder that slept through its lease cannot write
// over what its successor does (fencing).
func UnderLease(ctx context.Context, lease Lease) context.Context {
	return context.WithValue(ctx, leaseKey{}, lease)
}

func underLease(ctx context.Context, changes []store.Change, commit func([]store.Change) error) error {
	lease, _ := ctx.Value(leaseKey{}).(Lease)
	if lease == nil {
		return commit(changes)
	}
	return lease(func(kept store.Change) error { return commit(append([]store.Change{kept}, changes...)) })
}
