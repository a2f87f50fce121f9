package requests

import (
	"cmp"
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
)

// Approval lets a request pass, in whole or in part.
type Approval struct {
	Quantity models.Quantity `json:"quantity,omitempty"` // all of it when not given
	Remarks  string          `json:"remarks,omitempty"`
}

// Approve lets a request pass. Only the role that the unit tree's settings name
// decides, and nobody on a request of their own.
func (s *Service) Approve(ctx context.Context, number string, version int64, a Approval) (*models.Request, error) {
	return s.change(ctx, number, version, access.Read, "request.approved", a.Remarks, func(caller *models.Person, r *models.Request) error {
		if err := mayDecide(caller, r); err != nil {
			return err
		}
		quantity := cmp.Or(a.Quantity, r.Quantity)
		if quantity < 0 || quantity > r.Quantity {
			return models.Refuse(models.Invalid, "quantity", "must be above zero and at most the %s asked for; decline the request to give nothing", r.Quantity)
		}
		if err := s.checkQuantity(ctx, r, quantity); err != nil {
			return err
		}
		r.State = models.Approved
		r.Approved = quantity
		s.decided(caller, r, a.Remarks)
		return nil
	})
}

// Decline ends a request with a reason.
func (s *Service) Decline(ctx context.Context, number string, version int64, reason string) (*models.Request, error) {
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why it is declined")
	}
	return s.change(ctx, number, version, access.Read, "request.declined", reason, func(caller *models.Person, r *models.Request) error {
		if err := mayDecide(caller, r); err != nil {
			return err
		}
		r.State = models.Declined
		s.decided(caller, r, reason)
		return nil
	})
}

// Close withdraws a request, or ends one before all was given.
func (s *Service) Close(ctx context.Context, number string, version int64, reason string) (*models.Request, error) {
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why it is closed")
	}
	return s.change(ctx, number, version, access.Read, "request.closed", reason, func(caller *models.Person, r *models.Request) error {
		if err := mayClose(caller, r); err != nil {
			return err
		}
		for _, f := range r.Fulfilment {
			if f.State == models.Draft || f.State == models.Underway {
				return models.Refuse(models.Conflict, "state", "voucher %s is still underway for %s; finish or cancel it first", f.Voucher, r.Number)
			}
		}
		r.State, r.Reason = models.Closed, reason
		return nil
	})
}

// MayClose says whether the person may withdraw or end the request now.
func MayClose(caller *models.Person, r *models.Request) bool { return mayClose(caller, r) == nil }

func mayClose(caller *models.Person, r *models.Request) error {
	switch {
	case r.State != models.Submitted && !r.Waits():
		return over(r)
	case caller.Code == r.RequestedBy, r.Waits() && access.May(caller.Role, access.Move):
		return nil
	}
	return models.Refuse(models.Forbidden, "", "only who asked can withdraw a request, and only a storekeeper end one that was approved")
}

func (s *Service) decided(caller *models.Person, r *models.Request, remarks string) {
	now := models.At(s.Book.Now())
	r.DecidedBy, r.DecidedAt, r.Remarks = caller.Code, &now, remarks
}

// MayDecide says whether the person decides on the request now.
func MayDecide(caller *models.Person, r *models.Request) bool { return mayDecide(caller, r) == nil }

func mayDecide(caller *models.Person, r *models.Request) error {
	switch {
	case r.State != models.Submitted:
		return over(r)
	case caller.Code == r.RequestedBy:
		return models.Refuse(models.Forbidden, "", "nobody decides on a request of their own")
	case caller.Role != r.Approver:
		return models.Refuse(models.Forbidden, "", "the role %s decides on requests of %s", r.Approver, r.Unit)
	case !access.CoversUnit(caller, r.Path):
		return models.Refuse(models.Forbidden, "", "%s is not in your part of the unit tree", r.Unit)
	}
	return nil
}

func over(r *models.Request) error {
	return models.Refuse(models.Conflict, "state", "%s is %s; nothing more is decided on it", r.Number, r.State.Words())
}
