package maintenance

import (
	"context"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// NewReading is what somebody reads off an item's meter.
type NewReading struct {
	Meter string          `json:"meter,omitempty"` // its name or unit; "" is the only one
	Value models.Quantity `json:"value"`
	On    models.Day      `json:"on,omitempty"` // "" is today
	// Confirm says what a reading means that was asked about: right, mistake or
	// replaced; Reason why.
	Confirm models.Confirmation `json:"confirm,omitempty"`
	Reason  string              `json:"reason,omitempty"`
}

// ReadMeter enters a reading. One that goes back or jumps beyond reason (see
// models.Meter.Doubt) is a Conflict about "confirm" until Confirm says what it means;
// it is then kept as a correction, with its reason. version, if not 0, is the
// asset's that was read.
func (s *Service) ReadMeter(ctx context.Context, tag string, version int64, n NewReading) (*models.Asset, error) {
	c := register.Changing{Verb: access.Maintain, Tag: tag, Version: version, Kind: "asset.meter_read", Reason: n.Reason}
	return s.Register.ChangeWith(ctx, c, func(caller *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		entries, err := s.Reading(ctx, caller, a, n, "")
		if err != nil {
			return nil, err
		}
		seen, err := s.seen(ctx, caller, a, n.On, models.Say("its meter was read"))
		return append(entries, seen...), err
	})
}

// Reading changes the item by what its meter shows, for a Commit of the caller's that
// holds the item, and returns what else belongs in it. from says where it was read.
func (s *Service) Reading(ctx context.Context, caller *models.Person, a *models.Asset, n NewReading, from string) ([]ledger.Entry, error) {
	entries, _, err := s.read(ctx, caller, a, n, from)
	if err != nil {
		return nil, err
	}
	closing, err := s.planned(ctx, a, models.Say("the meter was read"))
	return append(entries, closing...), err
}

// read takes a reading in, without working out what it means for what is due.
func (s *Service) read(ctx context.Context, caller *models.Person, a *models.Asset, n NewReading, from string) ([]ledger.Entry, *models.Reading, error) {
	category, err := s.Register.Category(ctx, a.Category)
	if err != nil {
		return nil, nil, err
	}
	meter, err := category.Meter(n.Meter)
	if err != nil {
		return nil, nil, err
	}
	on, err := s.happened(a, "on", n.On)
	switch {
	case err != nil:
		return nil, nil, err
	case a.Status == models.StruckOff:
		return nil, nil, models.Refuse(models.Conflict, "status", "%s is struck off charge", a.Tag)
	case n.Value < 0 || n.Value > models.LargestQuantity:
		return nil, nil, models.Refuse(models.Invalid, "value", "is not what a meter shows: give 0 to %s", models.LargestQuantity)
	case n.Confirm != "" && !slices.Contains(models.Confirmations, n.Confirm):
		return nil, nil, models.Refuse(models.Invalid, "confirm", "must be right, mistake or replaced")
	}
	r := &models.Reading{ID: s.newID(), Asset: a.ID, Meter: meter.Name, Unit: meter.Unit, Value: n.Value, On: on,
		By: caller.Code, At: models.At(s.Book.Now()), From: from}
	known, err := s.readings(ctx, a.ID, meter.Name, latestReadings)
	if err != nil {
		return nil, nil, err
	}
	entries, err := s.admit(a, meter, r, n, known)
	if err != nil {
		return nil, nil, err
	}
	return append(entries, ledger.Add(store.Readings, r, "meter.read", r.Reason)), r, nil
}

// latestReadings is from how many readings the rate of use is measured.
const latestReadings = 20

// reading is a kept reading and the JSON that it was read as.
type reading struct {
	*models.Reading
	before []byte
}

// readings returns the latest of a meter, in the order of their days.
func (s *Service) readings(ctx context.Context, asset, meter string, limit int) ([]reading, error) {
	records, err := s.Book.Store.Find(ctx, store.Query{In: store.Readings, By: "meter", Desc: true, Limit: limit,
		Where: []store.Cond{store.Is("asset", asset), store.Is("meter", meter)}})
	if err != nil {
		return nil, err
	}
	list := make([]reading, len(records))
	for i, record := range records {
		r, err := store.Decode[models.Reading](record)
		if err != nil {
			return nil, err
		}
		list[len(records)-1-i] = reading{r, record.Body}
	}
	return list, nil
}

// admit asks about an unlikely reading, and changes the item's meter by one that is
// taken. It returns the readings that it sets aside.
func (s *Service) admit(a *models.Asset, meter models.Meter, r *models.Reading, n NewReading, known []reading) ([]ledger.Entry, error) {
	state := a.MeterState(meter.Name)
	if state == nil {
		care := a.Looked()
		care.Meters = append(slices.Clone(care.Meters), models.MeterState{Meter: meter.Name, Unit: meter.Unit,
			Value: r.Value, On: r.On, First: r.Value, FirstOn: r.On})
		return nil, nil
	}
	care := *a.Care // a change of its own: another attempt begins with what is stored
	care.Meters, care.Done = slices.Clone(care.Meters), slices.Clone(care.Done)
	a.Care = &care
	state = a.MeterState(meter.Name)

	r.Stretch = state.Stretch
	late := r.On < state.On
	doubt := doubtOf(meter, *state, r, known)
	switch {
	case doubt.Empty() && n.Confirm != models.MeterReplaced:
	case n.Confirm == "":
		return nil, models.Refuse(models.Conflict, "confirm", "%v %v %v. Is it right, was an earlier reading a mistake, or was the meter replaced?",
			r.Value, meter.Unit, doubt)
	case strings.TrimSpace(n.Reason) == "":
		return nil, models.Refuse(models.Invalid, "reason", "is required: how the reading came about")
	case late && n.Confirm != models.RightAsRead:
		return nil, models.Refuse(models.Invalid, "on", "is before the last reading, of %v; correct the meter by a reading of today", state.On)
	case n.Confirm == models.RightAsRead && !late && r.Value < state.Value:
		return nil, models.Refuse(models.Invalid, "confirm", "a meter does not run backwards: an earlier reading was a mistake, or the meter was replaced")
	default:
		r.Confirmed, r.Reason = n.Confirm, n.Reason
	}
	var aside []ledger.Entry
	switch {
	case late:
	case r.Confirmed == models.MeterReplaced:
		replaced(&care, state, r)
	case r.Confirmed == models.WrongBefore:
		aside = corrected(&care, state, r, known)
	default:
		state.Run += r.Value - state.Value
		state.Value, state.On = r.Value, r.On
	}
	state.Rate = rate(known, r)
	return aside, nil
}

// doubtOf says why the reading is asked about, beside those of the days around its own.
func doubtOf(meter models.Meter, state models.MeterState, r *models.Reading, known []reading) models.Text {
	if r.On >= state.On {
		return meter.Doubt(state, nil, r.Value, r.On)
	}
	var after *models.Reading
	state.Value, state.On = 0, "" // nothing is known before the first
	for _, k := range known {
		switch {
		case k.Aside || k.Stretch != r.Stretch:
		case k.On <= r.On:
			state.Value, state.On = k.Value, k.On
		case after == nil:
			after = k.Reading
		}
	}
	if state.On == "" {
		state.On, state.Rate = r.On, 0
		if after != nil && r.Value > after.Value {
			return meter.Doubt(state, after, r.Value, r.On)
		}
		return models.Text{}
	}
	return meter.Doubt(state, after, r.Value, r.On)
}

// replaced begins to count on another meter: what was noted in terms of the old one
// is put in terms of the new.
func replaced(care *models.Care, state *models.MeterState, r *models.Reading) {
	shift := r.Value - state.Value
	state.Stretch++
	r.Stretch = state.Stretch
	state.First += shift
	state.Value, state.On = r.Value, r.On
	for i := range care.Done {
		if at := care.Done[i].Reading; at != nil && care.Done[i].Meter == state.Meter {
			moved := *at + shift
			care.Done[i].Reading = &moved
		}
	}
}

// corrected sets aside the readings that the new one shows to be wrong: those above
// it where it goes back, the last where it jumps.
func corrected(care *models.Care, state *models.MeterState, r *models.Reading, known []reading) []ledger.Entry {
	back := r.Value < state.Value
	var aside []ledger.Entry
	for i, k := range known {
		if k.Aside || k.Stretch != r.Stretch || back && k.Value <= r.Value || !back && i < len(known)-1 {
			continue
		}
		k.Aside = true
		aside = append(aside, ledger.Change(store.Readings, k.before, k.Reading, "meter.set_aside", r.Reason))
	}
	state.Run = max(state.Run+r.Value-state.Value, 0)
	state.Value, state.On = r.Value, r.On
	if state.First > r.Value || !slices.ContainsFunc(known, func(k reading) bool { return !k.Aside && k.Stretch == r.Stretch }) {
		state.First, state.FirstOn, state.Run = r.Value, r.On, 0
	}
	for i := range care.Done { // nothing was serviced at a reading that was never reached
		if at := care.Done[i].Reading; at != nil && care.Done[i].Meter == state.Meter && *at > r.Value {
			care.Done[i].Reading = &r.Value
		}
	}
	return aside
}

// rate measures the use a day with the new reading in its place.
func rate(known []reading, r *models.Reading) models.Quantity {
	list := make([]*models.Reading, 0, len(known)+1)
	for _, k := range known {
		list = append(list, k.Reading)
	}
	list = append(list, r)
	slices.SortStableFunc(list, func(a, b *models.Reading) int { return strings.Compare(string(a.On), string(b.On)) })
	return models.RateOf(list)
}

// Readings returns a page of an item's readings of one meter, newest first.
func (s *Service) Readings(ctx context.Context, tag, meter, cursor string, limit int) (*store.Page, error) {
	a, err := s.asset(ctx, tag)
	if err != nil {
		return nil, err
	}
	category, err := s.Register.Category(ctx, a.Category)
	if err != nil {
		return nil, err
	}
	of, err := category.Meter(meter)
	if err != nil {
		return nil, err
	}
	q := store.Query{In: store.Readings, By: "meter", Desc: true,
		Where: []store.Cond{store.Is("asset", a.ID), store.Is("meter", of.Name)}}
	return q.Page(ctx, s.Book.Store, cursor, limit)
}
