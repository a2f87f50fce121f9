package titles

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Closing is how far a grant is from being closed.
type Closing struct {
	Grant *models.Grant `json:"grant"`
	// Ready says that nothing stands in the way.
	Ready     bool       `json:"ready"`
	Items     int        `json:"items"` // that it paid for, lots among them
	Passed    int        `json:"passed"`
	StruckOff int        `json:"struck_off"`
	Obstacles []Obstacle `json:"obstacles"` // the first of them
	Counts    Counts     `json:"counts"`    // of all of them, by kind
	Lines     []Line     `json:"lines"`     // the first of what it paid for
	More      bool       `json:"more,omitempty"`
}

// Counts is how many obstacles there are of each kind.
type Counts map[ObstacleKind]int

// ObstacleKind is what stands in the way of closing a grant.
type ObstacleKind string

// The kinds of obstacle.
const (
	TitleMissing    ObstacleKind = "title_missing"    // it is on the donor's or the programme's name
	EvidenceMissing ObstacleKind = "evidence_missing" // of the transfer, that the grant wants attached
	OnItsWay        ObstacleKind = "in_transit"
	LossOpen        ObstacleKind = "loss_open"      // missing or damaged, and not decided and settled
	Unreported      ObstacleKind = "unreported"     // missing without a report
	WriteOffOpen    ObstacleKind = "write_off_open" // proposed or approved, and not carried out
)

// ObstacleKinds lists the kinds in the order that pages show them.
var ObstacleKinds = []ObstacleKind{TitleMissing, EvidenceMissing, OnItsWay, Unreported, LossOpen, WriteOffOpen}

var obstacleWords = map[ObstacleKind]string{TitleMissing: "title has not passed", EvidenceMissing: "evidence of the transfer is not attached", OnItsWay: "on its way",
	LossOpen: "loss not settled", Unreported: "missing without a report", WriteOffOpen: "write-off not carried out"}

// Words returns the kind as people say it.
func (k ObstacleKind) Words() string { return obstacleWords[k] }

// Obstacle is one item that stands in the way, and the paper by which that ends.
type Obstacle struct {
	Kind  ObstacleKind `json:"kind"`
	Tag   string       `json:"tag,omitempty"`
	Lot   string       `json:"lot,omitempty"`
	Name  string       `json:"name"`
	Unit  string       `json:"unit"`
	Paper string       `json:"paper,omitempty"`
}

// Line is something that the grant paid for.
type Line struct {
	Tag       string           `json:"tag,omitempty"`
	Lot       string           `json:"lot,omitempty"`
	Name      string           `json:"name"`
	Unit      string           `json:"unit"`
	Status    models.Status    `json:"status,omitempty"`
	Cost      *models.Money    `json:"cost,omitempty"`
	Recipient string           `json:"recipient,omitempty"` // proposed
	Title     *models.Title    `json:"title,omitempty"`
	Evidence  string           `json:"evidence,omitempty"` // attached, signed (a voucher), or none
	Disposal  *models.Disposal `json:"disposal,omitempty"`
}

// mostShown is how many lines and obstacles a survey names; all are counted.
const mostShown = 500

// Closing surveys what a grant paid for. Whoever sees the grant sees it whole: an
// auditor of it, and an administrator of the whole book.
func (s *Service) Closing(ctx context.Context, code string) (*Closing, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	grant, err := s.grant(ctx, caller, code)
	if err != nil {
		return nil, err
	}
	return s.survey(ctx, grant)
}

func (s *Service) grant(ctx context.Context, caller *models.Person, code string) (*models.Grant, error) {
	grant, err := store.Get[models.Grant](ctx, s.Book.Store, store.Grants, code)
	if errors.Is(err, store.ErrNotFound) || err == nil && caller.Role == models.Auditor && !access.SeesGrant(caller, grant) {
		return nil, models.Refuse(models.NotFound, "code", "there is no grant %q", code)
	}
	if err == nil && caller.Role != models.Auditor && !access.Everywhere(caller) {
		return nil, models.Refuse(models.Forbidden, "", "a grant's items lie with several agencies; an administrator of the whole book, or an auditor of the grant, sees how far it is from closing")
	}
	return grant, err
}

// survey goes through all that the grant paid for.
func (s *Service) survey(ctx context.Context, grant *models.Grant) (*Closing, error) {
	c := &Closing{Grant: grant, Obstacles: []Obstacle{}, Lines: []Line{}, Counts: Counts{}}
	papers := map[string]string{} // evidence, by the paper of a title
	err := s.each(ctx, grant.Code, func(record store.Record) error {
		a, err := store.Decode[models.Asset](record)
		if err != nil {
			return err
		}
		evidence, err := s.evidence(ctx, a.Title, papers)
		if err != nil {
			return err
		}
		c.add(Line{Tag: a.Tag, Name: a.Name, Unit: a.Unit, Status: a.Status, Cost: a.Cost, Recipient: cmp.Or(a.Recipient, grant.Recipient), Title: a.Title, Evidence: evidence, Disposal: a.Disposal})
		c.stops(a, evidence)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.lots(ctx, c, papers); err != nil {
		return nil, err
	}
	c.Ready = len(c.Obstacles) == 0 && grant.Closed == nil
	return c, nil
}

func (c *Closing) add(l Line) {
	c.Items++
	switch {
	case l.Status == models.StruckOff:
		c.StruckOff++
	case l.Title != nil && !l.Title.Donor:
		c.Passed++
	}
	if len(c.Lines) == mostShown {
		c.More = true
		return
	}
	c.Lines = append(c.Lines, l)
}

// stops notes what of an asset stands in the way.
func (c *Closing) stops(a *models.Asset, evidence string) {
	if a.Status == models.StruckOff {
		return
	}
	o := Obstacle{Tag: a.Tag, Name: a.Name, Unit: a.Unit}
	switch {
	case a.Loss != "":
		c.stop(o, LossOpen, a.Loss)
	case a.Status == models.Missing:
		c.stop(o, Unreported, "")
	case a.Status == models.InTransit:
		c.stop(o, OnItsWay, a.Voucher)
	case a.WriteOff != "":
		c.stop(o, WriteOffOpen, a.WriteOff)
	}
	switch {
	case a.TitleWithDonor():
		c.stop(o, TitleMissing, "")
	case c.wants(a.Cost, a.Value) && evidence != attached && evidence != signed:
		c.stop(o, EvidenceMissing, a.Title.Paper)
	}
}

func (c *Closing) stop(o Obstacle, kind ObstacleKind, paper string) {
	o.Kind, o.Paper = kind, paper
	c.Counts[kind]++
	if len(c.Obstacles) < mostShown {
		c.Obstacles = append(c.Obstacles, o)
	}
}

// wants says whether the grant wants the evidence of an item's transfer attached: of
// what is worth as much as it sets, or of unknown worth in that currency.
func (c *Closing) wants(cost *models.Money, value *models.Valuation) bool {
	from := c.Grant.EvidenceFrom
	switch {
	case from == nil:
		return false
	case cost != nil && cost.Currency == from.Currency:
		return cost.AtLeast(*from)
	case value != nil && value.Currency == from.Currency:
		return models.Money{Amount: value.Amount, Currency: value.Currency}.AtLeast(*from)
	}
	return true
}

// How the evidence of a transfer is kept.
const (
	attached = "attached"
	signed   = "signed" // on a handover voucher that the book has, with both signatures
	none     = "none"
)

// evidence says what the book has of the document by which a title passed.
func (s *Service) evidence(ctx context.Context, title *models.Title, known map[string]string) (string, error) {
	if title == nil {
		return "", nil
	}
	if title.Paper == "" {
		return none, nil
	}
	if found, ok := known[title.Paper]; ok {
		return found, nil
	}
	found := none
	if strings.HasPrefix(title.Paper, "T-") {
		t, err := store.Get[models.TitleTransfer](ctx, s.Book.Store, store.TitleTransfers, title.Paper)
		if err != nil {
			return "", err
		}
		if len(t.Files) > 0 {
			found = attached
		}
	} else {
		v, err := store.Get[models.Voucher](ctx, s.Book.Store, store.Vouchers, title.Paper)
		if err != nil {
			return "", err
		}
		if v.Outgoing != nil && v.Incoming != nil {
			found = signed
		}
	}
	known[title.Paper] = found
	return found, nil
}

// lots goes through the lots that the grant paid for and of which something is left.
func (s *Service) lots(ctx context.Context, c *Closing, papers map[string]string) error {
	seen := map[string]bool{}
	q := store.Query{In: store.Balances, By: "paid_by", Where: []store.Cond{store.Is("paid_by", "grant "+c.Grant.Code), store.Is("left", int64(1))}, Limit: 500}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, record := range records {
			b, err := store.Decode[models.Balance](record)
			if err != nil {
				return err
			}
			if seen[b.Lot] {
				continue
			}
			seen[b.Lot] = true
			lot, err := store.Get[models.Lot](ctx, s.Book.Store, store.Lots, b.Lot)
			if err != nil {
				return err
			}
			evidence, err := s.evidence(ctx, lot.Title, papers)
			if err != nil {
				return err
			}
			name := lot.Item + " " + lot.Number
			c.add(Line{Lot: lot.Code, Name: name, Unit: b.Unit, Recipient: c.Grant.Recipient, Title: lot.Title, Evidence: evidence})
			if lot.Title.WithDonor(lot.Donor) {
				c.stop(Obstacle{Lot: lot.Code, Name: name, Unit: b.Unit}, TitleMissing, "")
			}
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}
