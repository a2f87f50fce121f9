package requests

import (
	"context"

	"quartermaster/models"
)

// toDispose lists the losses and write-offs that wait for the caller.
func (s *Service) toDispose(ctx context.Context, _ *models.Person) ([]Waiting, error) {
	waiting, err := s.Disposal.Waiting(ctx, mostWaiting+1)
	if err != nil {
		return nil, err
	}
	var list []Waiting
	for _, sort := range []struct {
		what   string
		losses []*models.Loss
	}{{"inquire", waiting.ToInquire}, {"appoint", waiting.ToAppoint}, {"decide", waiting.ToDecide}} {
		for _, l := range sort.losses {
			list = append(list, Waiting{For: sort.what, Number: l.Number, Kind: "loss", Says: models.Say("%v: %v %v", l.Kind, l.Name, l.Tag), Unit: l.Unit, Since: l.UpdatedAt})
		}
	}
	for _, sort := range []struct {
		what      string
		writeOffs []*models.WriteOff
	}{{"decide", waiting.ToApprove}, {"strike_off", waiting.ToStrike}} {
		for _, w := range sort.writeOffs {
			list = append(list, Waiting{For: sort.what, Number: w.Number, Kind: "writeoff", Says: models.Say("write-off: %v %v", w.Name, w.Tag), Unit: w.Unit, Since: w.UpdatedAt})
		}
	}
	return list, nil
}
