package phone

import (
	"context"
	"strings"

	"github.com/oklog/ulid/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Settlement is what becomes of something that the book did not take.
type Settlement struct {
	Request string            `json:"request"`          // the key under which it was sent
	Person  string            `json:"person,omitempty"` // who did it, where that is not the caller
	What    string            `json:"what"`             // issue, return, accept, count, service or scan
	Of      string            `json:"of"`               // the tag, voucher or stocktake
	Fields  map[string]string `json:"fields,omitempty"`
	Refusal string            `json:"refusal"`
	Outcome string            `json:"outcome"` // dropped, or noted in the item's history
	Remark  string            `json:"remark"`
}

// hidden are the fields of a form that are nobody's to read.
var hidden = []string{"_token", "_once", "pin", "drawing", "position", "version"}

// Settle records what somebody makes of what they did out of reach and the book did
// not take: dropped as a mistake, or noted, which also tells it in the item's history.
// Only an administrator settles what somebody else did.
func (s *Service) Settle(ctx context.Context, n Settlement) (*models.Unbooked, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	u := &models.Unbooked{ID: ulid.Make().String(), Request: n.Request, Person: caller.Code, SettledBy: caller.Code, What: n.What, Of: strings.TrimSpace(n.Of), Fields: map[string]string{},
		HappenedAt: s.Book.When(ctx), Refusal: n.Refusal, Outcome: n.Outcome, Remark: strings.TrimSpace(n.Remark), At: models.At(s.Book.Now()), Path: caller.Path}
	if n.Person != "" && n.Person != caller.Code {
		if !access.May(caller.Role, access.ManagePeople) {
			return nil, models.Refuse(models.Forbidden, "person", "only who did it or an administrator settles it")
		}
		did, err := s.Access.Person(ctx, n.Person)
		if err != nil {
			return nil, err
		}
		u.Person, u.Path = did.Code, did.Path
	}
	if u.Remark == "" {
		return nil, models.Refuse(models.Invalid, "remark", "is required: say what became of it")
	}
	for name, value := range n.Fields {
		u.Fields[name] = value
	}
	for _, name := range hidden {
		delete(u.Fields, name)
	}
	if err := models.Validate(u); err != nil {
		return nil, err
	}
	entries := []ledger.Entry{ledger.Add(store.Unbooked, u, "unbooked."+u.Outcome, u.Remark)}
	if u.Outcome == models.Noted {
		note, err := s.note(ctx, u)
		if err != nil {
			return nil, err
		}
		entries = append(entries, note...)
	}
	if err := s.Book.Commit(ctx, entries...); err != nil {
		return nil, access.Outrun(err)
	}
	return u, nil
}

// note tells in the history of the item what the book did not take; of what the
// caller does not see, nothing is told.
func (s *Service) note(ctx context.Context, u *models.Unbooked) ([]ledger.Entry, error) {
	tag := u.Of
	if u.What == "count" {
		tag = u.Fields["code"]
	}
	if u.What == "accept" || tag == "" {
		return nil, nil
	}
	record, err := s.Register.Asset(ctx, tag)
	if kind := models.KindOf(err); kind == models.NotFound || kind == models.Invalid {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		return nil, err
	}
	return []ledger.Entry{ledger.Change(store.Assets, record.Body, a, "asset.noted", u.What+": "+u.Remark+" ("+u.Refusal+")")}, nil
}

// Unbooked returns a page of what was not taken, the latest first: all of the caller's
// part of the book where they may, and else their own.
func (s *Service) Unbooked(ctx context.Context, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	if err := store.CheckLimit(limit); err != nil {
		return nil, err
	}
	q := store.Query{In: store.Unbooked, By: "person", Where: []store.Cond{store.Is("person", caller.Code)}, Desc: true}
	switch {
	case access.Everywhere(caller):
		q.By, q.Where = store.ID, nil
	case caller.Role != models.Auditor && caller.Scope != "":
		q.By, q.Where = "unit", []store.Cond{store.Is("units", caller.Scope)}
	}
	if q, err = q.Resume(cursor); err != nil {
		return nil, err
	}
	return store.FindPage(ctx, s.Book.Store, q, limit)
}
