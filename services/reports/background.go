package reports

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Kept is how long the file of a report that was made in the background is kept.
const Kept = 7 * 24 * time.Hour

const (
	// beat is how often a report in the making says how far it is.
	beat = time.Second
	// silent is after how long without a word from its maker another takes it up.
	silent = time.Minute
	// partSize is how much of a file one document holds, bytes: with its base64 well
	// below MongoDB's 16 MB.
	partSize = 4 << 20
)

// Start has a report made in the background, and returns it as it waits. Whoever
// asked for it finds it under its identity, whether they stay or not.
func (s *Service) Start(ctx context.Context, kind, format string, q models.ReportQuery) (*models.Report, error) {
	k, err := Find(kind)
	if err != nil {
		return nil, err
	}
	f, err := FormatOf(format)
	if err != nil {
		return nil, err
	}
	now := models.At(s.Book.Now())
	a, err := s.ask(ctx, k, q, now)
	if err != nil {
		return nil, err
	}
	report := &models.Report{ID: s.newID(), Kind: k.Name, Title: k.Title, Asked: q, Format: f.Name, By: a.caller.Code, State: models.ReportWaiting, AskedAt: now}
	if err := s.Book.Commit(ctx, ledger.Add(store.Reports, report, "report.asked", f.Name)); err != nil {
		return nil, err
	}
	asked := *report // the caller's own: the work goes on beside it
	s.inBackground()
	return &asked, nil
}

// inBackground lets this program work on what waits, until Stop.
func (s *Service) inBackground() {
	ctx := s.life.begin()
	s.work.Go(func() {
		if _, err := s.Work(ctx); err != nil && ctx.Err() == nil && s.Failed != nil {
			s.Failed(err)
		}
	})
}

// Wait returns when nothing is being made by this program any more.
func (s *Service) Wait() { s.work.Wait() }

// Stop breaks off what is being made; it is begun again by another program, or when
// this one starts again.
func (s *Service) Stop() {
	s.life.end()
	s.work.Wait()
}

// life is how long a service works in the background.
type life struct {
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc
}

func (l *life) begin() context.Context {
	l.once.Do(func() { l.ctx, l.cancel = context.WithCancel(context.Background()) })
	return l.ctx
}

func (l *life) end() {
	l.begin()
	l.cancel()
}

// Work makes the reports that wait, one after the other, and those whose maker has
// not been heard of for a while, and returns how many it made. Several programs may
// work at once; each report is made by one.
func (s *Service) Work(ctx context.Context) (int, error) {
	s.working.Lock()
	defer s.working.Unlock()
	made := 0
	for _, state := range []models.ReportState{models.ReportWaiting, models.ReportRunning} {
		records, err := s.Book.Store.Find(ctx, store.Query{In: store.Reports, By: "state", Where: []store.Cond{store.Is("state", string(state))}, Limit: 100})
		if err != nil {
			return made, err
		}
		for _, record := range records {
			done, err := s.take(ctx, record.ID)
			if err != nil {
				return made, err
			}
			if done {
				made++
			}
		}
	}
	return made, nil
}

// take makes a report unless somebody else does.
func (s *Service) take(ctx context.Context, id string) (bool, error) {
	p, err := s.claim(ctx, id)
	if err != nil || p == nil {
		return false, err
	}
	record, err := s.Book.Store.Get(ctx, store.Reports, id)
	if err != nil {
		return false, err
	}
	report, err := store.Decode[models.Report](record)
	if err != nil {
		return false, err
	}
	if report.State != models.ReportWaiting && report.State != models.ReportRunning {
		return false, s.release(ctx, p) // it was done in the meantime
	}
	report.State = models.ReportRunning
	if err := s.commit(ctx, &record, report, "report.begun", ""); err != nil {
		return false, err
	}
	err = s.make(ctx, report, p)
	if ctx.Err() != nil {
		return false, nil // the program ends; another time, or another program
	}
	now := models.At(s.Book.Now())
	report.DoneAt = &now
	kind := "report.made"
	if report.State = models.ReportDone; err != nil {
		kind, report.State, report.Failure, report.File = "report.failed", models.ReportFailed, sentence(err), nil
		if s.Failed != nil && models.KindOf(err) == "" {
			s.Failed(fmt.Errorf("report %s: %w", id, err))
		}
	}
	if err := s.commit(ctx, &record, report, kind, report.Failure); err != nil {
		return false, err
	}
	return true, s.release(ctx, p)
}

func sentence(err error) string {
	var refused *models.Error
	if errors.As(err, &refused) {
		return refused.Error()
	}
	return "something went wrong while it was made; it is in the server's log"
}

// commit changes a report that is in the making, which nobody else does.
func (s *Service) commit(ctx context.Context, record *store.Record, report *models.Report, kind, reason string) error {
	if err := s.Book.Commit(ledger.By(ctx, ledger.Author{Person: ledger.Program}), ledger.Change(store.Reports, record.Body, report, kind, reason)); err != nil {
		return err
	}
	var err error
	*record, err = s.Book.Store.Get(ctx, store.Reports, report.ID)
	return err
}

// claim takes the making of a report, or returns nil when somebody else has it.
func (s *Service) claim(ctx context.Context, id string) (*models.ReportProgress, error) {
	now := models.At(s.Book.Now())
	p := &models.ReportProgress{Report: id, Worker: rand.Text(), BeatAt: now}
	old, err := store.Get[models.ReportProgress](ctx, s.Book.Store, store.ReportProgress, id)
	switch {
	case err == nil && now.Sub(old.BeatAt.Time) < silent:
		return nil, nil
	case err == nil:
		p.Version = old.Version
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	err = s.beat(ctx, p)
	if store.Outrun(err) {
		return nil, nil
	}
	return p, err
}

// beat writes how far a report is. It is no change of the book and has no event.
func (s *Service) beat(ctx context.Context, p *models.ReportProgress) error {
	read := p.Version
	p.BeatAt = models.At(s.Book.Now())
	p.Version++
	if err := s.Book.Store.Commit(ctx, store.Replace(store.ReportProgress, p.Report, read, p)); err != nil {
		p.Version = read
		return err
	}
	return nil
}

func (s *Service) release(ctx context.Context, p *models.ReportProgress) error {
	return s.Book.Store.Commit(ctx, store.Delete(store.ReportProgress, p.Report, p.Version))
}

// make writes the file of a report, as the person who asked for it may see it now,
// and keeps it.
func (s *Service) make(ctx context.Context, report *models.Report, p *models.ReportProgress) error {
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, report.By)
	switch {
	case errors.Is(err, store.ErrNotFound) && report.By == ledger.Program:
		ctx = access.AsOperator(ctx)
	case err != nil:
		return err
	case !person.CanSignIn():
		return models.Refuse(models.Forbidden, "", "%s no longer has a sign-in", person.Name)
	default:
		ctx = access.As(ctx, person, "report")
	}
	k, err := Find(report.Kind)
	if err != nil {
		return err
	}
	f, err := FormatOf(report.Format)
	if err != nil {
		return err
	}
	a, err := s.ask(ctx, k, report.Asked, report.AskedAt)
	if err != nil {
		return err
	}
	of, err := k.count(ctx, a, 1_000_000)
	if err != nil {
		return err
	}
	p.Of = of
	last := time.Now()
	report.Lines = 0
	file, err := s.write(ctx, k, f, a, report, func() {
		p.Done++
		if p.Done%100 == 0 && time.Since(last) >= beat {
			last = time.Now()
			_ = s.beat(ctx, p) // the next word says it; without any another takes over
		}
	})
	if err != nil {
		return err
	}
	defer file.Close()
	return s.keep(ctx, report, file)
}

// keep stores a file in parts.
func (s *Service) keep(ctx context.Context, report *models.Report, file *File) error {
	report.File = &models.ReportFile{Name: file.Name, Type: file.Type, Size: file.Size, ExpiresAt: models.At(s.Book.Now().Add(Kept))}
	for {
		part := make([]byte, partSize)
		n, err := io.ReadFull(file, part)
		if n > 0 {
			id := partID(report.ID, report.File.Parts)
			doc := &models.File{ID: id, Subject: ledger.Subject(store.Reports, report.ID), Type: file.Type, Content: part[:n]}
			if err := s.keepPart(ctx, doc); err != nil {
				return err
			}
			report.File.Parts++
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// keepPart stores a part, over what an attempt that was broken off may have left.
func (s *Service) keepPart(ctx context.Context, doc *models.File) error {
	old, err := store.Get[models.File](ctx, s.Book.Store, store.Files, doc.ID)
	switch {
	case err == nil:
		doc.Base = old.Base
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return s.Book.Commit(ctx, ledger.Add(store.Files, doc, "report.kept", ""))
}

func partID(report string, n int) string { return fmt.Sprintf("%s.%04d", report, n) }
