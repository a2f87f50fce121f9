package disposal

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// Proposal is what is to be written off without a loss, and why.
type Proposal struct {
	Tag    string           `json:"tag"`
	Ground models.Ground    `json:"ground"`
	Why    string           `json:"why"`
	Method models.Method    `json:"method,omitempty"` // how it is to leave
	Papers []register.Paper `json:"-"`
}

// Propose proposes to write off what is worn out, obsolete or not needed. It waits
// for the authority that its value requires.
func (s *Service) Propose(ctx context.Context, p Proposal) (*models.WriteOff, error) {
	return enter(ctx, s, access.Dispose, func(caller *models.Person) (*models.WriteOff, []ledger.Entry, error) {
		return s.proposed(ctx, caller, p)
	})
}

func (s *Service) proposed(ctx context.Context, caller *models.Person, p Proposal) (*models.WriteOff, []ledger.Entry, error) {
	record, err := s.Register.Asset(ctx, p.Tag)
	if err != nil {
		return nil, nil, err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		return nil, nil, err
	}
	if err := proposable(a, p); err != nil {
		return nil, nil, err
	}
	item, _, err := s.item(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	w := &models.WriteOff{State: models.WriteOffProposed, Item: item, Ground: p.Ground, Why: strings.TrimSpace(p.Why), Method: p.Method, Custodian: a.Custodian,
		ProposedBy: caller.Code, ProposedAt: models.At(s.Book.Now())}
	if err := within(caller, &w.Item); err != nil {
		return nil, nil, models.InField(err, "tag")
	}
	if err := s.demands(ctx, w, a); err != nil {
		return nil, nil, err
	}
	if err := s.note(ctx, w); err != nil {
		return nil, nil, err
	}
	if w.Series, w.Serial, w.Number, err = s.number(ctx, store.WriteOffs, "WO", w.Unit); err != nil {
		return nil, nil, err
	}
	files, err := s.Register.Exhibit(caller, ledger.Subject(store.WriteOffs, w.Number), &w.Files, p.Papers...)
	if err != nil {
		return nil, nil, err
	}
	if err := models.Validate(w); err != nil {
		return nil, nil, err
	}
	a.WriteOff = w.Number
	return w, append([]ledger.Entry{ledger.Add(store.WriteOffs, w, "write_off.proposed", w.Why),
		ledger.Change(store.Assets, record.Body, a, "asset.write_off_proposed", w.Number)}, files...), nil
}

func proposable(a *models.Asset, p Proposal) error {
	switch {
	case !slices.Contains(models.Grounds, p.Ground):
		return models.Refuse(models.Invalid, "ground", "must be one of worn_out, beyond_repair, obsolete, surplus; report what is lost, stolen or damaged as a loss")
	case p.Method == models.NothingLeft:
		return models.Refuse(models.Invalid, "method", "is of what is missing; report that as a loss")
	case a.Status == models.StruckOff:
		return models.Refuse(models.Conflict, "tag", "%s is struck off charge already", a.Tag)
	case a.Status == models.Missing:
		return models.Refuse(models.Conflict, "tag", "%s is missing; report the loss, its write-off follows from that", a.Tag)
	case a.Loss != "":
		return models.Refuse(models.Conflict, "tag", "%s is open about %s; what becomes of it is decided there", a.Loss, a.Tag)
	case a.WriteOff != "":
		return models.Refuse(models.Conflict, "tag", "%s is proposed already, see %s", a.Tag, a.WriteOff)
	}
	return nil
}

// demands puts down why the donor must consent to the disposal, nothing when they need
// not: the title is theirs, or the grant demands it from some value on.
func (s *Service) demands(ctx context.Context, w *models.WriteOff, a *models.Asset) error {
	w.Demands, w.DemandsSaid = "", nil
	if a.TitleWithDonor() {
		w.Demands, w.DemandsSaid = models.Say("the title is with %v", a.Donor).Kept()
		return nil
	}
	if a.Grant == "" {
		return nil
	}
	grant, err := store.Get[models.Grant](ctx, s.Book.Store, store.Grants, a.Grant)
	if err != nil || grant.ConsentFrom == nil {
		return err
	}
	from := *grant.ConsentFrom
	worth := values(a)
	at := slices.IndexFunc(worth, func(v *models.Money) bool { return v.Currency == from.Currency })
	switch {
	case at < 0:
		w.Demands, w.DemandsSaid = models.Say("%s demands it from %s on, and the item has no value in %s", a.Grant, from, from.Currency).Kept()
	case worth[at].AtLeast(from):
		w.Demands, w.DemandsSaid = models.Say("%s demands it from %s on", a.Grant, from).Kept()
	}
	return nil
}

// looksBack is over how many days write-offs of a unit are held together.
const looksBack = 30

// closeTo is which part of a limit is just under it.
var closeTo = big.NewRat(9, 10)

// note puts down what an auditor looks at twice: a value within a tenth under the
// limit of who decides, and write-offs of the unit within a month that come to more
// than that limit together, though each was under it.
func (s *Service) note(ctx context.Context, w *models.WriteOff) error {
	w.Noted, w.NotedSaid = nil, nil
	noted := func(t models.Text) { w.Noted, w.NotedSaid = append(w.Noted, t.String()), append(w.NotedSaid, t) }
	if w.Value == nil || w.Authority == models.BoardAuthority {
		return nil
	}
	limits, err := s.limits(ctx, w.Path)
	if err != nil {
		return err
	}
	limit := limits[w.Value.Currency]
	ceiling, value := rat(limit.Ceiling(w.Authority)), rat(w.Value.Amount)
	if ceiling == nil || value == nil {
		return nil
	}
	most := models.Money{Amount: limit.Ceiling(w.Authority), Currency: limit.Currency}
	if new(big.Rat).Mul(ceiling, closeTo).Cmp(value) <= 0 {
		noted(models.Say("its value of %s is just under the %s up to which %s decides", w.Value, most, w.Authority))
	}
	since := s.Book.Begins(s.Book.Today().Plus(-looksBack))
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.WriteOffs, By: "unit", Where: []store.Cond{store.Is("units", w.Unit), store.From("proposed_at", since.String())}, Limit: 500})
	if err != nil {
		return err
	}
	sum, others := value, 0
	for _, record := range records {
		other, err := store.Decode[models.WriteOff](record)
		if err != nil {
			return err
		}
		worth := new(big.Rat)
		if other.Value != nil && other.Value.Currency == w.Value.Currency {
			worth = rat(other.Value.Amount)
		}
		dropped := other.State == models.WriteOffDeclined || other.State == models.WriteOffWithdrawn
		if other.Number == w.Number || other.Unit != w.Unit || other.Authority != w.Authority || dropped || worth == nil {
			continue
		}
		sum, others = new(big.Rat).Add(sum, worth), others+1
	}
	if others > 0 && sum.Cmp(ceiling) > 0 {
		noted(models.Say("with %d more of %s within %d days it comes to %s, above the %s up to which %s decides on each",
			others, w.Unit, looksBack, models.Money{Amount: sum.FloatString(2), Currency: limit.Currency}, most, w.Authority))
	}
	return nil
}

func rat(amount string) *big.Rat {
	if !models.ValidAmount(amount) {
		return nil
	}
	r, _ := new(big.Rat).SetString(amount)
	return r
}

// Approve lets a write-off pass.
func (s *Service) Approve(ctx context.Context, number string, version int64, remarks string) (*models.WriteOff, error) {
	return s.ruleOn(ctx, number, version, "write_off.approved", strings.TrimSpace(remarks), models.WriteOffApproved)
}

// Decline ends a write-off with a reason; the item stays on charge.
func (s *Service) Decline(ctx context.Context, number string, version int64, reason string) (*models.WriteOff, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why it is declined")
	}
	return s.ruleOn(ctx, number, version, "write_off.declined", reason, models.WriteOffDeclined)
}

func (s *Service) ruleOn(ctx context.Context, number string, version int64, kind, remarks string, to models.WriteOffState) (*models.WriteOff, error) {
	c := changing{access.Decide, number, version, kind, remarks}
	return s.changeWriteOff(ctx, c, func(caller *models.Person, w *models.WriteOff) ([]ledger.Entry, error) {
		if w.State != models.WriteOffProposed {
			return nil, models.Refuse(models.Conflict, "state", "%s is %s; it is not to be decided", w.Number, w.State.Words())
		}
		if err := may(caller, &w.Item, w.Involved()); err != nil {
			return nil, err
		}
		if err := s.note(ctx, w); err != nil {
			return nil, err
		}
		w.State = to
		w.Decision = &models.Decision{Authority: w.Authority, By: caller.Code, At: models.At(s.Book.Now()), Remarks: remarks}
		return s.dropped(ctx, w)
	})
}

// Withdraw takes a proposal back.
func (s *Service) Withdraw(ctx context.Context, number string, version int64, reason string) (*models.WriteOff, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "is required: why it is withdrawn")
	}
	c := changing{access.Dispose, number, version, "write_off.withdrawn", reason}
	return s.changeWriteOff(ctx, c, func(caller *models.Person, w *models.WriteOff) ([]ledger.Entry, error) {
		if w.Loss != "" {
			return nil, models.Refuse(models.Conflict, "state", "%s was decided on %s; enter there that the item was found", w.Number, w.Loss)
		}
		if err := within(caller, &w.Item); err != nil {
			return nil, err
		}
		w.State, w.Reason = models.WriteOffWithdrawn, reason
		return s.dropped(ctx, w)
	})
}

// dropped takes a write-off that ends off its item; none while it is open.
func (s *Service) dropped(ctx context.Context, w *models.WriteOff) ([]ledger.Entry, error) {
	if w.Open() {
		return nil, nil
	}
	record, a, err := s.asset(ctx, w.Asset)
	if err != nil {
		return nil, err
	}
	a.WriteOff = ""
	return []ledger.Entry{ledger.Change(store.Assets, record.Body, a, "asset.write_off_dropped", w.Number)}, nil
}
