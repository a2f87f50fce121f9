package shares

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"
	"unicode"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/limit"
	"quartermaster/services/store"
)

// Visitor is whoever opens a link, as far as the server knows.
type Visitor struct{ Address, Agent string }

// Opened is a link that was opened. What is asked in Context is shown to its holder.
type Opened struct {
	*models.Share
	Context context.Context
}

// attempts is how often an opening is recorded anew when another was at the same moment.
const attempts = 20

// Open opens a link for what is named in words, and records that. A secret that nothing
// has is not found; that a link has ended is told to whoever has its right secret.
func (s *Service) Open(ctx context.Context, secret string, v Visitor, what string) (*Opened, error) {
	id, err := s.known(ctx, secret, v)
	if err != nil {
		return nil, err
	}
	now := models.At(s.Book.Now())
	for attempt := 1; ; attempt++ {
		record, err := s.Book.Store.Get(ctx, store.Shares, id)
		if err != nil {
			return nil, err
		}
		share, err := store.Decode[models.Share](record)
		if err != nil {
			return nil, err
		}
		if err := ended(share, now); err != nil {
			return nil, err
		}
		if attempt == 1 {
			if wait, ok := s.openings.Admit(now.Time, share.ID); !ok {
				return nil, models.Refuse(models.TooMany, "", "this link was opened very often; try again in %d minutes", int(wait.Minutes())+1).After(wait)
			}
		}
		share.Openings++
		share.Last = &models.Opening{At: now, What: what, Address: v.Address, Agent: shortened(v.Agent)}
		visiting := access.As(ctx, share.Visitor(), share.Last.Agent)
		err = s.Book.Commit(visiting, ledger.Change(store.Shares, record.Body, share, "share.opened", what))
		var outrun *store.VersionConflict
		if errors.As(err, &outrun) && attempt < attempts {
			continue
		}
		return &Opened{share, visiting}, access.Outrun(err)
	}
}

// known returns the identity of the share whose secret this is. How much of a wrong one
// was right cannot be told, neither from the answer nor from its time; and whoever
// guesses often has to wait.
func (s *Service) known(ctx context.Context, secret string, v Visitor) (string, error) {
	unknown := models.Refuse(models.NotFound, "", "there is nothing at this address")
	from := limit.Network(v.Address)
	if s.guesses.Full(s.Book.Now(), from) {
		return "", models.Refuse(models.TooMany, "", "too many wrong links were opened from here; try again in an hour").After(time.Hour)
	}
	key := &models.ShareKey{}
	if len(secret) > nameLength {
		found, err := store.Get[models.ShareKey](ctx, s.Book.Store, store.ShareKeys, secret[:nameLength])
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
		if err == nil {
			key = found
		}
	}
	given := hashOf(secret[min(nameLength, len(secret)):])
	if subtle.ConstantTimeCompare([]byte(given), []byte(key.Hash)) != 1 {
		s.guesses.Admit(s.Book.Now(), from)
		return "", unknown
	}
	return key.Share, nil
}

func ended(share *models.Share, now models.Time) error {
	switch share.State(now) {
	case models.ShareExpired:
		return models.Refuse(models.Gone, "", "this link has expired; ask whoever sent it for a new one")
	case models.ShareWithdrawn:
		return models.Refuse(models.Gone, "", "this link has been withdrawn; ask whoever sent it why")
	}
	return nil
}

// longestAgent is how much is kept of what a browser says of itself.
const longestAgent = 120

func shortened(agent string) string {
	agent = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(agent, ""))
	if runes := []rune(agent); len(runes) > longestAgent {
		return string(runes[:longestAgent-1]) + "…"
	}
	return agent
}
