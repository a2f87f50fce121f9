package access

import (
	"context"
	"errors"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Outstanding is what stands on a person's name.
type Outstanding struct {
	Assets   int64 `json:"assets"`   // in their custody
	Vouchers int64 `json:"vouchers"` // on their way to them
}

func (o Outstanding) String() string {
	items, vouchers := counted(o.Assets, "item")+" in custody", counted(o.Vouchers, "voucher")+" on the way"
	switch {
	case o.Vouchers == 0:
		return items
	case o.Assets == 0:
		return vouchers
	}
	return items + " and " + vouchers
}

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Nothing says whether nothing is left on the person's name.
func (o Outstanding) Nothing() bool { return o.Assets == 0 && o.Vouchers == 0 }

// Outstanding counts what stands on the name of a person in the caller's scope.
func (s *Service) Outstanding(ctx context.Context, code string) (*models.Person, Outstanding, error) {
	_, person, err := s.load(ctx, code)
	if err != nil {
		return nil, Outstanding{}, err
	}
	o, err := s.outstanding(ctx, code)
	return person, o, err
}

func (s *Service) outstanding(ctx context.Context, code string) (o Outstanding, err error) {
	if o.Assets, err = s.Book.Store.Count(ctx, inCustody(code)); err != nil {
		return o, err
	}
	o.Vouchers, err = s.Book.Store.Count(ctx, store.Query{In: store.Vouchers, By: "receiver",
		Where: []store.Cond{store.Is("receiver", code), store.Is("state", string(models.Underway))}})
	return o, err
}

func inCustody(code string) store.Query {
	return store.Query{In: store.Assets, By: "custodian", Where: []store.Cond{store.Is("custodian", code)}}
}

// succession returns the changes by which successor answers for all that somebody
// who no longer serves held. Without a successor it refuses if they held anything.
func (s *Service) succession(ctx context.Context, leaving *models.Person, successor *string) ([]ledger.Entry, error) {
	left, err := s.outstanding(ctx, leaving.Code)
	if err != nil || left.Nothing() {
		return nil, err
	}
	if left.Vouchers > 0 {
		return nil, models.Refuse(models.Conflict, "inactive", "%s on the way to %s; have it accepted, refused or cancelled first", counted(left.Vouchers, "voucher"), leaving.Name)
	}
	if successor == nil || *successor == "" {
		return nil, models.Refuse(models.Conflict, "successor", "%s still answers for %s; have it handed over, or say who answers for it from now on", leaving.Name, counted(left.Assets, "item"))
	}
	next, err := store.Get[models.Person](ctx, s.Book.Store, store.People, *successor)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, models.Refuse(models.Invalid, "successor", "there is no person %q", *successor)
	case err != nil:
		return nil, err
	case next.Code == leaving.Code || next.Inactive:
		return nil, models.Refuse(models.Invalid, "successor", "must be somebody else, who still serves")
	}
	records, err := s.Book.Store.Find(ctx, inCustody(leaving.Code))
	if err != nil {
		return nil, err
	}
	entries := make([]ledger.Entry, len(records))
	categories := make([]string, len(records))
	for i, record := range records {
		asset, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		if asset.Status == models.InTransit {
			return nil, models.Refuse(models.Conflict, "inactive", "%s is on its way by voucher %s; wait until it is accepted, or cancel it", asset.Tag, asset.Voucher)
		}
		asset.Custodian, categories[i] = next.Code, asset.Category
		entries[i] = ledger.Change(store.Assets, record.Body, asset, "asset.succeeded", leaving.Name+" no longer serves")
	}
	if s.MayHold != nil {
		if err := s.MayHold(ctx, "successor", next, categories); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// moveTraining returns the changes by which what a person was trained in counts for
// the unit to which they are posted now.
func (s *Service) moveTraining(ctx context.Context, p *models.Person) ([]ledger.Entry, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Trainings, By: "person", Where: []store.Cond{store.Is("person", p.Code)}})
	if err != nil {
		return nil, err
	}
	entries := make([]ledger.Entry, len(records))
	for i, record := range records {
		t, err := store.Decode[models.Training](record)
		if err != nil {
			return nil, err
		}
		t.Unit, t.Path = p.Unit, p.Path
		entries[i] = ledger.Change(store.Trainings, record.Body, t, "training.moved", p.Name+" was posted to "+p.Unit)
	}
	return entries, nil
}
