package titles

import (
	"context"
	"fmt"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/signing"
	"quartermaster/services/store"
)

// Closure is what is said and signed at the end of a grant.
type Closure struct {
	Remarks   string          `json:"remarks,omitempty"`
	Signature *signing.Signed `json:"signature"`
}

// Close ends a grant: nothing more is taken on charge under it. It is refused until
// nothing that the grant paid for is left on its name; the refusal says what is.
func (s *Service) Close(ctx context.Context, code string, version int64, n Closure) (*models.Grant, error) {
	caller, record, grant, err := s.open(ctx, code, version)
	if err != nil {
		return nil, err
	}
	if grant.Closed != nil {
		return nil, models.Refuse(models.Conflict, "code", "%s was closed on %s", code, grant.Closed.On)
	}
	survey, err := s.survey(ctx, grant)
	if err != nil {
		return nil, err
	}
	if err := survey.refusal(); err != nil {
		return nil, err
	}
	sig, err := s.Signing.Take(ctx, caller, n.Signature)
	if err != nil {
		return nil, err
	}
	now := models.At(s.Book.Now())
	sig.At = now
	grant.Closed = &models.Closure{On: s.Book.Today(), Remarks: strings.TrimSpace(n.Remarks), By: caller.Code, At: now,
		Items: survey.Items, Passed: survey.Passed, StruckOff: survey.StruckOff}
	sig.Hash = signing.Hash(signedClosure{grant.Code, *grant.Closed, *sig})
	grant.Closed.Signature = sig
	if err := models.Validate(grant); err != nil {
		return nil, err
	}
	flag, err := s.Flags.Closing(ctx, ledger.Subject(store.Grants, code), models.Say("the grant was closed"), models.GrantEnding)
	if err != nil {
		return nil, err
	}
	err = s.Book.Commit(ctx, append([]ledger.Entry{ledger.Change(store.Grants, record.Body, grant, "grant.closed", grant.Closed.Remarks)}, flag...)...)
	return grant, access.Outrun(err)
}

// open reads a grant for whoever may close it.
func (s *Service) open(ctx context.Context, code string, version int64) (*models.Person, store.Record, *models.Grant, error) {
	caller, err := access.Allow(ctx, access.CloseGrant)
	if err != nil {
		return nil, store.Record{}, nil, err
	}
	if _, err := s.grant(ctx, caller, code); err != nil {
		return nil, store.Record{}, nil, err
	}
	record, err := s.Book.Store.Get(ctx, store.Grants, code)
	if err != nil {
		return nil, record, nil, err
	}
	grant, err := store.Decode[models.Grant](record)
	if err != nil {
		return nil, record, nil, err
	}
	return caller, record, grant, access.Current(version, grant.Version)
}

// signedClosure is exactly what the signature is for.
type signedClosure struct {
	Grant     string
	Closure   models.Closure
	Signature models.Signature
}

// refusal says what stands in the way; nil when nothing does.
func (c *Closing) refusal() error {
	if len(c.Obstacles) == 0 {
		return nil
	}
	items := map[string]bool{}
	e := models.Refuse(models.Conflict, "code", "")
	for _, o := range c.Obstacles {
		items[o.Tag+o.Lot] = true
		message := o.Tag + o.Lot + " " + o.Name + ", " + o.Unit + ": " + o.Kind.Words()
		if o.Paper != "" {
			message += " (" + o.Paper + ")"
		}
		e.Details = append(e.Details, models.Detail{Field: string(o.Kind), Message: message})
	}
	what := fmt.Sprintf("%d items stand", len(items))
	if len(items) == 1 {
		what = "1 item stands"
	}
	e.Message = fmt.Sprintf("%s in the way of closing %s", what, c.Grant.Code)
	return e
}

// Recipients proposes who is to own some items of a grant when it closes.
type Recipients struct {
	Tags      []string `json:"tags,omitempty"` // all that name nobody else, when left out
	Recipient string   `json:"recipient"`
}

// Propose puts down who is to own items at the end of their grant.
func (s *Service) Propose(ctx context.Context, code string, version int64, r Recipients) (*models.Grant, error) {
	_, record, grant, err := s.open(ctx, code, version)
	if err != nil {
		return nil, err
	}
	r.Recipient = strings.TrimSpace(r.Recipient)
	if len(r.Tags) == 0 {
		grant.Recipient = r.Recipient
	}
	entries := []ledger.Entry{ledger.Change(store.Grants, record.Body, grant, "grant.recipients_proposed", r.Recipient)}
	seen := map[string]bool{}
	for _, tag := range r.Tags {
		record, err := s.Register.Asset(ctx, tag)
		if err != nil {
			return nil, models.InField(err, "tags")
		}
		a, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		if a.Grant != code {
			return nil, models.Refuse(models.Invalid, "tags", "%s was not paid for by %s", a.Tag, code)
		}
		if a.Recipient == r.Recipient || seen[a.ID] {
			continue
		}
		seen[a.ID] = true
		a.Recipient = r.Recipient
		if err := models.Validate(a); err != nil {
			return nil, err
		}
		entries = append(entries, ledger.Change(store.Assets, record.Body, a, "asset.recipient_proposed", r.Recipient))
	}
	if err := models.Validate(grant); err != nil {
		return nil, err
	}
	err = s.Book.Commit(ctx, entries...)
	return grant, access.Outrun(err)
}
