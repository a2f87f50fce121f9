package flags

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// Remark is what somebody who looked at a flag says of it, and when they look again.
type Remark struct {
	Remark    string     `json:"remark"`
	LookAgain models.Day `json:"look_again,omitempty"`
}

// longestQuiet is how many days ahead somebody may look again.
const longestQuiet = 183

// Acknowledge notes that the caller looked at a flag. With a day to look again the
// flag does not rise before it. version, if not 0, is the one that was read.
func (s *Service) Acknowledge(ctx context.Context, id string, version int64, r Remark) (*models.Flag, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	return access.Anew(func() (*models.Flag, error) {
		record, flag, err := s.load(ctx, caller, id)
		if err != nil {
			return nil, err
		}
		if err := access.Current(version, flag.Version); err != nil {
			return nil, err
		}
		if err := s.acknowledge(caller, flag, r); err != nil {
			return nil, err
		}
		return flag, s.Book.Commit(ctx, ledger.Change(store.Flags, record.Body, flag, noted, r.Remark))
	})
}

func (s *Service) acknowledge(caller *models.Person, flag *models.Flag, r Remark) error {
	today := s.Book.Today()
	switch {
	case !MayAcknowledge(caller, flag):
		return models.Refuse(models.Forbidden, "", "only who answers for it, or has charge of %s, can acknowledge it", flag.Unit)
	case !flag.Stands():
		return models.Refuse(models.Conflict, "state", "this was closed: %s", flag.Ended())
	case !r.LookAgain.Valid():
		return models.Refuse(models.Invalid, "look_again", "is not a day; write it like 2026-03-31")
	case r.LookAgain != "" && r.LookAgain <= today:
		return models.Refuse(models.Invalid, "look_again", "must be a day after today")
	case r.LookAgain > today.Plus(longestQuiet):
		return models.Refuse(models.Invalid, "look_again", "is more than %d days ahead", longestQuiet)
	}
	ack := &models.Acknowledgement{By: caller.Code, At: models.At(s.Book.Now()), Remark: r.Remark, LookAgain: r.LookAgain}
	if err := models.Validate(ack); err != nil {
		return err
	}
	flag.Acknowledged = ack
	if flag.RisesOn != "" {
		flag.RisesOn = max(flag.RisesOn, r.LookAgain)
	}
	return nil
}

// MayAcknowledge says whether the person may acknowledge a flag that they see.
func MayAcknowledge(caller *models.Person, f *models.Flag) bool {
	return f.Owner == caller.Code || access.May(caller.Role, access.Acknowledge) && access.CoversUnit(caller, f.Units())
}
