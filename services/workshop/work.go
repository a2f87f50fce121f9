package workshop

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/store"
)

// Work is what is noted on a job while it is worked on; what is nil stays.
type Work struct {
	Mechanic *string        `json:"mechanic,omitempty"`
	Parts    *[]models.Part `json:"parts,omitempty"` // all of them
	Labour   *models.Money  `json:"labour,omitempty"`
	Remark   string         `json:"remark,omitempty"`
	Photos   []Photo        `json:"-"`
}

// Confirm says that there is a defect.
func (s *Service) Confirm(ctx context.Context, number string, version int64, remark string) (*models.Repair, error) {
	return s.step(ctx, number, version, verb(models.RepairConfirmed), "repair.confirmed", remark, func(caller *models.Person, job *models.Repair) ([]ledger.Entry, error) {
		s.remark(caller, job, remark)
		return nil, job.Step(models.RepairConfirmed)
	})
}

// Wait says which parts a job waits for.
func (s *Service) Wait(ctx context.Context, number string, version int64, parts string) (*models.Repair, error) {
	parts = strings.TrimSpace(parts)
	if parts == "" {
		return nil, models.Refuse(models.Invalid, "waiting_for", "say which parts it waits for")
	}
	return s.step(ctx, number, version, verb(models.RepairWaiting), "repair.waits", parts, func(_ *models.Person, job *models.Repair) ([]ledger.Entry, error) {
		job.WaitingFor = parts
		return nil, job.Step(models.RepairWaiting)
	})
}

// Start is how work on a job begins.
type Start struct {
	Mechanic string `json:"mechanic,omitempty"` // "" is whoever starts it
	// TakeIn takes the item into the workshop: it is out of service until the job ends.
	TakeIn bool `json:"take_in,omitempty"`
}

// Start begins work on a job.
func (s *Service) Start(ctx context.Context, number string, version int64, st Start) (*models.Repair, error) {
	begin := func(caller *models.Person, job *models.Repair) error {
		job.Mechanic, job.WaitingFor = strings.TrimSpace(st.Mechanic), ""
		if job.Mechanic == "" {
			job.Mechanic = strings.TrimSpace(caller.Rank + " " + caller.Name)
		}
		return job.Step(models.RepairInWork)
	}
	if !st.TakeIn {
		return s.step(ctx, number, version, verb(models.RepairInWork), "repair.started", st.Mechanic, func(caller *models.Person, job *models.Repair) ([]ledger.Entry, error) {
			return nil, begin(caller, job)
		})
	}
	return s.withItem(ctx, number, version, verb(models.RepairInWork), "repair.started", "asset.entered_workshop", st.Mechanic, func(caller *models.Person, job *models.Repair, a *models.Asset) ([]ledger.Entry, error) {
		if err := begin(caller, job); err != nil {
			return nil, err
		}
		return s.Maintenance.Entering(ctx, caller, a, shortened(number+": "+job.What))
	})
}

// longestReason is how much of a defect stands as the reason of a stay in the
// workshop, in bytes.
const longestReason = 400

func shortened(text string) string {
	if len(text) <= longestReason {
		return text
	}
	return strings.ToValidUTF8(text[:longestReason], "") + "…"
}

// Note keeps what was found, used and spent on a job that is not over.
func (s *Service) Note(ctx context.Context, number string, version int64, w Work) (*models.Repair, error) {
	return s.step(ctx, number, version, access.Maintain, "repair.noted", w.Remark, func(caller *models.Person, job *models.Repair) ([]ledger.Entry, error) {
		if job.State.Over() {
			return nil, models.Refuse(models.Conflict, "state", "%s is %s", job.Number, job.State.Words())
		}
		models.Set(&job.Mechanic, w.Mechanic)
		models.Set(&job.Parts, w.Parts)
		if w.Labour != nil {
			job.Labour = w.Labour
			if *w.Labour == (models.Money{}) {
				job.Labour = nil
			}
		}
		s.remark(caller, job, w.Remark)
		files, err := s.photos(caller, job, w.Photos)
		return kept(job, files), err
	})
}

// Finish ends a job with the record of the service by which the item was mended, in
// the same Commit. Parts and labour are the job's where none are given.
func (s *Service) Finish(ctx context.Context, number string, version int64, n maintenance.NewService) (*models.Repair, error) {
	return s.withItem(ctx, number, version, verb(models.RepairDone), "repair.finished", "asset.serviced", n.Note, func(caller *models.Person, job *models.Repair, a *models.Asset) ([]ledger.Entry, error) {
		if err := job.Step(models.RepairDone); err != nil {
			return nil, err
		}
		done := n
		done.Job = job.Number
		if done.Parts == nil {
			done.Parts = job.Parts
		}
		if done.Labour == nil {
			done.Labour = job.Labour
		}
		if done.By == "" {
			done.By = job.Mechanic
		}
		if strings.TrimSpace(done.Note) == "" {
			done.Note = job.What
		}
		job.Enable(a)
		service, entries, err := s.Maintenance.Recording(ctx, caller, a, done)
		if err != nil {
			return nil, err
		}
		job.Parts, job.Labour, job.Service, job.WaitingFor = done.Parts, done.Labour, service.ID, ""
		s.end(job)
		return entries, nil
	})
}

// Dismissal ends a job without any work.
type Dismissal struct {
	Reason string `json:"reason"`
	// Back takes an item that is in the workshop out of it.
	Back bool `json:"back,omitempty"`
}

// Dismiss ends a job of which nothing comes.
func (s *Service) Dismiss(ctx context.Context, number string, version int64, d Dismissal) (*models.Repair, error) {
	d.Reason = strings.TrimSpace(d.Reason)
	if d.Reason == "" {
		return nil, models.Refuse(models.Invalid, "reason", "say why it is dismissed")
	}
	end := func(job *models.Repair) error {
		job.Reason, job.WaitingFor = d.Reason, ""
		s.end(job)
		return job.Step(models.RepairDismissed)
	}
	job, err := s.Job(ctx, number)
	switch {
	case err != nil:
		return nil, err
	case !d.Back && !job.Unusable:
		return s.step(ctx, number, version, verb(models.RepairDismissed), "repair.dismissed", d.Reason, func(_ *models.Person, job *models.Repair) ([]ledger.Entry, error) {
			return nil, end(job)
		})
	case !d.Back:
		return s.withItem(ctx, number, version, verb(models.RepairDismissed), "repair.dismissed", "asset.serviceable", d.Reason, func(_ *models.Person, job *models.Repair, a *models.Asset) ([]ledger.Entry, error) {
			job.Enable(a)
			return nil, end(job)
		})
	}
	return s.withItem(ctx, number, version, access.Maintain, "repair.dismissed", "asset.left_workshop", d.Reason, func(caller *models.Person, job *models.Repair, a *models.Asset) ([]ledger.Entry, error) {
		if err := end(job); err != nil {
			return nil, err
		}
		job.Enable(a)
		return s.Maintenance.Leaving(ctx, caller, a)
	})
}

func (s *Service) end(job *models.Repair) {
	now := models.At(s.Book.Now())
	job.EndedAt = &now
}

func (s *Service) remark(caller *models.Person, job *models.Repair, text string) {
	if text = strings.TrimSpace(text); text != "" {
		job.Remarks = append(job.Remarks, models.RepairRemark{By: caller.Code, At: models.At(s.Book.Now()), Text: text})
	}
}

// Photo returns a picture of a job that the caller may see.
func (s *Service) Photo(ctx context.Context, number, id string) (*models.Attachment, []byte, error) {
	job, err := s.Job(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(job.Photos, func(p models.Attachment) bool { return p.ID == id })
	if at < 0 {
		return nil, nil, models.Refuse(models.NotFound, "file", "there is no such photo of this job")
	}
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, id)
	if err != nil {
		return nil, nil, err
	}
	return &job.Photos[at], file.Content, nil
}
