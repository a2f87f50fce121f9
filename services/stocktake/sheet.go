package stocktake

import (
	"context"
	"errors"
	"io"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/papers"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// mostOnSheets is how many lines one document of count sheets holds.
const mostOnSheets = 5000

// Sheets writes count sheets of the lines that the caller sees as PDF, of one unit
// or, where unit is "", of all.
func (s *Service) Sheets(ctx context.Context, number, unit string, in words.Voice, w io.Writer) error {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return err
	}
	_, st, err := s.load(ctx, caller, number)
	if err != nil {
		return err
	}
	sheets := papers.CountSheets{Stocktake: st, Units: map[string]string{}, Names: map[string]string{}, Printed: models.At(s.Book.Now()), Voice: in, Zone: s.Book.Zone}
	where := append(scope(caller, st), store.From("line", int64(1)))
	if unit != "" {
		if _, err := s.Register.Unit(ctx, unit); err != nil {
			return err
		}
		where = append(where, store.Is("unit", unit))
	}
	if sheets.Lines, err = store.Find[models.StocktakeLine](ctx, s.Book.Store, store.Query{In: store.StocktakeLines, By: "line", Where: where, Limit: mostOnSheets + 1}); err != nil {
		return err
	}
	switch n := len(sheets.Lines); {
	case n == 0:
		return models.Refuse(models.Invalid, "unit", "nothing is expected there")
	case n > mostOnSheets:
		return models.Refuse(models.TooLarge, "unit", "these would be sheets of more than %d lines; print them unit by unit", mostOnSheets)
	}
	for _, line := range sheets.Lines {
		if err := s.name(ctx, sheets, line); err != nil {
			return err
		}
	}
	return sheets.Write(w)
}

// name looks up the unit and the custodian of a line, each once.
func (s *Service) name(ctx context.Context, sheets papers.CountSheets, line *models.StocktakeLine) error {
	if _, known := sheets.Units[line.Unit]; !known {
		unit, err := s.Register.Unit(ctx, line.Unit)
		if err != nil {
			return err
		}
		sheets.Units[line.Unit] = unit.Name
	}
	if _, known := sheets.Names[line.Custodian]; known || line.Custodian == "" {
		return nil
	}
	person, err := store.Get[models.Person](ctx, s.Book.Store, store.People, line.Custodian)
	switch {
	case err == nil:
		sheets.Names[line.Custodian] = strings.TrimSpace(person.Rank + " " + person.Name)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return nil
}
