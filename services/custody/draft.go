package custody

import (
	"context"
	"errors"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/series"
	"quartermaster/services/store"
)

// NewVoucher is what a draft says.
type NewVoucher struct {
	Kind models.VoucherKind `json:"kind"`
	// From is the unit that hands over; of a donor handover it is the donor.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Sender is the person who hands over what they hold, Receiver who answers for it then.
	Sender    string     `json:"sender,omitempty"`
	Receiver  string     `json:"receiver,omitempty"`
	DueBack   models.Day `json:"due_back,omitempty"`
	Operation string     `json:"operation,omitempty"` // of a loan
	Agreement string     `json:"agreement,omitempty"` // of a donor handover
	Request   string     `json:"request,omitempty"`
	Note      string     `json:"note,omitempty"`
	// Lines may be left out when somebody hands over all that they hold.
	Lines []NewLine `json:"lines,omitempty"`
}

// NewLine asks for an asset by its tag, for a quantity of a lot, or for a quantity
// of a stock item from the lots that expire soonest.
type NewLine struct {
	Tag      string          `json:"tag,omitempty"`
	Lot      string          `json:"lot,omitempty"`
	Item     string          `json:"item,omitempty"`
	Quantity models.Quantity `json:"quantity,omitempty"`
}

// VoucherEdit names what to change of a draft; what is nil stays.
type VoucherEdit struct {
	To        *string     `json:"to,omitempty"`
	Receiver  *string     `json:"receiver,omitempty"`
	DueBack   *models.Day `json:"due_back,omitempty"`
	Operation *string     `json:"operation,omitempty"`
	Agreement *string     `json:"agreement,omitempty"`
	Note      *string     `json:"note,omitempty"`
	Lines     *[]NewLine  `json:"lines,omitempty"`
}

// Draft raises a voucher. Nothing moves until it is dispatched.
func (s *Service) Draft(ctx context.Context, n NewVoucher) (*models.Voucher, error) {
	caller, err := access.Allow(ctx, access.Move)
	if err != nil {
		return nil, err
	}
	v, err := s.compose(ctx, caller, n)
	if err != nil {
		return nil, err
	}
	return v, s.raise(ctx, v, "voucher.drafted", func() ([]ledger.Entry, error) {
		return s.followed(ctx, v)
	})
}

// compose makes a voucher of what was asked for, checked but not yet numbered.
func (s *Service) compose(ctx context.Context, caller *models.Person, n NewVoucher) (*models.Voucher, error) {
	v := &models.Voucher{Kind: n.Kind, State: models.Draft, From: n.From, To: n.To, Sender: n.Sender, Receiver: n.Receiver, DueBack: n.DueBack,
		Operation: n.Operation, Agreement: n.Agreement, Request: n.Request, Note: n.Note, RaisedBy: caller.Code, RaisedAt: models.At(s.Book.Now())}
	if err := s.ends(ctx, caller, v); err != nil {
		return nil, err
	}
	if err := s.fill(ctx, caller, v, n.Lines); err != nil {
		return nil, err
	}
	if err := s.trained(ctx, v); err != nil {
		return nil, err
	}
	return v, models.Validate(v)
}

// raise numbers a new voucher and commits it with what comes along, which is asked
// for anew at each attempt.
func (s *Service) raise(ctx context.Context, v *models.Voucher, kind string, along func() ([]ledger.Entry, error)) error {
	unit := v.From
	if v.Kind == models.HandoverVoucher {
		unit = v.To
	}
	v.Series = series.Of("V", unit, s.Book.Today())
	return s.numbers.Keep(ctx, s.Book.Store, store.Vouchers, v.Series, func(serial int64) error {
		v.Serial, v.Number = serial, series.Number(v.Series, serial)
		more, err := along()
		if err != nil {
			return err
		}
		return s.Book.Commit(ctx, append([]ledger.Entry{ledger.Add(store.Vouchers, v, kind, v.Note)}, more...)...)
	})
}

// Revise changes a draft. version, if not 0, is the one that was read.
func (s *Service) Revise(ctx context.Context, number string, version int64, edit VoucherEdit) (*models.Voucher, error) {
	return s.change(ctx, number, version, access.Move, "voucher.revised", "", func(caller *models.Person, v *models.Voucher) ([]ledger.Entry, error) {
		if err := s.mayChange(ctx, v, "changed"); err != nil {
			return nil, err
		}
		models.Set(&v.To, edit.To)
		models.Set(&v.Receiver, edit.Receiver)
		models.Set(&v.DueBack, edit.DueBack)
		models.Set(&v.Operation, edit.Operation)
		models.Set(&v.Agreement, edit.Agreement)
		models.Set(&v.Note, edit.Note)
		if err := s.ends(ctx, caller, v); err != nil {
			return nil, err
		}
		if edit.Lines != nil {
			if err := s.fill(ctx, caller, v, *edit.Lines); err != nil {
				return nil, err
			}
		}
		if err := s.trained(ctx, v); err != nil {
			return nil, err
		}
		if err := models.Validate(v); err != nil {
			return nil, err
		}
		return s.followed(ctx, v)
	})
}

// change loads a voucher in the caller's scope, lets decide change it and say what
// else changes, and commits. When something of that was changed in between, decide
// is asked again about how things are now.
func (s *Service) change(ctx context.Context, number string, version int64, verb access.Verb, kind, reason string,
	decide func(*models.Person, *models.Voucher) ([]ledger.Entry, error)) (*models.Voucher, error) {
	caller, err := access.Allow(ctx, verb)
	if err != nil {
		return nil, err
	}
	if len(reason) > longestNote {
		return nil, models.Refuse(models.Invalid, "reason", "is longer than %d characters", longestNote)
	}
	return access.Anew(func() (*models.Voucher, error) {
		record, v, err := s.load(ctx, caller, number)
		if err != nil {
			return nil, err
		}
		if err := access.Current(version, v.Version); err != nil {
			return nil, err
		}
		more, err := decide(caller, v)
		if err != nil {
			return nil, err
		}
		return v, s.Book.Commit(ctx, append([]ledger.Entry{ledger.Change(store.Vouchers, record.Body, v, kind, reason)}, more...)...)
	})
}

// load reads a voucher, which the caller sees when either end is in their scope,
// when it is for them, or when they paid for what is on it.
func (s *Service) load(ctx context.Context, caller *models.Person, number string) (store.Record, *models.Voucher, error) {
	unknown := models.Refuse(models.NotFound, "number", "there is no voucher %q", number)
	record, err := s.Book.Store.Get(ctx, store.Vouchers, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	v, err := store.Decode[models.Voucher](record)
	if err != nil {
		return record, nil, err
	}
	if !access.SeesPapers(caller, v.Units(), v.PaidBy()) && v.Receiver != caller.Code {
		return store.Record{}, nil, unknown
	}
	return record, v, nil
}

// followed returns the change of the request that the voucher fulfils, if any.
func (s *Service) followed(ctx context.Context, v *models.Voucher) ([]ledger.Entry, error) {
	if v.Request == "" {
		return nil, nil
	}
	record, err := s.Book.Store.Get(ctx, store.Requests, v.Request)
	if err != nil {
		return nil, fmt.Errorf("custody: request %s of %s: %w", v.Request, v.Number, err)
	}
	request, err := store.Decode[models.Request](record)
	if err != nil {
		return nil, err
	}
	if !request.Waits() && v.Version == 0 {
		return nil, models.Refuse(models.Conflict, "request", "%s is %s; nothing more is given on it", request.Number, request.State.Words())
	}
	request.Follow(v)
	if v.State == models.Draft && request.PromisedBy(v.Number) == 0 {
		return nil, models.Refuse(models.Invalid, "lines", "nothing of it is what %s asks for: %s", request.Number, request.What)
	}
	if v.State == models.Draft && request.Promised() > request.Approved {
		return nil, models.Refuse(models.Conflict, "request", "%s was approved for %s, and its vouchers come to %s with this one", request.Number, request.Approved, request.Promised())
	}
	entries := []ledger.Entry{ledger.Change(store.Requests, record.Body, request, "request.followed", "").Saying(models.Say("%v is %v", v.Number, v.State))}
	if request.Remaining() > 0 {
		return entries, nil
	}
	closed, err := s.Flags.Closing(ctx, ledger.Subject(store.Requests, request.Number), models.Say("%v gives what was asked for", v.Number), models.RequestWaiting)
	return append(entries, closed...), err
}
