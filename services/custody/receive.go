package custody

import (
	"context"
	"errors"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Acceptance is what the receiver says of each line. Without any lines it is that
// all is there as it was dispatched.
type Acceptance struct {
	Lines     []LineReceipt `json:"lines,omitempty"`
	Remark    string        `json:"remark,omitempty"`
	Signature *Signed       `json:"signature"`
}

// LineReceipt is what the receiver says of one line. The parts of a kit may be left
// out: they go with the kit.
type LineReceipt struct {
	Line      int              `json:"line"`
	Accepted  bool             `json:"accepted"`
	Condition models.Condition `json:"condition,omitempty"`
	Remark    string           `json:"remark,omitempty"`
}

// Refusal sends back all that a voucher carries.
type Refusal struct {
	Reason    string  `json:"reason"`
	Signature *Signed `json:"signature,omitempty"`
}

// Accept takes over what a voucher carries, line by line; what is refused goes
// back to where it came from.
func (s *Service) Accept(ctx context.Context, number string, version int64, a Acceptance) (*models.Voucher, error) {
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	signature, err := s.Signing.Take(ctx, caller, a.Signature)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, number, version, access.Read, "voucher.accepted", a.Remark, func(caller *models.Person, v *models.Voucher) ([]ledger.Entry, error) {
		if err := s.mayReceive(ctx, caller, v, "accepted"); err != nil {
			return nil, err
		}
		if err := others(v, signature); err != nil {
			return nil, err
		}
		if err := receipts(v, a.Lines); err != nil {
			return nil, err
		}
		if err := s.qualified(ctx, v); err != nil {
			return nil, err
		}
		return s.arrive(ctx, v, signature)
	})
}

// Refuse sends everything back to where it came from.
func (s *Service) Refuse(ctx context.Context, number string, version int64, r Refusal) (*models.Voucher, error) {
	caller, err := access.Caller(ctx)
	if err != nil {
		return nil, err
	}
	if r.Reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why it is refused")
	}
	var signature *models.Signature
	if r.Signature != nil {
		if signature, err = s.Signing.Take(ctx, caller, r.Signature); err != nil {
			return nil, err
		}
	}
	return s.change(ctx, number, version, access.Read, "voucher.refused", r.Reason, func(caller *models.Person, v *models.Voucher) ([]ledger.Entry, error) {
		if err := s.mayReceive(ctx, caller, v, "refused"); err != nil {
			return nil, err
		}
		for i := range v.Lines {
			v.Lines[i].Receipt = &models.Receipt{}
		}
		v.Reason = r.Reason
		return s.arrive(ctx, v, signature)
	})
}

// Cancel ends a draft, or calls back what was dispatched and is not accepted yet.
func (s *Service) Cancel(ctx context.Context, number string, version int64, reason string) (*models.Voucher, error) {
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why it is cancelled")
	}
	return s.change(ctx, number, version, access.Move, "voucher.cancelled", reason, func(caller *models.Person, v *models.Voucher) ([]ledger.Entry, error) {
		if v.Settled() {
			return nil, s.told(ctx, ledger.Subject(store.Vouchers, v.Number), "state",
				models.Refuse(models.Conflict, "state", "cannot be cancelled: %s is %s", v.Number, v.State.Words()))
		}
		if !s.sent(caller, v) {
			return nil, models.Refuse(models.Forbidden, "", "only %s, which raised it, can cancel it; refuse it instead", v.From)
		}
		was := v.State
		v.State, v.Reason = models.Cancelled, reason
		if was == models.Draft {
			return s.followed(ctx, v)
		}
		return s.settle(ctx, v, func(models.Line) bool { return false }, "asset.dispatch_cancelled")
	})
}

// MayCancel says whether the person may cancel the voucher.
func (s *Service) MayCancel(caller *models.Person, v *models.Voucher) bool {
	return access.May(caller.Role, access.Move) && !v.Settled() && s.sent(caller, v)
}

// sent says whether the caller stands at the end that raised the voucher.
func (s *Service) sent(caller *models.Person, v *models.Voucher) bool {
	path := v.FromPath
	if v.Kind == models.HandoverVoucher {
		path = v.ToPath
	}
	return access.CoversUnit(caller, path) || v.RaisedBy == caller.Code
}

// MayReceive says whether the person may accept or refuse the voucher.
func (s *Service) MayReceive(ctx context.Context, caller *models.Person, v *models.Voucher) bool {
	return s.mayReceive(ctx, caller, v, "accepted") == nil
}

func (s *Service) mayReceive(ctx context.Context, caller *models.Person, v *models.Voucher, verb string) error {
	if !v.Open() {
		return s.told(ctx, ledger.Subject(store.Vouchers, v.Number), "state",
			models.Refuse(models.Conflict, "state", "cannot be %s: %s is %s", verb, v.Number, v.State.Words()))
	}
	role := access.Receive
	if v.Kind == models.LoanVoucher {
		role = access.Move
	}
	if named := caller.Code == v.Receiver && v.Kind != models.LoanVoucher; !access.May(caller.Role, role) && !named {
		return models.Refuse(models.Forbidden, "", "the role %s may not %s", caller.Role, role)
	}
	served := caller.Code == v.Receiver
	if v.Kind == models.IssueVoucher && !served {
		var err error
		if served, err = s.Serves(ctx, caller, v.ToPath); err != nil {
			return err
		}
	}
	if !served && !access.CoversUnit(caller, v.ToPath) {
		return models.Refuse(models.Forbidden, "", "only %s can say whether it was received", v.To)
	}
	return nil
}

// receipts puts what was said on the lines. A part goes with its kit unless
// something else is said of it; of every other line something must be said.
func receipts(v *models.Voucher, said []LineReceipt) error {
	of := map[int]LineReceipt{}
	var wrong []models.Detail
	for _, r := range said {
		if _, twice := of[r.Line]; twice {
			wrong = append(wrong, models.Matter(r.Line, "lines", "is answered twice"))
		}
		if r.Line < 1 || r.Line > len(v.Lines) {
			wrong = append(wrong, models.Matter(r.Line, "lines", "is not on the voucher"))
		}
		of[r.Line] = r
	}
	kits := map[string]bool{}
	for i := range v.Lines {
		line := &v.Lines[i]
		r, answered := of[line.Line]
		line.Receipt = &models.Receipt{Accepted: r.Accepted, Condition: r.Condition, Remark: r.Remark}
		var refused *models.Error
		if errors.As(models.Validate(line.Receipt), &refused) {
			wrong = append(wrong, ofLine(line.Line, refused))
		}
		switch {
		case line.PartOf != "":
			continue
		case !answered && len(said) > 0:
			wrong = append(wrong, models.Matter(line.Line, "lines", "is neither accepted nor refused"))
		case !answered:
			line.Receipt.Accepted = true
		}
		kits[line.Tag] = line.Receipt.Accepted
	}
	for i := range v.Lines {
		if line := &v.Lines[i]; line.PartOf != "" {
			_, answered := of[line.Line]
			line.Receipt.Accepted = kits[line.PartOf] && (line.Receipt.Accepted || !answered)
		}
	}
	return models.Wrong(wrong)
}

// arrive settles the voucher by what was said of its lines.
func (s *Service) arrive(ctx context.Context, v *models.Voucher, signature *models.Signature) ([]ledger.Entry, error) {
	accepted := 0
	for _, line := range v.Lines {
		if line.Receipt.Accepted {
			accepted++
		}
	}
	switch accepted {
	case 0:
		v.State = models.Refused
	case len(v.Lines):
		v.State = models.Accepted
	default:
		v.State = models.AcceptedInPart
	}
	if signature != nil {
		v.Incoming = sign(v, signature, s.Book.When(ctx))
	}
	return s.settle(ctx, v, func(l models.Line) bool { return l.Receipt.Accepted }, "asset.not_accepted")
}

// settle puts each line where it belongs now: with the receiver, or back.
func (s *Service) settle(ctx context.Context, v *models.Voucher, accepted func(models.Line) bool, back string) ([]ledger.Entry, error) {
	held, err := s.onVoucher(ctx, nil, v)
	if err != nil {
		return nil, err
	}
	entries, err := s.settleAssets(v, held, accepted, back)
	if err != nil {
		return nil, err
	}
	in, err := s.moves(ctx, v, models.Arrived, accepted)
	if err != nil {
		return nil, err
	}
	out, err := s.moves(ctx, v, models.CameBack, func(l models.Line) bool { return !accepted(l) })
	if err != nil {
		return nil, err
	}
	balances, err := s.Stock.Entries(ctx, append(in, out...)...)
	if err != nil {
		return nil, err
	}
	titles, err := s.lotTitles(ctx, v, accepted)
	if err != nil {
		return nil, err
	}
	request, err := s.followed(ctx, v)
	if err != nil {
		return nil, err
	}
	cleared, err := s.cleared(ctx, v, held)
	return slices.Concat(entries, balances, titles, request, cleared), err
}

// lotTitles passes the title of the lots of a donor handover.
func (s *Service) lotTitles(ctx context.Context, v *models.Voucher, accepted func(models.Line) bool) ([]ledger.Entry, error) {
	if v.Kind != models.HandoverVoucher {
		return nil, nil
	}
	var entries []ledger.Entry
	for _, line := range v.Lines {
		if line.Lot == "" || !accepted(line) {
			continue
		}
		record, err := s.Book.Store.Get(ctx, store.Lots, line.Lot)
		if err != nil {
			return nil, err
		}
		lot, err := store.Decode[models.Lot](record)
		if err != nil {
			return nil, err
		}
		lot.Title = s.title(v)
		entries = append(entries, ledger.Change(store.Lots, record.Body, lot, "lot.handed_over", v.Number))
	}
	return entries, nil
}

func (s *Service) title(v *models.Voucher) *models.Title {
	document := v.Number
	if v.Agreement != "" {
		document += ", " + v.Agreement
	}
	return &models.Title{Holder: v.ToPath[0], Document: document, Paper: v.Number, On: s.Book.Today()}
}
