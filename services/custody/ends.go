package custody

import (
	"context"
	"errors"
	"slices"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// ends checks who hands over and who receives, and fills in what follows.
func (s *Service) ends(ctx context.Context, caller *models.Person, v *models.Voucher) error {
	if !slices.Contains(models.VoucherKinds, v.Kind) {
		return models.Refuse(models.Invalid, "kind", "must be one of issue, return, transfer, handover, loan, taking_over")
	}
	if err := s.persons(ctx, v); err != nil {
		return err
	}
	from, err := s.sending(ctx, caller, v)
	if err != nil {
		return err
	}
	if v.To == "" {
		return models.Refuse(models.Invalid, "to", "is required: the unit that receives")
	}
	to, err := s.Register.Unit(ctx, v.To)
	if err != nil {
		return models.InField(err, "to")
	}
	v.ToPath = to.Path
	if err := s.alike(v); err != nil {
		return err
	}
	if err := s.reach(ctx, caller, v, from); err != nil {
		return err
	}
	if err := s.receiver(ctx, v); err != nil {
		return err
	}
	if err := s.terms(v); err != nil {
		return err
	}
	return s.asked(ctx, caller, v)
}

// asked refuses a voucher for a request that the caller does not see or that is
// not of the unit that receives.
func (s *Service) asked(ctx context.Context, caller *models.Person, v *models.Voucher) error {
	if v.Request == "" {
		return nil
	}
	unknown := models.Refuse(models.Invalid, "request", "there is no request %q", v.Request)
	request, err := store.Get[models.Request](ctx, s.Book.Store, store.Requests, v.Request)
	if errors.Is(err, store.ErrNotFound) {
		return unknown
	}
	if err != nil {
		return err
	}
	served, err := s.Serves(ctx, caller, request.Path)
	switch {
	case err != nil:
		return err
	case !served:
		return unknown
	case v.Kind != models.IssueVoucher && v.Kind != models.TransferVoucher:
		return models.Refuse(models.Invalid, "request", "is fulfilled by an issue or a transfer, not by a %s", v.Kind.Words())
	case v.To != request.Unit:
		return models.Refuse(models.Invalid, "to", "%s is for %s, not for %s", request.Number, request.Unit, v.To)
	}
	return nil
}

// persons fills in the units of persons who hand over and receive, where only the
// person is named.
func (s *Service) persons(ctx context.Context, v *models.Voucher) error {
	if v.Sender == "" {
		if v.Kind == models.TakingOver {
			return models.Refuse(models.Invalid, "sender", "is required: the person who hands over what they hold")
		}
		return nil
	}
	sender, err := s.person(ctx, "sender", v.Sender)
	if err != nil {
		return err
	}
	if v.From == "" {
		v.From = sender.Unit
	}
	if v.Kind == models.TakingOver && v.To == "" {
		v.To = v.From
	}
	return nil
}

// sending looks up the end that hands over: a unit, or nil for a donor.
func (s *Service) sending(ctx context.Context, caller *models.Person, v *models.Voucher) (*models.Unit, error) {
	if v.From == "" {
		return nil, models.Refuse(models.Invalid, "from", "is required: the unit that hands over, or the donor of a handover")
	}
	if v.Kind != models.HandoverVoucher {
		from, err := s.Register.Unit(ctx, v.From)
		if err != nil {
			return nil, models.InField(err, "from")
		}
		v.FromPath = from.Path
		return from, nil
	}
	_, err := s.Book.Store.Get(ctx, store.Donors, v.From)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, "from", "there is no donor %q; a handover is from a donor", v.From)
	}
	return nil, err
}

// alike refuses a voucher from a unit to itself, unless a person of it receives or
// gives back.
func (s *Service) alike(v *models.Voucher) error {
	switch {
	case v.Sender != "" && v.Sender == v.Receiver:
		return models.Refuse(models.Invalid, "receiver", "is the person who hands over")
	case v.From != v.To, v.Kind == models.ReturnVoucher, v.Kind == models.TakingOver, v.Kind == models.IssueVoucher && v.Receiver != "":
		return nil
	}
	return models.Refuse(models.Invalid, "to", "%s is the sender itself", v.To)
}

// reach refuses ends that are out of the caller's part of the unit tree.
func (s *Service) reach(ctx context.Context, caller *models.Person, v *models.Voucher, from *models.Unit) error {
	served, err := s.Serves(ctx, caller, v.ToPath)
	if err != nil {
		return err
	}
	sends := from != nil && access.CoversUnit(caller, from.Path)
	receives := access.CoversUnit(caller, v.ToPath)
	switch {
	case v.Kind == models.HandoverVoucher && !receives:
		return models.Refuse(models.Forbidden, "to", "%s is not in your part of the unit tree", v.To)
	case v.Kind == models.HandoverVoucher, sends && receives:
	case v.Kind == models.ReturnVoucher && receives:
	case !sends:
		return models.Refuse(models.Forbidden, "from", "%s is not in your part of the unit tree", v.From)
	case v.Kind == models.IssueVoucher && !served:
		return models.Refuse(models.Forbidden, "to", "%s is not in your part of the unit tree; transfer the item instead", v.To)
	case v.Kind == models.TakingOver && !receives:
		return models.Refuse(models.Forbidden, "to", "%s is not in your part of the unit tree; the successor is of the same", v.To)
	}
	return nil
}

// Serves says whether a unit, given by its path, is supplied from the person's
// part of the tree: it lies within it, or beside it when that is a store.
func (s *Service) Serves(ctx context.Context, p *models.Person, path []string) (bool, error) {
	if p.Role == models.Auditor {
		return false, nil
	}
	reach, err := s.Reach(ctx, p)
	return err == nil && access.CoversUnit(reach, path), err
}

// receiver checks that the person who is to answer for the goods belongs to the
// unit that receives them.
func (s *Service) receiver(ctx context.Context, v *models.Voucher) error {
	if v.Receiver == "" {
		if v.Kind == models.TakingOver {
			return models.Refuse(models.Invalid, "receiver", "is required: the person who takes over")
		}
		return nil
	}
	person, err := s.person(ctx, "receiver", v.Receiver)
	if err != nil {
		return err
	}
	if person.Inactive {
		return models.Refuse(models.Invalid, "receiver", "%s no longer serves and cannot answer for equipment", person.Name)
	}
	if !slices.Contains(person.Path, v.To) {
		posted := person.Unit
		if posted == "" {
			posted = "no unit"
		}
		return models.Refuse(models.Invalid, "receiver", "%s is posted to %s, not to %s", person.Name, posted, v.To)
	}
	return nil
}

func (s *Service) person(ctx context.Context, field, code string) (*models.Person, error) {
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, models.Refuse(models.Invalid, field, "there is no person %q", code)
	}
	return person, err
}

// terms checks what only some kinds of voucher have.
func (s *Service) terms(v *models.Voucher) error {
	earliest := models.DayOf(s.Book.Now().UTC().Add(earliestZone))
	switch {
	case v.DueBack != "" && v.DueBack.Valid() && v.DueBack < earliest:
		return models.Refuse(models.Invalid, "due_back", "%s has passed", v.DueBack)
	case v.DueBack != "" && v.Kind != models.IssueVoucher && v.Kind != models.LoanVoucher:
		return models.Refuse(models.Invalid, "due_back", "only what is issued or lent comes back on a day")
	case v.Kind == models.LoanVoucher && v.DueBack == "":
		return models.Refuse(models.Invalid, "due_back", "is required: the day on which the loan comes back")
	case v.Kind == models.LoanVoucher && v.Operation == "":
		return models.Refuse(models.Invalid, "operation", "is required: the reference of the joint operation")
	case v.Kind == models.LoanVoucher && v.FromPath[0] == v.ToPath[0]:
		return models.Refuse(models.Invalid, "to", "%s is of the same agency; a loan is between agencies, issue or transfer the items instead", v.To)
	case v.Operation != "" && v.Kind != models.LoanVoucher:
		return models.Refuse(models.Invalid, "operation", "belongs to a loan")
	case v.Agreement != "" && v.Kind != models.HandoverVoucher:
		return models.Refuse(models.Invalid, "agreement", "belongs to a donor handover")
	}
	return nil
}

// earliestZone is added to UTC so that no post in the west of the world is refused
// a day that has not ended there (UTC-12, Baker Island).
const earliestZone = -12 * time.Hour

// Reach returns the person with the scope that they supply: their own, or for one
// who keeps a store that of the unit above it.
func (s *Service) Reach(ctx context.Context, p *models.Person) (*models.Person, error) {
	if p.Scope == "" || !access.May(p.Role, access.Move) {
		return p, nil
	}
	own, err := store.Get[models.Unit](ctx, s.Book.Store, store.Units, p.Scope)
	if err != nil || own.Kind != "store" || own.Parent == "" {
		return p, err
	}
	wider := *p
	wider.Scope = own.Parent
	return &wider, nil
}
