package visits

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/signing"
	"quartermaster/services/store"
)

// Closing ends a visit: the monitor and the unit's representative sign for it.
type Closing struct {
	Impact         string          `json:"impact,omitempty"` // what the equipment has brought about
	Remarks        string          `json:"remarks,omitempty"`
	Monitor        *signing.Signed `json:"monitor"`
	Representative *signing.Signed `json:"representative"`
}

// Sign ends a visit once every item has its result, every question its answer, and
// what was misused or passed on its finding.
func (s *Service) Sign(ctx context.Context, number string, version int64, c Closing) (*models.Visit, error) {
	return s.change(ctx, changing{number, version, "visit.made", strings.TrimSpace(c.Remarks)}, func(caller *models.Person, v *models.Visit) ([]ledger.Entry, error) {
		if err := underway(v); err != nil {
			return nil, err
		}
		result, err := s.result(ctx, v.Number)
		if err != nil {
			return nil, err
		}
		if err := complete(v, result); err != nil {
			return nil, err
		}
		monitor, err := s.Signing.Take(ctx, caller, c.Monitor)
		if err != nil {
			return nil, models.InField(err, "monitor")
		}
		representative, err := s.Signing.Take(ctx, caller, c.Representative)
		if err != nil {
			return nil, models.InField(err, "representative")
		}
		switch {
		case v.Monitor.Person != "" && monitor.Person != v.Monitor.Person:
			return nil, models.Refuse(models.Invalid, "monitor", "%s signs as the monitor", v.Monitor.Name)
		case v.Monitor.Person == "" && monitor.Person != "":
			return nil, models.Refuse(models.Invalid, "monitor", "%s signs as the monitor, who is of no account here: give the name with the drawing", v.Monitor.Words())
		case signing.SamePerson(monitor, representative):
			return nil, models.Refuse(models.Invalid, "representative", "%s signed twice; somebody who answers for the equipment signs as well", monitor.Name)
		}
		now := models.At(s.Book.Now())
		v.State, v.MadeAt, v.Impact, v.Remarks, v.Digest = models.VisitMade, &now, strings.TrimSpace(c.Impact), strings.TrimSpace(c.Remarks), result.digest
		for _, sig := range []*models.Signature{monitor, representative} {
			sig.At = now
			sig.Hash = hash(v, *sig)
			v.SignedBy = append(v.SignedBy, *sig)
		}
		return nil, nil
	})
}

// complete refuses what is not ready to be signed for.
func complete(v *models.Visit, r *result) error {
	switch {
	case len(r.open) > 0:
		return models.Refuse(models.Conflict, "items", "%d of the items have no result yet, %s first; enter what was not seen as such", len(r.open), r.open[0])
	case v.Unanswered() > 0:
		return models.Refuse(models.Conflict, "checklist", "%d questions of the checklist have no answer; what does not apply is answered n.a.", v.Unanswered())
	case len(r.owed) > 0:
		return models.Refuse(models.Conflict, "findings", "%s; raise a finding about it, the donor is owed one", r.owed[0])
	}
	return nil
}

// result is what a visit came to: its SHA-256, the items that nothing is said of yet,
// and those that a finding is owed of.
type result struct {
	digest     string
	open, owed []string
}

// result reads every item and finding of a visit. The digest is over each as JSON on
// a line of its own, without what is entered after the signing.
func (s *Service) result(ctx context.Context, number string) (*result, error) {
	r := &result{}
	sum := sha256.New()
	add := func(doc any) error {
		text, err := json.Marshal(doc)
		sum.Write(append(text, '\n'))
		return err
	}
	about := map[string]bool{}
	findings, err := store.Find[models.VisitFinding](ctx, s.Book.Store, store.Query{In: store.VisitFindings, By: "visit", Where: []store.Cond{store.Is("visit", number)}, Limit: mostItems})
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		about[f.Asset] = true
		raised := models.VisitFinding{Number: f.Number, Visit: f.Visit, Serial: f.Serial, Severity: f.Severity, What: f.What, Asset: f.Asset, Tag: f.Tag, Name: f.Name, Unit: f.Unit, Path: f.Path,
			Owner: f.Owner, Due: f.Due, Donor: f.Donor, Grant: f.Grant, RaisedBy: f.RaisedBy, RaisedAt: f.RaisedAt}
		if err := add(raised); err != nil {
			return nil, err
		}
	}
	err = s.eachItem(ctx, number, nil, func(item *models.VisitItem) error {
		switch {
		case item.Seen == nil:
			r.open = append(r.open, item.Tag)
		case item.Seen.Outcome.Grave() && !about[item.Asset]:
			r.owed = append(r.owed, item.Tag+" was "+item.Seen.Outcome.Words())
		}
		item.Base = models.Base{}
		return add(item)
	})
	r.digest = hex.EncodeToString(sum.Sum(nil))
	return r, err
}

// signed is exactly what the two sign for.
type signed struct {
	Number    string
	Name      string
	Scope     models.VisitScope
	Monitor   models.Monitor
	Sample    *models.Sample
	BegunAt   *models.Time
	MadeAt    *models.Time
	Checklist []models.Check
	Impact    string
	Remarks   string
	Digest    string
	Signature models.Signature
}

func hash(v *models.Visit, sig models.Signature) string {
	sig.Hash = ""
	return signing.Hash(signed{v.Number, v.Name, v.Scope, v.Monitor, v.Sample, v.BegunAt, v.MadeAt, v.Checklist, v.Impact, v.Remarks, v.Digest, sig})
}

// Broken says which signatures are not for the visit as it is now, from 1.
func (s *Service) Broken(ctx context.Context, v *models.Visit) ([]int, error) {
	if v.State != models.VisitMade {
		return nil, nil
	}
	r, err := s.result(ctx, v.Number)
	if err != nil {
		return nil, err
	}
	now := *v
	now.Digest = r.digest
	var which []int
	for i, sig := range v.SignedBy {
		if hash(&now, sig) != sig.Hash {
			which = append(which, i+1)
		}
	}
	return which, nil
}
