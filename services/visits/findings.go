package visits

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// NewFinding is a matter that a visit brought up.
type NewFinding struct {
	Severity models.Severity  `json:"severity"`
	What     string           `json:"what"`
	Tag      string           `json:"tag,omitempty"`  // of the item that it is about
	Unit     string           `json:"unit,omitempty"` // that must act; the item's or the scope's when none is named
	Owner    string           `json:"owner,omitempty"`
	Due      models.Day       `json:"due"`
	Papers   []register.Paper `json:"-"`
}

// Raise enters a finding of a visit that is under way.
func (s *Service) Raise(ctx context.Context, number string, version int64, n NewFinding) (*models.VisitFinding, error) {
	var f *models.VisitFinding
	_, err := s.change(ctx, changing{number, version, "visit.finding_raised", ""}, func(caller *models.Person, v *models.Visit) ([]ledger.Entry, error) {
		if err := underway(v); err != nil {
			return nil, err
		}
		v.Findings++
		f = &models.VisitFinding{Number: fmt.Sprintf("%s-F%d", v.Number, v.Findings), Visit: v.Number, Serial: v.Findings, State: models.FindingOpen, Severity: n.Severity, What: strings.TrimSpace(n.What),
			Unit: n.Unit, Owner: strings.TrimSpace(n.Owner), Due: n.Due, RaisedBy: caller.Code, RaisedAt: models.At(s.Book.Now())}
		if err := s.about(ctx, v, f, n); err != nil {
			return nil, err
		}
		if err := models.Validate(f); err != nil {
			return nil, err
		}
		if f.Due < s.Book.Today() {
			return nil, models.Refuse(models.Invalid, "due", "%s has passed", f.Due)
		}
		files, err := s.Register.Exhibit(caller, ledger.Subject(store.VisitFindings, f.Number), &f.Files, n.Papers...)
		return append(files, ledger.Add(store.VisitFindings, f, "finding.raised", f.What)), err
	})
	return f, err
}

// about looks up which item a finding is about, and who must act.
func (s *Service) about(ctx context.Context, v *models.Visit, f *models.VisitFinding, n NewFinding) error {
	if strings.TrimSpace(n.Tag) != "" {
		_, a, err := s.find(ctx, n.Tag)
		if err != nil {
			return models.InField(err, "tag")
		}
		item, err := store.Get[models.VisitItem](ctx, s.Book.Store, store.VisitItems, v.Number+"/"+a.ID)
		if errors.Is(err, store.ErrNotFound) {
			return models.Refuse(models.Invalid, "tag", "%s is not among the items of %s; enter first how it was found", a.Tag, v.Number)
		}
		if err != nil {
			return err
		}
		f.Asset, f.Tag, f.Name, f.Donor, f.Grant = item.Asset, item.Tag, item.Name, item.Donor, item.Grant
		f.Unit = cmp.Or(f.Unit, item.Unit)
	} else {
		f.Payers = v.Payers
	}
	f.Unit = cmp.Or(f.Unit, v.Scope.Unit)
	if f.Unit == "" {
		return models.Refuse(models.Invalid, "unit", "is required: which unit must act")
	}
	unit, err := s.Register.Unit(ctx, f.Unit)
	if err != nil {
		return err
	}
	if !slices.Contains(v.Within, unit.Code) {
		return models.Refuse(models.Invalid, "unit", "%s has nothing of what %s sees", unit.Code, v.Number)
	}
	f.Path = unit.Path
	if f.Owner == "" {
		return nil
	}
	owner, err := store.Get[models.Person](ctx, s.Book.Store, store.People, f.Owner)
	if errors.Is(err, store.ErrNotFound) {
		return models.Refuse(models.Invalid, "owner", "there is no person %q", f.Owner)
	}
	if err == nil && owner.Inactive {
		return models.Refuse(models.Invalid, "owner", "%s no longer serves", owner.Name)
	}
	return err
}

// finding reads a finding that the caller sees.
func (s *Service) finding(ctx context.Context, caller *models.Person, number string) (store.Record, *models.VisitFinding, error) {
	unknown := models.Refuse(models.NotFound, "number", "there is no finding %q", number)
	record, err := s.Book.Store.Get(ctx, store.VisitFindings, number)
	if errors.Is(err, store.ErrNotFound) {
		return record, nil, unknown
	}
	if err != nil {
		return record, nil, err
	}
	f, err := store.Decode[models.VisitFinding](record)
	if err == nil && !seesFinding(caller, f) {
		return store.Record{}, nil, unknown
	}
	return record, f, err
}

func seesFinding(p *models.Person, f *models.VisitFinding) bool {
	return access.SeesPapers(p, f.Path, f.PaidBy()) || p.Role != models.Auditor && (f.Owner == p.Code || f.RaisedBy == p.Code)
}

// Finding returns one finding that the caller sees.
func (s *Service) Finding(ctx context.Context, number string) (*models.VisitFinding, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	_, f, err := s.finding(ctx, caller, number)
	return f, err
}

// FollowUp is what somebody says of what was done about a finding, with its evidence:
// a file, or a reference to what can be looked up.
type FollowUp struct {
	Text     string           `json:"text"`
	Evidence string           `json:"evidence,omitempty"`
	Papers   []register.Paper `json:"-"`
}

// MayAnswer says whether the person may answer the finding: they answer for the unit,
// or are who must act, and did not make the visit.
func MayAnswer(p *models.Person, f *models.VisitFinding) bool {
	return access.May(p.Role, access.AnswerFinding) && (access.CoversUnit(p, f.Path) || f.Owner == p.Code) && f.State == models.FindingOpen && f.RaisedBy != p.Code
}

// Answer enters what the unit did about a finding.
func (s *Service) Answer(ctx context.Context, number string, version int64, up FollowUp) (*models.VisitFinding, error) {
	return s.step(ctx, access.AnswerFinding, number, version, models.FindingAnswered, up, func(caller *models.Person, f *models.VisitFinding) error {
		switch {
		case f.State != models.FindingOpen:
			return models.Refuse(models.Conflict, "state", "%s is %s", f.Number, f.State.Words())
		case !access.CoversUnit(caller, f.Path) && f.Owner != caller.Code:
			return models.Refuse(models.Forbidden, "", "%s is answered by %s", f.Number, f.Unit)
		case f.RaisedBy == caller.Code:
			return models.Refuse(models.Forbidden, "", "nobody answers a finding that they raised")
		}
		return nil
	})
}

// MayJudge says whether the person may close the finding or send it back: they make
// the visit, and did not answer.
func (s *Service) MayJudge(ctx context.Context, p *models.Person, f *models.VisitFinding) (bool, error) {
	if !f.Open() || f.Answered(p.Code) || !access.May(p.Role, access.Monitor) {
		return false, nil
	}
	v, err := store.Get[models.Visit](ctx, s.Book.Store, store.Visits, f.Visit)
	return err == nil && Leads(p, v), err
}

// Reopen sends an answer back that does not do.
func (s *Service) Reopen(ctx context.Context, number string, version int64, up FollowUp) (*models.VisitFinding, error) {
	return s.step(ctx, access.Monitor, number, version, models.FindingOpen, up, func(caller *models.Person, f *models.VisitFinding) error {
		if f.State != models.FindingAnswered {
			return models.Refuse(models.Conflict, "state", "%s is %s; only an answer is sent back", f.Number, f.State.Words())
		}
		return s.judged(ctx, caller, f)
	})
}

// Close ends the follow-up of a finding, on the evidence of the answer or what the
// monitor saw.
func (s *Service) Close(ctx context.Context, number string, version int64, up FollowUp) (*models.VisitFinding, error) {
	return s.step(ctx, access.Monitor, number, version, models.FindingClosed, up, func(caller *models.Person, f *models.VisitFinding) error {
		if !f.Open() {
			return models.Refuse(models.Conflict, "state", "%s is closed", f.Number)
		}
		return s.judged(ctx, caller, f)
	})
}

func (s *Service) judged(ctx context.Context, caller *models.Person, f *models.VisitFinding) error {
	may, err := s.MayJudge(ctx, caller, f)
	if err == nil && !may {
		err = models.Refuse(models.Forbidden, "", "whoever made the visit decides on %s, and nobody on their own answer", f.Number)
	}
	return err
}

// step takes a finding one step on.
func (s *Service) step(ctx context.Context, verb access.Verb, number string, version int64, to models.FindingState, up FollowUp, may func(*models.Person, *models.VisitFinding) error) (*models.VisitFinding, error) {
	caller, err := access.Allow(ctx, verb)
	if err != nil {
		return nil, err
	}
	up.Text, up.Evidence = strings.TrimSpace(up.Text), strings.TrimSpace(up.Evidence)
	return access.Anew(func() (*models.VisitFinding, error) {
		record, f, err := s.finding(ctx, caller, number)
		if err != nil {
			return nil, err
		}
		if err := access.Current(version, f.Version); err != nil {
			return nil, err
		}
		if err := may(caller, f); err != nil {
			return nil, err
		}
		entries, err := s.stepped(ctx, caller, f, to, up)
		if err != nil {
			return nil, err
		}
		return f, s.Book.Commit(ctx, append([]ledger.Entry{ledger.Change(store.VisitFindings, record.Body, f, "finding."+string(to), up.Text)}, entries...)...)
	})
}

func (s *Service) stepped(ctx context.Context, caller *models.Person, f *models.VisitFinding, to models.FindingState, up FollowUp) ([]ledger.Entry, error) {
	if up.Evidence == "" && len(up.Papers) == 0 && to == models.FindingAnswered {
		return nil, models.Refuse(models.Invalid, "evidence", "is required: attach a photo or paper, or say where it can be looked up")
	}
	step := models.FollowUp{To: to, Text: up.Text, Evidence: up.Evidence, By: caller.Code, At: models.At(s.Book.Now())}
	entries, err := s.Register.Exhibit(caller, ledger.Subject(store.VisitFindings, f.Number), &f.Files, up.Papers...)
	if err != nil {
		return nil, err
	}
	if len(up.Papers) > 0 {
		last := f.Files[len(f.Files)-1]
		step.File, step.Evidence = last.ID, cmp.Or(step.Evidence, last.Name)
	}
	f.State, f.Steps = to, append(slices.Clone(f.Steps), step)
	if to == models.FindingClosed {
		f.ClosedAt = &step.At
	}
	if err := models.Validate(f); err != nil {
		return nil, err
	}
	if f.Open() {
		return entries, nil
	}
	closing, err := s.Flags.Closing(ctx, ledger.Subject(store.VisitFindings, f.Number), models.Say("it was closed"), models.FindingOverdue)
	return append(entries, closing...), err
}

// File returns a photo or paper of a finding that the caller sees, with its content.
func (s *Service) File(ctx context.Context, number, id string) (*models.Attachment, []byte, error) {
	f, err := s.Finding(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	return s.Register.Exhibited(ctx, f.Files, id)
}
