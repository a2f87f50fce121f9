package flags

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Filter says which flags a list shows. A unit includes those below it; Raised is a
// unit to which flags have risen, that one alone.
type Filter struct {
	Kind, State, Unit, Donor, Grant, Owner, Raised string
}

// List returns a page of the flags in the caller's scope, by the day from which
// their matter stands; the open ones unless another state is asked for.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	q, err := s.query(ctx, f)
	if err != nil || q == nil {
		return &store.Page{}, err
	}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}

// Counted is how many flags of a kind stand.
type Counted struct {
	Kind  models.FlagKind `json:"kind"`
	Count int64           `json:"count"`
}

// MostCounted is how far flags of a kind are counted.
const MostCounted = 10_000

// Counts returns how many flags of each kind a list shows, in the order of
// models.FlagKinds, without the kinds of which there are none.
func (s *Service) Counts(ctx context.Context, f Filter) ([]Counted, error) {
	counts := []Counted{}
	for _, kind := range models.FlagKinds {
		f.Kind = string(kind)
		q, err := s.query(ctx, f)
		if err != nil || q == nil {
			return counts, err
		}
		q.Limit = MostCounted
		n, err := s.Book.Store.Count(ctx, *q)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			counts = append(counts, Counted{kind, n})
		}
	}
	return counts, nil
}

// Between counts the open flags of a kind in the caller's scope whose matter stands
// from a day on, and before another.
func (s *Service) Between(ctx context.Context, kind models.FlagKind, from, before models.Day) (int64, error) {
	q, err := s.query(ctx, Filter{Kind: string(kind)})
	if err != nil || q == nil {
		return 0, err
	}
	if from != "" {
		q.Where = append(q.Where, store.From("since", string(from)))
	}
	q.Where = append(q.Where, store.Under("since", string(before)))
	q.Limit = MostCounted
	return s.Book.Store.Count(ctx, *q)
}

// query lays the filter over the caller's scope; nil when they have nothing in
// common.
func (s *Service) query(ctx context.Context, f Filter) (*store.Query, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	switch f.State {
	case "":
		f.State = string(models.FlagOpen)
	case string(models.FlagOpen), string(models.FlagClosed):
	default:
		return nil, models.Refuse(models.Invalid, "state", "must be open or closed")
	}
	if f.Kind != "" && !slices.Contains(models.FlagKinds, models.FlagKind(f.Kind)) {
		return nil, models.Refuse(models.Invalid, "kind", "must be one of %s", kinds())
	}
	conds := access.Assets(caller)
	if f.Unit != "" {
		var nothing bool
		if conds, nothing, err = access.Within(ctx, s.Book.Store, caller, conds, f.Unit); err != nil || nothing {
			return nil, err
		}
	}
	add := func(field, value string) {
		if value != "" {
			conds = append(conds, store.Is(field, value))
		}
	}
	if f.Donor != "" {
		add("paid_by", "donor "+f.Donor)
	}
	if f.Grant != "" {
		add("paid_by", "grant "+f.Grant)
	}
	add("owner", f.Owner)
	add("raised_to", f.Raised)
	add("kind", f.Kind)
	add("state", f.State)
	return &store.Query{In: store.Flags, By: store.Flags.Narrowest(conds, "owner", "raised", "unit_kind", "unit", "paid_by", "kind", "since"), Where: conds, Desc: f.State == string(models.FlagClosed)}, nil
}

func kinds() string {
	text := ""
	for i, kind := range models.FlagKinds {
		if i > 0 {
			text += ", "
		}
		text += string(kind)
	}
	return text
}

// Flag returns one flag that the caller may see.
func (s *Service) Flag(ctx context.Context, id string) (*models.Flag, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, flag, err := s.load(ctx, caller, id)
	return flag, err
}

func (s *Service) load(ctx context.Context, caller *models.Person, id string) (store.Record, *models.Flag, error) {
	unknown := models.Refuse(models.NotFound, "id", "there is no finding %q", id)
	record, err := s.Book.Store.Get(ctx, store.Flags, id)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	flag, err := store.Decode[models.Flag](record)
	if err == nil && !sees(caller, flag) {
		return store.Record{}, nil, unknown
	}
	return record, flag, err
}

// sees says whether a flag is shown to the person: it stands in their part of the
// book, or is theirs to answer for.
func sees(caller *models.Person, f *models.Flag) bool {
	return access.SeesPapers(caller, f.Units(), f.PaidBy()) || f.Owner == caller.Code
}

// Events returns a page of a flag's history, newest first, and the cursor of the
// next: all that became of the matter whenever it stood.
func (s *Service) Events(ctx context.Context, id, cursor string, limit int) ([]models.Event, string, error) {
	if _, err := s.Flag(ctx, id); err != nil {
		return nil, "", err
	}
	return s.Book.Events(ctx, ledger.Subject(store.Flags, id), cursor, limit)
}

// mostStanding bounds what a page shows of one kind about one subject.
const mostStanding = 50

// Standing returns the open flags about a subject that the caller sees, as its page
// shows them. A subject that ends in "@" takes in all that begin so: a lot at every
// unit.
func (s *Service) Standing(ctx context.Context, subject string) ([]*models.Flag, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	about := store.Is("subject", subject)
	if subject != "" && subject[len(subject)-1] == '@' {
		about = store.Starts("subject", subject)
	}
	var flags []*models.Flag
	for _, kind := range models.FlagKinds {
		some, err := store.Find[models.Flag](ctx, s.Book.Store, store.Query{In: store.Flags, By: "standing",
			Where: []store.Cond{store.Is("kind", string(kind)), store.Is("state", string(models.FlagOpen)), about}, Limit: mostStanding})
		if err != nil {
			return nil, err
		}
		flags = append(flags, some...)
	}
	return slices.DeleteFunc(flags, func(f *models.Flag) bool { return !sees(caller, f) }), nil
}
