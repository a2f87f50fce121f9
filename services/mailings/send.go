package mailings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/notices"
	"quartermaster/services/reports"
	"quartermaster/services/shares"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// atOnce is how many schedules are read at a time.
const atOnce = 50

// Send sends what is due: the report of each period that has ended, also of those that
// were missed while nothing ran. It returns how many it put into the outbox. That a
// period was sent and its e-mail are one Commit, so that neither a restart nor a second
// instance sends it twice.
func (s *Service) Send(ctx context.Context) (int, error) {
	sent := 0
	var failed []error
	q := store.Query{In: store.ReportSchedules, By: "next", Where: []store.Cond{store.Under("next", string(s.Book.Today().Plus(1)))}, Limit: atOnce}
	for {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return sent, err
		}
		for _, record := range records {
			q.After = record.Place
			n, err := s.catchUp(ctx, record.ID)
			sent += n
			if err != nil {
				failed = append(failed, err)
			}
		}
		if len(records) < q.Limit {
			return sent, errors.Join(failed...)
		}
	}
}

// catchUp sends the periods of one schedule until it is due in the future.
func (s *Service) catchUp(ctx context.Context, id string) (int, error) {
	for sent := 0; ; sent++ {
		record, err := s.Book.Store.Get(ctx, store.ReportSchedules, id)
		if err != nil {
			return sent, err
		}
		schedule, err := store.Decode[models.ReportSchedule](record)
		if err != nil || schedule.Next == "" || schedule.Next > s.Book.Today() {
			return sent, err
		}
		err = s.send(ctx, record, schedule)
		var outrun *store.VersionConflict
		if errors.As(err, &outrun) { // somebody else has sent it, or changed it
			return sent, nil
		}
		if err != nil {
			return sent, errors.Join(fmt.Errorf("the report for %s: %w", schedule.For, err), s.note(ctx, id, err))
		}
	}
}

// note records why a schedule's report could not be made, once.
func (s *Service) note(ctx context.Context, id string, failed error) error {
	record, err := s.Book.Store.Get(ctx, store.ReportSchedules, id)
	if err != nil {
		return err
	}
	schedule, err := store.Decode[models.ReportSchedule](record)
	if err != nil {
		return err
	}
	trouble := models.Say("something went wrong while it was made; it is in the server's log")
	var refused *models.Error
	if errors.As(failed, &refused) {
		trouble = refused.Text()
	}
	if schedule.Trouble == trouble.String() {
		return nil
	}
	schedule.Trouble, schedule.TroubleSaid = trouble.Kept()
	return s.Book.Commit(program(ctx), ledger.Change(store.ReportSchedules, record.Body, schedule, "report_schedule.failed", "").Saying(trouble))
}

func program(ctx context.Context) context.Context {
	return ledger.By(ctx, ledger.Author{Person: ledger.Program})
}

// send makes the report of the period that ended before the schedule's day, and puts it
// into the outbox.
func (s *Service) send(ctx context.Context, record store.Record, schedule *models.ReportSchedule) error {
	kind, err := reports.Find(schedule.Kind)
	if err != nil {
		return err
	}
	if _, err := s.Notices.Mail(notices.Mail{To: schedule.To}); err != nil { // before anything is made in vain
		return err
	}
	asked := schedule.Asked(schedule.Next, kind.Period)
	file, err := s.Reports.Pull(access.As(ctx, schedule.Receiver(), ""), schedule.Kind, schedule.Format, asked)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	sending := &models.Sending{At: models.At(s.Book.Now()), Report: file.Report.ID}
	sending.From, sending.To = schedule.Period(schedule.Next)
	in := words.Speaking(schedule.Language, words.Western)
	mail := notices.Mail{Kind: "report", About: []string{schedule.ID, string(sending.From)}, To: schedule.To,
		Subject: in.Say("%v, %v to %v", models.Say(kind.Title), sending.From, sending.To)}
	entries, err := s.enclose(ctx, schedule, sending, asked, file, &mail)
	if err != nil {
		return err
	}
	letters, err := s.Notices.Mail(mail)
	if err != nil {
		return err
	}
	schedule.Last, schedule.Trouble, schedule.TroubleSaid = sending, "", nil
	schedule.Sent++
	schedule.Next = schedule.DueFrom(schedule.Next)
	entries = append(entries, ledger.Change(store.ReportSchedules, record.Body, schedule, "report_schedule.sent", "").Saying(models.Say("%v to %v", sending.From, sending.To)))
	return s.Book.Commit(program(ctx), append(entries, letters...)...)
}

// enclose puts the file with the letter, or a link where it is too large, and writes the
// letter.
func (s *Service) enclose(ctx context.Context, schedule *models.ReportSchedule, sending *models.Sending, asked models.ReportQuery, file *reports.File, mail *notices.Mail) ([]ledger.Entry, error) {
	base := s.Notices.Settings.Base
	opening := []models.Text{models.Say("To %v", schedule.For),
		models.Say("%v of %v, for the period from %v to %v.", models.Say(file.Report.Title), payer(schedule), sending.From, sending.To)}
	often := models.Say("This message is sent each quarter by the property book at %v.", base)
	if schedule.Every == models.EveryMonth {
		often = models.Say("This message is sent each month by the property book at %v.", base)
	}
	closing := []models.Text{models.Say("The report proves itself: give the file to %v to see that nothing in it was changed.", base+"/verify"), often}
	largest := s.Largest
	if largest == 0 {
		largest = 10 << 20
	}
	if file.Size > largest {
		share, entries, err := s.Shares.Entries(access.AsOperator(ctx), shares.NewShare{For: schedule.For, Kind: schedule.Kind, ReportQuery: asked, Days: linkDays}, schedule.Scope)
		if err != nil {
			return nil, err
		}
		sending.Share = share.ID
		mail.Text = letter(schedule, opening, models.Say("It is too large for e-mail. For %v days it is here, and each opening is recorded:", linkDays), models.Say(share.Address), closing)
		return entries, nil
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	kept := &models.File{ID: s.newID(), Subject: ledger.Subject(store.ReportSchedules, schedule.ID), Name: file.Name, Type: file.Type, Content: content}
	sending.File = &models.Attachment{ID: kept.ID, Name: file.Name, Type: file.Type, Size: len(content), SHA256: hex.EncodeToString(sum[:]), AddedBy: ledger.Program, AddedAt: sending.At}
	mail.Attachments = []models.Enclosure{{File: kept.ID, Name: file.Name}}
	mail.Text = letter(schedule, opening, models.Say("It is attached."), models.Text{}, closing)
	return []ledger.Entry{ledger.Add(store.Files, kept, "file.added", "")}, nil
}

// linkDays is for how long the link to a report is good that is too large for e-mail.
const linkDays = 90

// letter is the text of the e-mail in each of its languages, one after the other.
func letter(s *models.ReportSchedule, opening []models.Text, how, where models.Text, closing []models.Text) string {
	sentences := append(append(opening, how), where)
	var text strings.Builder
	for i, in := range words.Speaking(s.Language, words.Western) {
		if i > 0 {
			text.WriteString("\n---\n\n")
		}
		for at, sentence := range append(sentences, closing...) {
			if sentence.Empty() {
				continue
			}
			if at > 0 {
				text.WriteString("\n\n")
			}
			text.WriteString(in.Tell(sentence))
		}
		text.WriteString("\n")
	}
	return text.String()
}

func payer(s *models.ReportSchedule) models.Text {
	if s.Grant != "" {
		return models.Say("what grant %v paid for", s.Grant)
	}
	return models.Say("what %v paid for", s.Donor)
}
