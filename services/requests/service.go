// Package requests is what units ask for: a commander requests so many of a
// category, of a named model or of a stock item; whoever the unit tree's settings
// name approves or declines it; storekeepers make vouchers of what was approved.
package requests

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/public"
	"quartermaster/services/register"
	"quartermaster/services/series"
	"quartermaster/services/stock"
	"quartermaster/services/store"
	"quartermaster/services/visits"
)

// Service keeps requests.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Stock    *stock.Service
	Custody  *custody.Service
	Flags    *flags.Service
	Disposal *disposal.Service
	Visits   *visits.Service
	Public   *public.Service

	numbers series.Turns
}

// NewRequest is what somebody asks for: a category, a make and model of it, or a
// stock item.
type NewRequest struct {
	Unit     string          `json:"unit"`
	Category string          `json:"category,omitempty"`
	Make     string          `json:"make,omitempty"`
	Model    string          `json:"model,omitempty"`
	Item     string          `json:"item,omitempty"`
	Quantity models.Quantity `json:"quantity"`
	Purpose  string          `json:"purpose"`
	Priority models.Priority `json:"priority,omitempty"` // routine when not given
	NeededBy models.Day      `json:"needed_by,omitempty"`
}

// Submit enters a request, which then waits for the role that decides.
func (s *Service) Submit(ctx context.Context, n NewRequest) (*models.Request, error) {
	caller, err := access.Allow(ctx, access.Ask)
	if err != nil {
		return nil, err
	}
	if n.Priority == "" {
		n.Priority = "routine"
	}
	r := &models.Request{State: models.Submitted, Unit: n.Unit, Category: n.Category, Make: n.Make, Model: n.Model, Item: n.Item, Quantity: n.Quantity,
		Purpose: n.Purpose, Priority: n.Priority, Urgency: slices.Index(models.Priorities, n.Priority), NeededBy: n.NeededBy,
		RequestedBy: caller.Code, RequestedAt: models.At(s.Book.Now())}
	if err := models.Validate(r); err != nil {
		return nil, err
	}
	unit, err := s.Register.Unit(ctx, n.Unit)
	if err != nil {
		return nil, err
	}
	if !access.CoversUnit(caller, unit.Path) {
		return nil, models.Refuse(models.Forbidden, "unit", "%s is not in your part of the unit tree", n.Unit)
	}
	if n.NeededBy != "" && n.NeededBy < s.Book.Today() {
		return nil, models.Refuse(models.Invalid, "needed_by", "%s has passed", n.NeededBy)
	}
	r.Path = unit.Path
	if err := s.subject(ctx, r); err != nil {
		return nil, err
	}
	if r.Approver, err = s.approver(ctx, unit); err != nil {
		return nil, err
	}
	return r, s.number(ctx, r)
}

// number gives the request the next number of its unit and keeps it.
func (s *Service) number(ctx context.Context, r *models.Request) error {
	r.Series = series.Of("R", r.Unit, s.Book.Today())
	return s.numbers.Keep(ctx, s.Book.Store, store.Requests, r.Series, func(serial int64) error {
		r.Serial, r.Number = serial, series.Number(r.Series, serial)
		return s.Book.Commit(ctx, ledger.Add(store.Requests, r, "request.submitted", r.Purpose))
	})
}

// subject checks what is asked for and puts it in words.
func (s *Service) subject(ctx context.Context, r *models.Request) error {
	if (r.Category == "") == (r.Item == "") {
		return models.Refuse(models.Invalid, "category", "ask for a category of equipment or for a stock item")
	}
	if r.Item != "" {
		if r.Make != "" || r.Model != "" {
			return models.Refuse(models.Invalid, "model", "belongs to a category, not to a stock item")
		}
		item, err := s.Stock.Item(ctx, "item", r.Item)
		if err != nil {
			return err
		}
		r.What, r.Measure = item.Name, item.Measure
		return s.checkQuantity(ctx, r, r.Quantity)
	}
	category, err := s.Register.Category(ctx, r.Category)
	if err != nil {
		return err
	}
	r.What, r.Measure = category.Name, "each"
	for _, part := range []string{r.Make, r.Model} {
		if part != "" {
			r.What += " " + part
		}
	}
	return s.checkQuantity(ctx, r, r.Quantity)
}

// checkQuantity refuses a quantity that cannot be asked for or given: equipment is
// counted by the piece, a stock item as it is measured.
func (s *Service) checkQuantity(ctx context.Context, r *models.Request, quantity models.Quantity) error {
	counted := &models.StockItem{Name: r.What, Measure: "piece"}
	if r.Item != "" {
		var err error
		if counted, err = s.Stock.Item(ctx, "item", r.Item); err != nil {
			return err
		}
	}
	return counted.CheckQuantity("quantity", quantity)
}

// approver is the role that decides on requests of a unit: the nearest that it or
// a unit above names, a commander where none does.
func (s *Service) approver(ctx context.Context, unit *models.Unit) (models.Role, error) {
	for _, code := range slices.Backward(unit.Path) {
		at, err := store.Get[models.Unit](ctx, s.Book.Store, store.Units, code)
		if err != nil {
			return "", err
		}
		if at.Approver != "" {
			return at.Approver, nil
		}
	}
	return models.Commander, nil
}

// Request returns one request that the caller may see.
func (s *Service) Request(ctx context.Context, number string) (*models.Request, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, r, err := s.load(ctx, caller, number)
	return r, err
}

// load reads a request, which is seen by who made it, by those in whose scope its
// unit is, and by the storekeepers who supply that.
func (s *Service) load(ctx context.Context, caller *models.Person, number string) (store.Record, *models.Request, error) {
	unknown := models.Refuse(models.NotFound, "number", "there is no request %q", number)
	record, err := s.Book.Store.Get(ctx, store.Requests, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	r, err := store.Decode[models.Request](record)
	if err != nil || r.RequestedBy == caller.Code {
		return record, r, err
	}
	if serves, err := s.Custody.Serves(ctx, caller, r.Path); err != nil {
		return record, nil, err
	} else if !serves {
		return store.Record{}, nil, unknown
	}
	return record, r, nil
}

// change loads a request, lets decide change it, and commits.
func (s *Service) change(ctx context.Context, number string, version int64, verb access.Verb, kind, reason string,
	decide func(*models.Person, *models.Request) error) (*models.Request, error) {
	caller, err := access.Allow(ctx, verb)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.Request, error) {
		record, r, err := s.load(ctx, caller, number)
		if err != nil {
			return nil, err
		}
		if err := access.Current(version, r.Version); err != nil {
			return nil, err
		}
		if err := decide(caller, r); err != nil {
			return nil, err
		}
		if err := models.Validate(r); err != nil {
			return nil, err
		}
		closed, err := s.Flags.Closing(ctx, ledger.Subject(store.Requests, r.Number), models.Say("it was %v", r.State), models.RequestWaiting)
		if err != nil {
			return nil, err
		}
		return r, s.Book.Commit(ctx, append([]ledger.Entry{ledger.Change(store.Requests, record.Body, r, kind, reason)}, closed...)...)
	})
}
