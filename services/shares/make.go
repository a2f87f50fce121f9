package shares

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/reports"
	"quartermaster/services/store"
)

// NewShare is a link to be made.
type NewShare struct {
	For string `json:"for"` // to whom it is given
	// Kind is a kind of report, or grant for a whole grant. Empty is that of Report.
	Kind string `json:"kind,omitempty"`
	models.ReportQuery
	// Report is a report that was asked for: the link shows the same, as of the same
	// instant.
	Report string `json:"report,omitempty"`
	Days   int    `json:"days,omitempty"` // for which it is good; 30 when not given
}

// WithAddress is a link and where it leads. It is told this once.
type WithAddress struct {
	*models.Share
	Address string `json:"address,omitempty"`
}

// Make makes a link. A repetition of the same request is answered without the address,
// which is kept nowhere.
func (s *Service) Make(ctx context.Context, n NewShare) (*WithAddress, error) {
	caller, err := access.Allow(ctx, access.Share)
	if err != nil {
		return nil, err
	}
	share, key, address, err := s.made(ctx, n)
	if err != nil {
		return nil, err
	}
	share.By, share.Scope = caller.Code, caller.Scope
	if err := s.check(ctx, share); err != nil {
		return nil, err
	}
	ledger.Answer(ctx, &WithAddress{Share: share})
	err = s.Book.Commit(ctx, ledger.Add(store.Shares, share, "share.made", ""), ledger.Add(store.ShareKeys, key, "share.secret_set", ""))
	return &WithAddress{share, address}, err
}

// Entries returns a link of the program itself and the entries by which it is made, for
// the Commit of whatever decided that it is given.
func (s *Service) Entries(ctx context.Context, n NewShare, scope string) (*WithAddress, []ledger.Entry, error) {
	share, key, address, err := s.made(ctx, n)
	if err != nil {
		return nil, nil, err
	}
	share.By, share.Scope = ledger.Program, scope
	return &WithAddress{share, address}, []ledger.Entry{ledger.Add(store.Shares, share, "share.made", ""), ledger.Add(store.ShareKeys, key, "share.secret_set", "")}, s.check(ctx, share)
}

func (s *Service) made(ctx context.Context, n NewShare) (*models.Share, *models.ShareKey, string, error) {
	fail := func(err error) (*models.Share, *models.ShareKey, string, error) { return nil, nil, "", err }
	if n.Report != "" {
		of, err := s.Reports.Report(ctx, n.Report)
		if err != nil {
			return fail(models.InField(err, "report"))
		}
		payer := n.ReportQuery
		n.Kind, n.ReportQuery = of.Kind, of.Asked
		if n.Donor == "" && n.Grant == "" { // it was asked for everybody's
			n.Donor, n.Grant = payer.Donor, payer.Grant
		}
		if n.AsOf == "" {
			n.AsOf = of.AskedAt.String()
		}
	}
	if n.Days == 0 {
		n.Days = Usual
	}
	if n.Days < 1 || n.Days > Longest {
		return fail(models.Refuse(models.Invalid, "days", "must be 1 to %d", Longest))
	}
	if n.Donor == "" && n.Grant == "" {
		return fail(models.Refuse(models.Invalid, "donor", "is required, or the grant: whoever holds the link sees what it paid for, and nothing else"))
	}
	now := s.Book.Now()
	share := &models.Share{ID: s.newID(), For: strings.TrimSpace(n.For), Kind: n.Kind, Asked: n.ReportQuery,
		MadeAt: models.At(now), ExpiresAt: models.At(now.Add(time.Duration(n.Days) * 24 * time.Hour))}
	if err := s.title(ctx, share); err != nil {
		return fail(err)
	}
	name, secret := rand.Text()[:nameLength], rand.Text() // 130 bits
	key := &models.ShareKey{Name: name, Share: share.ID, Hash: hashOf(secret)}
	return share, key, s.Register.Base + Path + name + secret, nil
}

// nameLength is how much of a link's secret names it.
const nameLength = 10

// title says what a link shows.
func (s *Service) title(ctx context.Context, share *models.Share) error {
	if share.Kind != models.GrantShare {
		kind, err := reports.Find(share.Kind)
		if err != nil {
			return models.Refuse(models.Invalid, "kind", "is not a report; there are %s and %s", reports.Names(), models.GrantShare)
		}
		share.Title = kind.Title
		return nil
	}
	if share.Asked != (models.ReportQuery{Donor: share.Asked.Donor, Grant: share.Asked.Grant}) {
		return models.Refuse(models.Invalid, "kind", "a link to a grant shows all of it, as it is; leave out unit, category and days, or give a link to one report")
	}
	if share.Asked.Grant == "" {
		return models.Refuse(models.Invalid, "grant", "is required: which one the link shows")
	}
	record, err := s.Register.Place(ctx, store.Grants, share.Asked.Grant)
	if err != nil {
		return models.InField(err, "grant")
	}
	grant, err := store.Decode[models.Grant](record)
	if err != nil {
		return err
	}
	if share.Asked.Donor != "" && share.Asked.Donor != grant.Donor {
		return models.Refuse(models.Invalid, "grant", "%s is a grant of %s, not of %s", grant.Code, grant.Donor, share.Asked.Donor)
	}
	share.Asked.Donor, share.Title = "", grant.Name
	return nil
}

// check refuses a link that would show nothing: whatever of it is not there, or not
// whose it says.
func (s *Service) check(ctx context.Context, share *models.Share) error {
	if err := models.Validate(share); err != nil {
		return err
	}
	visitor := access.As(ctx, share.Visitor(), "")
	for _, eyes := range []context.Context{ctx, visitor} { // whoever makes it gives no more than they see
		var err error
		if share.Kind == models.GrantShare {
			_, err = s.Titles.Closing(eyes, share.Asked.Grant)
		} else {
			err = s.Reports.Check(eyes, share.Kind, share.Asked)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
