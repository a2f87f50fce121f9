package phone

import (
	"context"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Line is an item as a phone carries it: what one needs to know it by, and to know
// what can be done with it.
type Line struct {
	ID        string           `json:"id"`
	Tag       string           `json:"tag"`
	Aliases   []string         `json:"aliases,omitempty"` // as they are scanned
	Name      string           `json:"name"`
	Model     string           `json:"model,omitempty"` // with its make
	Serial    string           `json:"serial,omitempty"`
	Category  string           `json:"category"`
	Unit      string           `json:"unit"`
	Location  string           `json:"location,omitempty"`
	Custodian string           `json:"custodian,omitempty"`
	Status    models.Status    `json:"status"`
	Condition models.Condition `json:"condition,omitempty"`
	DueBack   models.Day       `json:"due_back,omitempty"`
	Voucher   string           `json:"voucher,omitempty"` // while it is on its way
	Kit       bool             `json:"kit,omitempty"`     // it is a part of one
}

func lineOf(a *models.Asset) Line {
	l := Line{ID: a.ID, Tag: a.Tag, Aliases: a.Codes()[1:], Name: a.Name, Model: strings.TrimSpace(a.Make + " " + a.Model), Serial: a.Serial, Category: a.Category, Unit: a.Unit,
		Location: a.Location, Custodian: a.Custodian, Status: a.Status, Condition: a.Condition, DueBack: a.DueBack, Kit: a.Kit != ""}
	if a.Status == models.InTransit {
		l.Voucher = a.Voucher
	}
	return l
}

// Part is a part of what a phone is told of the register.
type Part struct {
	Items []Line `json:"items"`
	// Removed are IDs of items that the person saw and does not see any more.
	Removed []string `json:"removed,omitempty"`
	// Whole says that this reading tells all items: others that the phone carries are gone.
	Whole bool `json:"whole,omitempty"`
	// Next continues this reading; Since, on its last part, begins the one of what has
	// changed by the next time.
	Next  string `json:"next,omitempty"`
	Since string `json:"since,omitempty"`
}

const (
	// MostLines is the most that one part holds.
	MostLines = 1000
	// looked is how many changes of the whole book are looked at for one part.
	looked = 4000
	// overlap is how far before its own beginning a reading lets the next one begin:
	// commits that began before it may have ended after it, on another machine with
	// another clock. What is told twice does no harm.
	overlap = 2 * time.Minute
)

// Lines tells a phone the items that the caller sees: all of them when since is
// "", and else those that changed since.
func (s *Service) Lines(ctx context.Context, since string, limit int) (*Part, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	if limit < 1 || limit > MostLines {
		return nil, models.Refuse(models.Invalid, "limit", "must be 1 to %d", MostLines)
	}
	r := reading{Began: models.At(s.Book.Now())}
	if since != "" {
		if r, err = resumed(caller, since); err != nil {
			return nil, err
		}
		if r.Began.IsZero() {
			r.Began = models.At(s.Book.Now())
		}
	}
	if r.From.IsZero() {
		return s.all(ctx, caller, r, limit)
	}
	return s.changed(ctx, caller, r, limit)
}

// all reads the whole of what the caller sees, by number.
func (s *Service) all(ctx context.Context, caller *models.Person, r reading, limit int) (*Part, error) {
	q := store.Query{In: store.Assets, By: "number", Where: access.Assets(caller)}
	if len(q.Where) > 0 {
		q.By = map[string]string{"units": "unit", "paid_by": "paid_by"}[q.Where[0].Field]
	}
	q, err := q.Resume(r.Place)
	if err != nil {
		return nil, err
	}
	page, err := store.FindPage(ctx, s.Book.Store, q, limit)
	if err != nil {
		return nil, err
	}
	lines := &Part{Items: make([]Line, len(page.Records)), Whole: true}
	for i, record := range page.Records {
		a, err := store.Decode[models.Asset](record)
		if err != nil {
			return nil, err
		}
		lines.Items[i] = lineOf(a)
	}
	lines.end(caller, r, page.Next)
	return lines, nil
}

// changed reads what has changed on the whole book, in that order, and keeps what the
// caller sees; of the rest it tells what they saw before.
func (s *Service) changed(ctx context.Context, caller *models.Person, r reading, limit int) (*Part, error) {
	q, err := store.Query{In: store.Assets, By: "updated", Where: []store.Cond{store.From("updated_at", r.From.String())}}.Resume(r.Place)
	if err != nil {
		return nil, err
	}
	q.Limit = min(looked, limit)
	lines := &Part{Items: []Line{}}
	for read := 0; ; {
		records, err := s.Book.Store.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			a, err := store.Decode[models.Asset](record)
			if err != nil {
				return nil, err
			}
			if access.SeesPapers(caller, a.Units(), a.PaidBy()) {
				lines.Items = append(lines.Items, lineOf(a))
				continue
			}
			saw, err := s.saw(ctx, caller, a, r.From)
			if err != nil {
				return nil, err
			}
			if saw {
				lines.Removed = append(lines.Removed, a.ID)
			}
		}
		if len(records) < q.Limit {
			lines.end(caller, r, "")
			return lines, nil
		}
		q.After = records[len(records)-1].Place
		if read += len(records); read >= looked || len(lines.Items) >= limit {
			lines.end(caller, r, q.Cursor(q.After))
			return lines, nil
		}
	}
}

// end says how it goes on.
func (l *Part) end(caller *models.Person, r reading, place string) {
	if place != "" {
		r.Place = place
		l.Next = r.text(caller)
		return
	}
	l.Since = reading{From: models.At(r.Began.Add(-overlap))}.text(caller)
}
