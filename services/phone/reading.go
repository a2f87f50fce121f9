package phone

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// reading is how far a phone has read, which it carries from one part to the next.
type reading struct {
	Scope []byte      `json:"scope"`           // fingerprint of what its owner sees
	From  models.Time `json:"from,omitzero"`   // what has changed since; zero where all is read
	Began models.Time `json:"began,omitzero"`  // when the first part was asked for
	Place string      `json:"place,omitempty"` // the store's cursor
}

func (r reading) text(p *models.Person) string {
	r.Scope = scopeOf(p)
	raw, err := json.Marshal(r)
	if err != nil {
		panic(err) // a reading holds text and times only
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

const longestReading = 4000

func resumed(p *models.Person, text string) (reading, error) {
	var r reading
	again := models.Refuse(models.Invalid, "since", "is of no reading that can go on; begin again without it")
	if len(text) > longestReading {
		return r, again
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return r, again.Because(err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, again.Because(err)
	}
	if string(r.Scope) != string(scopeOf(p)) {
		return r, again // whoever sees another part now begins anew
	}
	return r, nil
}

func scopeOf(p *models.Person) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", p.Code, p.Role, p.Scope, p.Donors, p.Grants))
	return sum[:9]
}

// step is how many events of an item are read at once.
const step = 20

// saw says whether the person saw an item at some time since, by taking its changes
// back one after the other.
func (s *Service) saw(ctx context.Context, p *models.Person, a *models.Asset, since models.Time) (bool, error) {
	was := *a
	for before := int64(0); ; {
		events, err := s.Book.History(ctx, ledger.Subject(store.Assets, a.ID), before, step)
		if err != nil {
			return false, err
		}
		for _, e := range events {
			if e.At.Before(since.Time) || e.Seq == 1 {
				return false, nil
			}
			for field, to := range map[string]any{"path": &was.Path, "owner_path": &was.OwnerPath, "donor": &was.Donor, "grant": &was.Grant} {
				if err := takeBack(e, field, to); err != nil {
					return false, err
				}
			}
			if access.SeesPapers(p, was.Units(), was.PaidBy()) {
				return true, nil
			}
			before = e.Seq
		}
		if len(events) < step {
			return false, nil
		}
	}
}

// takeBack sets to to what a field was before an event that changed it.
func takeBack(e models.Event, field string, to any) error {
	change, changed := e.Changes[field]
	if !changed {
		return nil
	}
	was := change.Before
	if len(was) == 0 {
		switch to := to.(type) {
		case *[]string:
			*to = nil
		case *string:
			*to = ""
		}
		return nil
	}
	return json.Unmarshal(was, to)
}
