package flags

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Rise raises every flag that has stood too long with one unit to the one above. It
// reads only those whose day to rise has come.
func (s *Service) Rise(ctx context.Context) (Reconciled, error) {
	var did tally
	today := s.Book.Today()
	for {
		records, err := s.Book.Store.Find(ctx, store.Query{In: store.Flags, By: "rises", Where: []store.Cond{store.Under("rises_on", string(today.Plus(1)))}, Limit: batch})
		if err != nil || len(records) == 0 {
			return did.Reconciled, err
		}
		before := did.Followed
		err = s.commit(ctx, len(records), &did, func(i int, again bool) (*ledger.Entry, error) {
			record := records[i]
			if again {
				if record, err = s.Book.Store.Get(ctx, store.Flags, record.ID); err != nil {
					return nil, err
				}
			}
			flag, err := store.Decode[models.Flag](record)
			if err != nil || flag.RisesOn == "" || flag.RisesOn > today {
				return nil, err
			}
			flag.Rise(today, s.RisesAfter)
			entry := ledger.Change(store.Flags, record.Body, flag, rose, "").Saying(models.Say("to %v", flag.RaisedTo))
			return &entry, nil
		})
		did.Standing += len(records)
		if err != nil || did.Followed == before { // all were raised by somebody else
			return did.Reconciled, err
		}
	}
}
