package stocktake

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

var resultColumns = []string{"line", "state", "code", "name", "category", "make", "model", "serial", "unit", "location", "custodian", "donor", "grant", "cost", "currency",
	"book_condition", "book_quantity", "counted_quantity", "measure", "condition", "in_use", "still_needed", "counted_by", "entered_by", "counted_at", "received_at", "on_paper", "own_custody",
	"found_in", "remark", "recounted_by", "recounted_at", "recount", "explained", "days_unseen", "seen_again_at"}

// Export writes the lines of a stocktake that the caller sees as CSV (RFC 4180,
// UTF-8), in the order of the count sheets.
func (s *Service) Export(ctx context.Context, number string, w io.Writer) error {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return err
	}
	_, st, err := s.load(ctx, caller, number)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	out := csv.NewWriter(buffered)
	if err := out.Write(resultColumns); err != nil {
		return err
	}
	err = s.each(ctx, store.Query{In: store.StocktakeLines, By: "line", Where: scope(caller, st)}, func(r store.Record) error {
		line, err := store.Decode[models.StocktakeLine](r)
		if err != nil {
			return err
		}
		if err := s.upToDate(ctx, st, line); err != nil {
			return err
		}
		return out.Write(resultRow(line))
	})
	if err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

func resultRow(l *models.StocktakeLine) []string {
	cost, first, recount, second := models.Money{}, models.Sighting{}, "", models.Sighting{}
	if l.Cost != nil {
		cost = *l.Cost
	}
	if l.Sighting != nil {
		first = *l.Sighting
	}
	switch {
	case l.RecountDue != "":
		recount = "asked for"
	case l.Recount != nil && l.Recount.Missed:
		recount = "not made"
	}
	if l.Recount != nil && l.Recount.Second != nil {
		second = *l.Recount.Second
		switch {
		case second.Absent:
			recount = "not found"
		case l.Differs():
			recount = "differs"
		default:
			recount = "agrees"
		}
	}
	row := []string{number(l.Line), string(l.State), l.Code, l.Name, l.Category, l.Make, l.Model, l.Serial, l.Unit, l.Location, l.Custodian, l.Donor, l.Grant, cost.Amount, cost.Currency,
		string(l.Condition), quantity(l.Quantity), quantity(first.Quantity), l.Measure, string(first.Condition), yesNo(first.InUse), yesNo(first.Needed), first.By, first.EnteredBy,
		instant(first.At), instant(first.ReceivedAt), yes(first.OnPaper), yes(first.OwnCustody), first.Location, first.Remark, second.By, instant(second.At), recount, l.Explained,
		number(l.DaysUnseen), ""}
	if l.SeenAgainAt != nil {
		row[len(row)-1] = instant(*l.SeenAgainAt)
	}
	for i, cell := range row {
		row[i] = register.Cell(cell)
	}
	return row
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func quantity(q *models.Quantity) string {
	if q == nil {
		return ""
	}
	return q.String()
}

func instant(t models.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.String()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func yesNo(b *bool) string {
	if b == nil {
		return ""
	}
	if *b {
		return "yes"
	}
	return "no"
}
