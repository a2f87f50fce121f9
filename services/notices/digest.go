package notices

import (
	"context"
	"errors"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// SendDigests puts into the outbox the digest of everybody whose day or week has
// begun since they were sent one, and returns how many. It can be run as often as one
// likes and by several at once: each person is sent one for a period. Periods in
// which the server was down are made up for by one digest.
func (s *Service) SendDigests(ctx context.Context) (int, error) {
	if !s.SendsMail() {
		return 0, nil
	}
	sent := 0
	var failed error
	for _, choice := range models.Digests[1:] {
		q := store.Query{In: store.People, By: "digest", Where: []store.Cond{store.Is("digest", string(choice))}, Limit: 200}
		for {
			records, err := s.Book.Store.Find(ctx, q)
			if err != nil {
				return sent, errors.Join(failed, err)
			}
			for _, record := range records {
				person, err := store.Decode[models.Person](record)
				if err == nil && person.CanSignIn() && person.Email != "" {
					var did bool
					if did, err = s.sendDigest(ctx, person); did {
						sent++
					}
				}
				if err != nil { // of one person: the others have theirs all the same
					s.Settings.Log.Error("a digest cannot be made", "person", record.ID, "error", err)
					failed = errors.Join(failed, err)
				}
			}
			if len(records) < q.Limit {
				break
			}
			q.After = records[len(records)-1].Place
		}
	}
	return sent, failed
}

func (s *Service) sendDigest(ctx context.Context, person *models.Person) (bool, error) {
	begun := s.begun(person.Digest)
	period := models.DayOf(begun)
	state, version := &models.DigestSent{Person: person.Code}, int64(0)
	record, err := s.Book.Store.Get(ctx, store.DigestsSent, person.Code)
	if err == nil {
		version = record.Version
		state, err = store.Decode[models.DigestSent](record)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	chosen := person.DigestSince
	if state.Period >= period || chosen != nil && chosen.After(begun) {
		return false, nil
	}
	since := models.At(begun.AddDate(0, 0, -daysOf[person.Digest]))
	switch {
	case state.At != nil && (chosen == nil || state.At.After(chosen.Time)):
		since = *state.At
	case chosen != nil:
		since = *chosen
	}
	now := models.At(s.Book.Now())
	state.Period, state.At = period, &now
	entry := ledger.Beside(store.Change{In: store.DigestsSent, ID: person.Code, Version: version, Doc: state})
	digest, err := s.digestOf(access.As(ctx, person, "digest"), person, since)
	if err != nil {
		return false, err
	}
	entries := []ledger.Entry{entry}
	if !digest.Empty() {
		letter, err := digest.letter()
		if err != nil {
			return false, err
		}
		letter.About = []string{person.Code, string(period)}
		letters, err := s.Mail(letter)
		if err != nil {
			return false, err
		}
		entries = append(entries, letters...)
	}
	err = s.Book.Commit(ctx, entries...)
	if store.Outrun(err) {
		return false, nil // another instance was first
	}
	return err == nil && len(entries) > 1, err
}

// daysOf is how many days a digest is about.
var daysOf = map[models.Digest]int{models.DailyDigest: 1, models.WeeklyDigest: 7}

// begun is when the last period of a digest began: today or yesterday at the hour of
// the house, of a weekly one on a Monday.
func (s *Service) begun(choice models.Digest) time.Time {
	zone := s.zone()
	now := s.Book.Now().In(zone)
	back := 0
	if choice == models.WeeklyDigest {
		back = (int(now.Weekday()) + 6) % 7
	}
	at := func(back int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()-back, s.Settings.DigestHour, 0, 0, 0, zone)
	}
	if begun := at(back); !begun.After(now) {
		return begun
	}
	return at(back + daysOf[choice])
}

func (s *Service) zone() *time.Location {
	if s.Book.Zone == nil {
		return time.UTC
	}
	return s.Book.Zone
}
