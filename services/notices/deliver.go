package notices

import (
	"context"
	"errors"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

const (
	// lease is for how long whoever takes a message keeps it from others. It is
	// longer than an attempt may take, so that two never try one message at once.
	lease = 5 * time.Minute
	// longestAttempt is how long one attempt may take, with all its answers.
	longestAttempt = time.Minute
	// atOnce is how many messages one instance sends at the same time.
	atOnce = 4
	// readAtOnce is how many messages are read at a time.
	readAtOnce = 20
	// pollEvery is how often an instance looks whether something is due.
	pollEvery = 3 * time.Second
	// restFor is how long a receiver that cannot be reached is left alone.
	restFor = time.Minute
)

// Run delivers until ctx ends. What is being sent then is finished first.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if _, err := s.Deliver(ctx); err != nil && ctx.Err() == nil {
			s.Settings.Log.Error("the outbox cannot be read", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Deliver sends what is due, and returns how many messages were accepted. Any number
// of instances may do so at once: a message is tried by whoever first puts their name
// to it.
func (s *Service) Deliver(ctx context.Context) (int, error) {
	accepted := 0
	for ctx.Err() == nil {
		now := s.Book.Now()
		due, err := s.Book.Store.Find(ctx, store.Query{In: store.Messages, By: "next",
			Where: []store.Cond{store.Under("next", models.At(now.Add(time.Millisecond)).String())}, Limit: readAtOnce})
		if err != nil {
			return accepted, err
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		moved := false
		turn := make(chan struct{}, atOnce)
		for _, record := range due {
			turn <- struct{}{}
			all.Go(func() {
				defer func() { <-turn }()
				taken, ok := s.deliver(context.WithoutCancel(ctx), record)
				mu.Lock()
				defer mu.Unlock()
				moved = moved || taken
				if ok {
					accepted++
				}
			})
		}
		all.Wait()
		if !moved { // none left, or others have taken them
			return accepted, nil
		}
	}
	return accepted, nil
}

// deliver takes one message, tries to send it and records how it went. taken says
// whether it was this instance that took it.
func (s *Service) deliver(ctx context.Context, record store.Record) (taken, accepted bool) {
	m, err := store.Decode[models.Message](record)
	if err != nil {
		s.Settings.Log.Error("a message cannot be read", "message", record.ID, "error", err)
		return false, false
	}
	now := s.Book.Now()
	if until := s.restsUntil(m, now); !until.IsZero() {
		next := models.At(until.Add(time.Duration(s.Random() * float64(restFor))))
		m.Next = &next
		return s.write(ctx, record, m) == nil, false
	}
	out := s.channelOf(m)
	if out == nil {
		next := models.At(now.Add(longestDelay))
		m.Next = &next
		m.Trouble, m.TroubleSaid = models.Say("this server sends no e-mail").Kept()
		return s.write(ctx, record, m) == nil, false
	}
	until, tried := models.At(now.Add(lease)), models.At(now)
	m.Next, m.Holder, m.TriedAt = &until, s.holder, &tried
	m.Attempts++ // before the attempt, so that one which kills the program counts
	if err := s.write(ctx, record, m); err != nil {
		if !store.Outrun(err) {
			s.Settings.Log.Error("a message cannot be taken", "message", m.ID, "error", err)
		}
		return false, false
	}
	record.Version++
	attempt, cancel := context.WithTimeout(ctx, longestAttempt)
	err = out.send(attempt, m)
	cancel()
	s.settle(ctx, record, m, err)
	return true, err == nil
}

func (s *Service) channelOf(m *models.Message) channel {
	if m.Channel == models.HookChannel {
		return s.hooks
	}
	if s.mail == nil {
		return nil // rather than a channel that holds nothing
	}
	return s.mail
}

func (s *Service) write(ctx context.Context, read store.Record, m *models.Message) error {
	return s.Book.Store.Commit(ctx, store.Replace(store.Messages, m.ID, read.Version, m))
}

// settle records how an attempt went.
func (s *Service) settle(ctx context.Context, record store.Record, m *models.Message, failed error) {
	now := models.At(s.Book.Now())
	log := s.Settings.Log.With("message", m.ID, "channel", m.Channel, "kind", m.Kind, "attempt", m.Attempts)
	outcome(m, failed, now, s.Random)
	s.counts.tried(m, failed)
	if failed != nil {
		log.Warn("a message was not accepted", "why", m.Trouble, "dead", !m.Waits())
		s.rest(m, failed, now.Time)
	}
	if err := s.record(ctx, record, m); err != nil {
		log.Error("what became of a message cannot be recorded; it may be sent again", "accepted", failed == nil, "error", err)
	}
	if m.Channel == models.HookChannel {
		if err := s.noteHook(ctx, m.To, failed); err != nil {
			log.Error("the state of a webhook cannot be recorded", "webhook", m.To, "error", err)
		}
	}
}

// outcome is what becomes of a message after an attempt.
func outcome(m *models.Message, failed error, now models.Time, random func() float64) {
	m.Holder = ""
	if failed == nil {
		m.State, m.Next, m.SentAt, m.Trouble, m.TroubleSaid = models.MessageSent, nil, &now, "", nil
		return
	}
	m.Trouble, m.TroubleSaid = shorten(failed.Error(), 500), nil // in the words of the other side
	var r *refusal
	if final := errors.As(failed, &r) && r.final; final || m.Attempts >= mostAttempts {
		m.State, m.Next = models.MessageDead, nil
		return
	}
	next := models.At(now.Add(delay(m.Attempts, random())))
	m.Next = &next
}

// recordings is how often it is tried to record that a message was accepted: the
// one thing that must not be lost, or it is sent twice.
const recordings = 5

// record writes what became of a message. That it was accepted is written even when
// somebody else changed the message meanwhile.
func (s *Service) record(ctx context.Context, record store.Record, m *models.Message) error {
	err := s.write(ctx, record, m)
	for range recordings {
		if err == nil || m.State != models.MessageSent {
			return err
		}
		current, failed := s.Book.Store.Get(ctx, store.Messages, m.ID)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		now, failed := store.Decode[models.Message](current)
		if failed != nil {
			return errors.Join(err, failed)
		}
		if now.State == models.MessageSent {
			return nil
		}
		err = s.write(ctx, current, m)
	}
	return err
}

// restsUntil says until when the receiver of a message is left alone; the zero time
// when it is not.
func (s *Service) restsUntil(m *models.Message, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until := s.resting[destination(m)]; now.Before(until) && m.Kind != testKind {
		return until
	}
	return time.Time{}
}

func (s *Service) rest(m *models.Message, failed error, now time.Time) {
	var r *refusal
	if errors.As(failed, &r) && r.away {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.resting[destination(m)] = now.Add(restFor)
	}
}

// destination is the program that a message is given to: the mail server, or a webhook.
func destination(m *models.Message) string {
	if m.Channel == models.HookChannel {
		return m.To
	}
	return string(models.MailChannel)
}

func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
