package public

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// NewReport is what somebody without a sign-in sends.
type NewReport struct {
	Kind    models.PublicKind `json:"kind"`
	Text    string            `json:"text"`
	Contact string            `json:"contact,omitempty"`
	Photo   []byte            `json:"-"`
}

// Tag returns the tag of a label as it is written, or refuses what is not a tag. It
// looks nothing up: by the form and the check digit alone nobody learns what there is.
func Tag(text string) (string, error) {
	prefix, number, err := labels.ParseTag(text)
	if err != nil {
		return "", err
	}
	return labels.FormatTag(prefix, number), nil
}

// Send takes in a report about a label from an address. It does the same whether or
// not there is such an item, so that neither the answer nor its time tells.
func (s *Service) Send(ctx context.Context, tag, address string, n NewReport) error {
	tag, err := Tag(tag)
	if err != nil {
		return err
	}
	r := &models.PublicReport{ID: s.newID(), Tag: tag, Kind: n.Kind, Text: plain(n.Text), Contact: strings.TrimSpace(n.Contact),
		State: models.PublicWaiting, SentAt: models.At(s.Book.Now())}
	if err := models.Validate(r); err != nil {
		return err
	}
	if err := s.admit(address); err != nil {
		return err
	}
	waiting, err := s.Book.Store.Count(ctx, store.Query{In: store.PublicReports, By: "state", Where: []store.Cond{store.Is("state", string(models.PublicWaiting))}, Limit: mostWaiting})
	if err != nil {
		return err
	}
	if waiting >= mostWaiting {
		return models.Refuse(models.TooMany, "", "too many reports wait to be looked at; tell the nearest post")
	}
	ctx = ledger.By(ctx, ledger.Author{Person: Person})
	file, err := s.photo(r, n.Photo)
	if err != nil {
		return err
	}
	cause, err := s.about(ctx, r)
	if err != nil {
		return err
	}
	flag, err := s.Flags.Opening(ctx, models.PublicReported, cause)
	if err != nil {
		return err
	}
	entries := append([]ledger.Entry{ledger.Add(store.PublicReports, r, "public_report.sent", "")}, file...)
	err = s.Book.Commit(ctx, append(entries, flag...)...)
	var again *ledger.Replayed
	if errors.As(err, &again) {
		return nil
	}
	return err
}

// photo keeps the picture that came along, drawn anew.
func (s *Service) photo(r *models.PublicReport, content []byte) ([]ledger.Entry, error) {
	if len(content) == 0 {
		return nil, nil
	}
	drawn, err := Redrawn(content)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(drawn)
	file := &models.File{ID: s.newID(), Subject: ledger.Subject(store.PublicReports, r.ID), Type: "image/jpeg", Content: drawn}
	r.Photo = &models.Attachment{ID: file.ID, Name: "photo.jpg", Type: file.Type, Size: len(drawn), SHA256: hex.EncodeToString(sum[:]), AddedBy: Person, AddedAt: r.SentAt}
	return []ledger.Entry{ledger.Add(store.Files, file, "file.added", "")}, nil
}

// about finds what the label is on, and the cause for somebody to look at the report.
func (s *Service) about(ctx context.Context, r *models.PublicReport) (flags.Cause, error) {
	cause := flags.Cause{Subject: ledger.Subject(store.PublicReports, r.ID), Ref: r.Tag, What: models.Say("Label %v", r.Tag), Since: s.Book.Today(),
		Detail: map[models.PublicKind]models.Text{models.PublicFault: models.Say("somebody reported a fault"), models.PublicFound: models.Say("somebody found it")}[r.Kind]}
	record, err := s.Register.Asset(access.AsOperator(ctx), r.Tag)
	if models.KindOf(err) == models.NotFound {
		cause.Detail = models.Say("%v; no such item is on charge", cause.Detail)
		return cause, nil
	}
	if err != nil {
		return cause, err
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		return cause, err
	}
	r.Item, r.What, r.Unit, r.Path = a.ID, a.Name, a.Unit, a.Units()
	cause.What, cause.Unit, cause.Path = models.Plain(a.Name), a.Unit, a.Path
	cause.Also = slices.DeleteFunc(slices.Clone(r.Path), func(u string) bool { return slices.Contains(a.Path, u) })
	return cause, nil
}

// plain keeps of a stranger's text what can be read: no control or bidirectional
// characters, by which it could look like something else.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', unicode.IsControl(r) && r != '\t', unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.TrimSpace(text)
}

// Photo returns the picture of a report that the caller may decide on.
func (s *Service) Photo(ctx context.Context, id string) (*models.Attachment, []byte, error) {
	caller, err := access.Allow(ctx, access.Triage)
	if err != nil {
		return nil, nil, err
	}
	_, r, err := s.load(ctx, caller, id)
	if err != nil {
		return nil, nil, err
	}
	if r.Photo == nil {
		return nil, nil, models.Refuse(models.NotFound, "id", "no photo came with this report")
	}
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, r.Photo.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, models.Refuse(models.NotFound, "id", "the photo was taken away when the report was dismissed")
	}
	if err != nil {
		return nil, nil, err
	}
	return r.Photo, file.Content, nil
}

// Filter says which reports a list shows.
type Filter struct {
	State models.PublicState
	Unit  string
}

// List returns a page of the reports that the caller may decide on, the newest first.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	caller, err := access.Allow(ctx, access.Triage)
	if err != nil {
		return nil, err
	}
	if f.State != "" && !slices.Contains(models.PublicStates, f.State) {
		return nil, models.Refuse(models.Invalid, "state", "must be one of waiting, confirmed, dismissed")
	}
	conds, nothing, err := register.Papers{Unit: f.Unit}.Within(ctx, s.Register, caller, "sent_at")
	if err != nil || nothing {
		return &store.Page{}, err
	}
	if f.State != "" {
		conds = append(conds, store.Is("state", string(f.State)))
	}
	q := store.Query{In: store.PublicReports, By: store.PublicReports.Narrowest(conds, "unit_state", "unit", "state", "sent"), Where: conds, Desc: true}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}
