// Package titles is who owns what donors paid for: the transfer of title to an
// agency or back to the donor, and the closing of a grant, when each of its items has
// an owner, with the evidence that the donor asks for, or has left the register.
package titles

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/series"
	"quartermaster/services/signing"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// Service keeps title transfers and closes grants.
type Service struct {
	Book     *ledger.Book
	Register *register.Service
	Stock    *stock.Service
	Signing  *signing.Service
	Flags    *flags.Service
}

// mostLines is how many items one transfer may hold.
const mostLines = 500

// NewTransfer is what passes to whom.
type NewTransfer struct {
	To       string     `json:"to"`              // the agency: the top of a unit tree; or a donor
	Donor    bool       `json:"donor,omitempty"` // To is a donor
	On       models.Day `json:"on"`
	Document string     `json:"document"`
	Note     string     `json:"note,omitempty"`
	Tags     []string   `json:"tags,omitempty"`
	Lots     []string   `json:"lots,omitempty"`
	// Grant passes everything that it paid for, that is on charge in the caller's part of
	// the tree and whose title has not passed, in the place of tags and lots.
	Grant  string           `json:"grant,omitempty"`
	Papers []register.Paper `json:"-"`
}

// Record enters that the title of items passed, by which document.
func (s *Service) Record(ctx context.Context, n NewTransfer) (*models.TitleTransfer, error) {
	caller, err := access.Allow(ctx, access.PassTitle)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.TitleTransfer, error) {
		t, entries, err := s.recorded(ctx, caller, n)
		if err != nil {
			return nil, err
		}
		return t, s.Book.Commit(ctx, entries...)
	})
}

func (s *Service) recorded(ctx context.Context, caller *models.Person, n NewTransfer) (*models.TitleTransfer, []ledger.Entry, error) {
	t := &models.TitleTransfer{To: n.To, Donor: n.Donor, On: n.On, Document: strings.TrimSpace(n.Document), Note: strings.TrimSpace(n.Note), By: caller.Code, At: models.At(s.Book.Now())}
	if err := models.Validate(t); err != nil {
		return nil, nil, err
	}
	if t.On > s.Book.Today() {
		return nil, nil, models.Refuse(models.Invalid, "on", "is in the future")
	}
	if err := s.holder(ctx, t); err != nil {
		return nil, nil, err
	}
	items, err := s.items(ctx, caller, n)
	if err != nil {
		return nil, nil, err
	}
	if len(items) > mostLines {
		return nil, nil, models.Refuse(models.Invalid, "tags", "are more than %d; record them in several transfers", mostLines)
	}
	where := items[0].line.Unit
	t.Series = series.Of("T", where, s.Book.Today())
	if t.Serial, err = series.Next(ctx, s.Book.Store, store.TitleTransfers, t.Series); err != nil {
		return nil, nil, err
	}
	t.Number = series.Number(t.Series, t.Serial)
	entries := []ledger.Entry{ledger.Add(store.TitleTransfers, t, "title.recorded", t.Document)}
	for _, item := range items {
		if err := passes(t, item.line); err != nil {
			return nil, nil, err
		}
		t.Lines = append(t.Lines, item.line)
		entries = append(entries, item.take(&models.Title{Holder: t.To, Donor: t.Donor, Document: t.Document, Paper: t.Number, On: t.On}, t.Number))
	}
	files, err := s.Register.Exhibit(caller, ledger.Subject(store.TitleTransfers, t.Number), &t.Files, n.Papers...)
	return t, append(entries, files...), err
}

// holder looks up who is to own the items: an agency, which is the top of a unit
// tree, or a donor.
func (s *Service) holder(ctx context.Context, t *models.TitleTransfer) error {
	if t.Donor {
		_, err := s.Book.Store.Get(ctx, store.Donors, t.To)
		if errors.Is(err, store.ErrNotFound) {
			return models.Refuse(models.Invalid, "to", "there is no donor %q", t.To)
		}
		return err
	}
	unit, err := s.Register.Unit(ctx, t.To)
	if err != nil {
		return models.InField(err, "to")
	}
	if unit.Parent != "" {
		return models.Refuse(models.Invalid, "to", "%s is a unit of %s; the agency owns what its units have", t.To, unit.Path[0])
	}
	return nil
}

// passes refuses an item whose title cannot pass so.
func passes(t *models.TitleTransfer, l models.TitleLine) error {
	code := l.Tag + l.Lot
	switch {
	case l.Was != nil && l.Was.Holder == t.To && l.Was.Donor == t.Donor:
		return models.Refuse(models.Conflict, "tags", "the title of %s is with %s already, by %s", code, t.To, l.Was.Document)
	case t.Donor && l.Donor != t.To:
		return models.Refuse(models.Invalid, "to", "%s was not given by %s", code, t.To)
	case !t.Donor && len(l.Path) > 0 && l.Path[0] != t.To:
		return models.Refuse(models.Invalid, "to", "%s is on charge of %s, not of %s; transfer it there first", code, l.Path[0], t.To)
	case l.Was != nil && t.On < l.Was.On:
		return models.Refuse(models.Invalid, "on", "is before %s, when the title of %s passed to %s", l.Was.On, code, l.Was.Holder)
	}
	return nil
}

// item is something whose title passes, and how.
type item struct {
	line models.TitleLine
	take func(*models.Title, string) ledger.Entry
}

func (s *Service) items(ctx context.Context, caller *models.Person, n NewTransfer) ([]item, error) {
	if n.Grant != "" {
		if len(n.Tags)+len(n.Lots) > 0 {
			return nil, models.Refuse(models.Invalid, "tags", "are not named where a whole grant passes")
		}
		return s.ofGrant(ctx, caller, n)
	}
	var items []item
	seen := map[string]bool{}
	for _, tag := range n.Tags {
		record, err := s.Register.Asset(ctx, tag)
		if err != nil {
			return nil, models.InField(err, "tags")
		}
		if seen[record.ID] {
			continue
		}
		seen[record.ID] = true
		one, err := ofAsset(record)
		if err != nil {
			return nil, err
		}
		items = append(items, one)
	}
	for _, code := range n.Lots {
		one, err := s.ofLot(ctx, caller, code)
		if err != nil {
			return nil, models.InField(err, "lots")
		}
		items = append(items, one)
	}
	if len(items) == 0 {
		return nil, models.Refuse(models.Invalid, "tags", "is required: the items whose title passes")
	}
	return items, nil
}

func ofAsset(record store.Record) (item, error) {
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		return item{}, err
	}
	if a.Status == models.StruckOff {
		return item{}, models.Refuse(models.Conflict, "tags", "%s is struck off charge", a.Tag)
	}
	if a.Status == models.InTransit {
		return item{}, models.Refuse(models.Conflict, "tags", "%s is on its way by voucher %s; wait until it is settled", a.Tag, a.Voucher)
	}
	if papers := slices.DeleteFunc([]string{a.WriteOff, a.Loss}, func(number string) bool { return number == "" }); len(papers) > 0 {
		return item{}, models.Refuse(models.Conflict, "tags", "%s is the matter of %s; its title stays where it is until that is settled, so that nobody goes without the donor's consent", a.Tag, strings.Join(papers, " and "))
	}
	unit, path := a.Unit, a.Path
	if a.Owner != "" {
		unit, path = a.Owner, a.OwnerPath
	}
	line := models.TitleLine{Asset: a.ID, Tag: a.Tag, Name: a.Name, Unit: unit, Path: path, Donor: a.Donor, Grant: a.Grant, Cost: a.Cost, Was: a.Title}
	return item{line, func(title *models.Title, number string) ledger.Entry {
		a.Title = title
		return ledger.Change(store.Assets, record.Body, a, "asset.title_passed", number)
	}}, nil
}

// ofLot passes the title of a lot, which is one for all of it: it is refused while
// units of several agencies have some.
func (s *Service) ofLot(ctx context.Context, caller *models.Person, code string) (item, error) {
	unknown := models.Refuse(models.NotFound, "lots", "there is no lot %q", code)
	lot, err := s.Stock.Lot(ctx, "lots", code)
	if models.KindOf(err) == models.Invalid {
		return item{}, unknown
	}
	if err != nil {
		return item{}, err
	}
	record, err := s.Book.Store.Get(ctx, store.Lots, lot.Code)
	if err != nil {
		return item{}, err
	}
	balances, err := store.Find[models.Balance](ctx, s.Book.Store, store.Query{In: store.Balances, By: "lot", Where: []store.Cond{store.Is("lot", lot.Code)}})
	if err != nil {
		return item{}, err
	}
	line := models.TitleLine{Lot: lot.Code, Name: lot.Item + " " + lot.Number, Donor: lot.Donor, Grant: lot.Grant, Cost: lot.Cost, Was: lot.Title}
	seen := false
	for _, b := range balances {
		if access.CoversUnit(caller, b.Path) {
			seen = true
			line.Unit, line.Path = b.Unit, b.Path
		}
	}
	if !seen {
		return item{}, unknown
	}
	for _, b := range balances {
		if b.OnHand > 0 && b.Path[0] != line.Path[0] {
			return item{}, models.Refuse(models.Conflict, "lots", "%s is also with %s; its title passes as a whole, when one agency has all that is left", lot.Code, b.Path[0])
		}
	}
	return item{line, func(title *models.Title, number string) ledger.Entry {
		lot.Title = title
		return ledger.Change(store.Lots, record.Body, lot, "lot.title_passed", number)
	}}, nil
}

// ofGrant are the items of a grant in the caller's part of the tree that can pass to
// the one who is named.
func (s *Service) ofGrant(ctx context.Context, caller *models.Person, n NewTransfer) ([]item, error) {
	var items []item
	err := s.each(ctx, n.Grant, func(record store.Record) error {
		one, err := ofAsset(record)
		if models.KindOf(err) == models.Conflict {
			return nil
		}
		if err != nil {
			return err
		}
		t := &models.TitleTransfer{To: n.To, Donor: n.Donor, On: n.On}
		if access.CoversUnit(caller, one.line.Path) && passes(t, one.line) == nil {
			items = append(items, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, models.Refuse(models.Conflict, "grant", "nothing of %s on charge of %s waits for its title to pass", n.Grant, n.To)
	}
	return items, nil
}

// each calls do with every asset that a grant paid for.
func (s *Service) each(ctx context.Context, grant string, do func(store.Record) error) error {
	q := store.Query{In: store.Assets, By: "paid_by", Where: []store.Cond{store.Is("paid_by", "grant "+grant)}, Limit: 500}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := do(r); err != nil {
				return err
			}
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}
