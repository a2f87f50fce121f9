package maintenance

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	ics "github.com/arran4/golang-ical"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Address is where a calendar program fetches what is due in a unit. It is told once:
// whoever has it sees the calendar without signing in.
type Address struct {
	Unit    string `json:"unit"`
	Address string `json:"address"`
}

// FeedPath is where feeds are served; the secret follows, and FeedSuffix.
const (
	FeedPath   = "/calendar/"
	FeedSuffix = ".ics"
	// mostFed is how many items a calendar names, the soonest due first.
	mostFed = 1000
)

// RenewFeed gives a unit's calendar a new address; the one before leads nowhere any
// more. The address is known to nobody but who is told it here.
func (s *Service) RenewFeed(ctx context.Context, code string) (*Address, error) {
	caller, err := access.Allow(ctx, access.Maintain)
	if err != nil {
		return nil, err
	}
	unit, err := s.Register.Unit(ctx, code)
	if err != nil {
		return nil, err
	}
	if !access.CoversUnit(caller, unit.Path) {
		return nil, models.Refuse(models.Forbidden, "unit", "%s is not in your part of the unit tree", code)
	}
	secret := rand.Text() // 130 bits
	address := &Address{Unit: unit.Code, Address: s.Register.Base + FeedPath + secret + FeedSuffix}
	entry, err := s.feedEntry(ctx, unit.Code, func(f *models.Feed) { f.Hash, f.By = hashOf(secret), caller.Code })
	if err != nil {
		return nil, err
	}
	ledger.Answer(ctx, address)
	return address, access.Outrun(s.Book.Commit(ctx, entry))
}

func (s *Service) feedEntry(ctx context.Context, unit string, change func(*models.Feed)) (ledger.Entry, error) {
	record, err := s.Book.Store.Get(ctx, store.Feeds, unit)
	if errors.Is(err, store.ErrNotFound) {
		feed := &models.Feed{Unit: unit}
		change(feed)
		return ledger.Add(store.Feeds, feed, "feed.made", ""), nil
	}
	if err != nil {
		return ledger.Entry{}, err
	}
	feed, err := store.Decode[models.Feed](record)
	if err != nil {
		return ledger.Entry{}, err
	}
	change(feed)
	return ledger.Change(store.Feeds, record.Body, feed, "feed.renewed", ""), nil
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Feed writes the calendar behind a secret as iCalendar (RFC 5545): an all-day event
// on the day on which each item of the unit and those below is due, the soonest first.
// The secret is all that is asked for, so this needs no caller.
func (s *Service) Feed(ctx context.Context, secret string) ([]byte, error) {
	feeds, err := store.Find[models.Feed](ctx, s.Book.Store, store.Query{In: store.Feeds, By: "secret", Where: []store.Cond{store.Is("secret_hash", hashOf(secret))}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(feeds) == 0 {
		return nil, models.Refuse(models.NotFound, "", "there is no calendar at this address; it may have been renewed")
	}
	due, err := store.Find[models.Asset](ctx, s.Book.Store, store.Query{In: store.Assets, By: "unit_care_due", Where: []store.Cond{store.Is("due_units", feeds[0].Unit)}, Limit: mostFed})
	if err != nil {
		return nil, err
	}
	unit, err := s.Register.Unit(ctx, feeds[0].Unit)
	if err != nil {
		return nil, err
	}
	calendar := ics.NewCalendarFor("Quartermaster")
	calendar.SetMethod(ics.MethodPublish)
	calendar.SetXWRCalName(printed("Service: " + unit.Name))
	calendar.SetRefreshInterval("PT6H")
	for _, a := range due {
		if a.Status != models.StruckOff {
			s.enter(calendar, a)
		}
	}
	var text bytes.Buffer
	err = calendar.SerializeTo(&text, ics.WithNewLineWindows)
	return text.Bytes(), err
}

func (s *Service) enter(calendar *ics.Calendar, a *models.Asset) {
	event := calendar.AddEvent(a.ID + "@quartermaster")
	event.SetDtStampTime(s.Book.Now())
	event.SetModifiedAt(a.UpdatedAt.Time)
	event.SetSequence(int(a.Version))
	event.SetAllDayStartAt(a.Care.Due.Midnight())
	event.SetAllDayEndAt(a.Care.Due.Plus(1).Midnight())
	event.SetSummary(printed(a.Care.What + ": " + a.Name + " " + a.Tag))
	event.SetLocation(printed(a.Unit))
	event.SetURL(s.Register.Base + "/assets/" + a.Tag)
	event.SetTimeTransparency(ics.TransparencyTransparent)
	var why []string
	for _, p := range a.Care.Plans {
		if p.Due != "" {
			why = append(why, p.Name+", "+p.Due.Long()+". "+p.Why)
		}
	}
	event.SetDescription(strings.Join(why, "\n"))
}

// printed leaves out what cannot stand in a line of a calendar.
func printed(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}
