package reports

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// asked is what a report is asked for once that is checked: the documents that it
// names, and the instants at which it looks at the book.
type asked struct {
	models.ReportQuery
	s        *Service
	caller   *models.Person
	donor    *models.Donor
	grant    *models.Grant
	unit     *models.Unit
	category *models.Category
	at       models.Time // as of when the book is seen; for a period, its last instant
	begins   models.Time // the last instant before the period
	day      models.Day  // of at
	names    *book
	voice    words.Voice
}

// t tells a sentence in the language of the report.
func (a *asked) t(format string, args ...any) string { return a.voice.Say(format, args...) }

// ask checks what a report is asked for by whoever acts in ctx, as of asked unless
// it names an instant. It refuses a period that ends before it starts, an instant in
// the future, and donors, grants and units that are not there or not the caller's.
func (s *Service) ask(ctx context.Context, k *Kind, q models.ReportQuery, now models.Time) (*asked, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	if err := words.CheckVoice(q.Language); err != nil {
		return nil, err
	}
	a := &asked{ReportQuery: q, s: s, caller: caller, voice: words.Speaking(q.Language, words.Digits(q.Digits))}
	if err := a.takes(k); err != nil {
		return nil, err
	}
	if err := cmp.Or(a.places(ctx), a.instants(k, now)); err != nil {
		return nil, err
	}
	a.names = &book{s: s, ctx: ctx, at: a.at}
	return a, nil
}

// Check refuses what whoever acts in ctx could not ask a report for now.
func (s *Service) Check(ctx context.Context, kind string, q models.ReportQuery) error {
	k, err := Find(kind)
	if err != nil {
		return err
	}
	_, err = s.ask(ctx, k, q, models.At(s.Book.Now()))
	return err
}

// takes refuses what the kind is not asked by.
func (a *asked) takes(k *Kind) error {
	for name, value := range map[string]models.Day{"from": a.From, "to": a.To} {
		if value != "" && !k.Period {
			return models.Refuse(models.Invalid, name, "is nothing that the report %s is asked by: it is not of a period; ask for it as_of a day", k.Name)
		}
	}
	return nil
}

// places looks up what the report is about, within what the caller may see.
func (a *asked) places(ctx context.Context) error {
	if err := cmp.Or(
		place(ctx, a.s, store.Donors, "donor", a.Donor, &a.donor),
		place(ctx, a.s, store.Grants, "grant", a.Grant, &a.grant),
		place(ctx, a.s, store.Units, "unit", a.Unit, &a.unit),
		place(ctx, a.s, store.Categories, "category", a.Category, &a.category),
	); err != nil {
		return err
	}
	if a.grant != nil && a.donor != nil && a.grant.Donor != a.donor.Code {
		return models.Refuse(models.Invalid, "grant", "%s is a grant of %s, not of %s", a.grant.Code, a.grant.Donor, a.donor.Code)
	}
	if a.unit == nil || a.caller.Scope == "" || access.CoversUnit(a.caller, a.unit.Path) || slices.Contains(a.unit.Path, a.caller.Scope) {
		return nil
	}
	own, err := a.s.Register.Unit(ctx, a.caller.Scope)
	if err != nil {
		return err
	}
	if !slices.Contains(own.Path, a.unit.Code) { // of what is above them they get their part
		return models.Refuse(models.NotFound, "unit", "there is no unit %q in your part of the unit tree", a.unit.Code)
	}
	return nil
}

func place[T any](ctx context.Context, s *Service, in *store.Collection, field, code string, into **T) error {
	if code == "" {
		return nil
	}
	record, err := s.Register.Place(ctx, in, code)
	if models.KindOf(err) == models.NotFound {
		return models.Refuse(models.NotFound, field, "there is no %s %q", field, code)
	}
	if err == nil {
		*into, err = store.Decode[T](record)
	}
	return err
}

// instants works out when the report looks at the book.
func (a *asked) instants(k *Kind, now models.Time) error {
	for name, day := range map[string]models.Day{"from": a.From, "to": a.To} {
		if !day.Valid() {
			return models.Refuse(models.Invalid, name, "is not a day; write it like 2026-03-31")
		}
	}
	if a.From != "" && a.To != "" && a.To < a.From {
		return models.Refuse(models.Invalid, "to", "the period ends on %s, before it starts on %s", a.To, a.From)
	}
	at, err := a.s.instant("as_of", a.AsOf, now)
	if err != nil {
		return err
	}
	if a.To != "" {
		if models.DayOf(at.In(a.s.zone())) < a.To {
			return models.Refuse(models.Invalid, "to", "%s lies after the day as of which the report is made, or in the future", a.To)
		}
		if end := models.At(a.s.begin(a.To, 1).Add(-time.Millisecond)); end.Before(at.Time) {
			at = end
		}
	}
	a.at = at
	a.day = models.DayOf(at.In(a.s.zone()))
	if !k.Period {
		return nil
	}
	a.To = a.day
	if a.From == "" && k.Ever {
		return nil
	}
	if a.From == "" {
		a.From = a.day[:4] + "-01-01"
	}
	if a.From > a.day {
		return models.Refuse(models.Invalid, "from", "the period starts on %s, after it ends on %s", a.From, a.day)
	}
	a.begins = models.At(a.s.begin(a.From, 0).Add(-time.Millisecond))
	return nil
}

// instant reads a day, at its end, or an instant; neither may lie in the future.
func (s *Service) instant(field, text string, now models.Time) (models.Time, error) {
	if text == "" {
		return now, nil
	}
	future := models.Refuse(models.Invalid, field, "%s lies in the future; what the book will hold then nobody knows", text)
	if day, err := models.ParseDay(text); err == nil && day.Valid() {
		switch today := models.DayOf(now.In(s.zone())); {
		case day > today:
			return now, future
		case day == today:
			return now, nil
		}
		return models.At(s.begin(day, 1).Add(-time.Millisecond)), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return now, models.Refuse(models.Invalid, field, "is a day such as 2026-03-31 or an instant such as 2026-03-31T09:30:00Z")
	}
	if t.After(now.Time) {
		return now, future
	}
	return models.At(t), nil
}

// begin is the instant at which the day that is days after day begins.
func (s *Service) begin(day models.Day, days int) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(day), s.zone())
	if err != nil {
		return time.Time{} // the day was checked
	}
	return t.AddDate(0, 0, days)
}

// filter is which assets the report is about.
func (a *asked) filter() register.Filter {
	return register.Filter{Unit: a.Unit, Donor: a.Donor, Grant: a.Grant, Category: a.Category}
}

// papers is which papers the report is about.
func (a *asked) papers() register.Papers {
	return register.Papers{Unit: a.Unit, Donor: a.Donor, Grant: a.Grant}
}

// shows says whether what was paid for by these is what the report is about.
func (a *asked) shows(paidBy []string) bool {
	return (a.Donor == "" || slices.Contains(paidBy, "donor "+a.Donor)) && (a.Grant == "" || slices.Contains(paidBy, "grant "+a.Grant)) &&
		(a.caller.Role != models.Auditor || access.SeesPaid(a.caller, paidBy))
}

// facts says what the report is about.
func (a *asked) facts(k *Kind) []layout.Fact {
	var facts []layout.Fact
	add := func(label, value string) { facts = append(facts, layout.Fact{Label: label, Value: value}) }
	if a.donor != nil {
		add(a.t("Donor"), named(a.donor.Name, a.donor.Code))
	}
	if a.grant != nil {
		value := named(a.grant.Name, a.grant.Code)
		if a.grant.Reference != "" {
			value = a.t("%v, agreement %v", value, a.grant.Reference)
		}
		add(a.t("Grant"), value)
	}
	if a.unit != nil {
		add(a.t("Unit"), a.t("%v and below", named(a.unit.Name, a.unit.Code)))
	}
	if a.category != nil {
		add(a.t("Category"), a.category.Name)
	}
	if scope := a.scope(); scope != "" {
		add(a.t("Shows"), scope)
	}
	if k.Period {
		period := a.t("until %v", a.short(a.day))
		if a.From != "" {
			period = a.t("%v to %v", a.short(a.From), a.short(a.day))
		}
		add(a.t("Period"), period)
	}
	add(a.t("As of"), a.voice[0].Second(a.at.In(a.s.zone())))
	add(a.t("Asked for by"), strings.TrimSpace(a.caller.Rank+" "+a.caller.Name))
	return facts
}

// short writes a day as the report does.
func (a *asked) short(d models.Day) string { return a.voice[0].ShortDate(d) }

// scope says of which part of the book the caller sees anything.
func (a *asked) scope() string {
	switch {
	case access.Everywhere(a.caller):
		return ""
	case a.caller.Role == models.Auditor:
		return a.t("what %v paid for", strings.Join(slices.Concat(a.caller.Donors, a.caller.Grants), ", "))
	}
	return a.t("what is in %v and below", a.caller.Scope)
}

func named(name, code string) string {
	if name == "" || name == code {
		return code
	}
	return name + " (" + code + ")"
}
