package register

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// formulaStarts begin what a spreadsheet takes for a formula (OWASP, CSV
// Injection); such a cell is written with an apostrophe before it, as
// spreadsheets do themselves, and the import takes it away again.
const formulaStarts = "=+-@\t\r"

// MayExport refuses what Export would, before any of it is written: the whole book goes
// out only while it is sure that it is still the caller who asks.
func (s *Service) MayExport(ctx context.Context, f Filter) error {
	if _, err := s.List(ctx, f, "", 1); err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	f.Sort = ""
	if err != nil || f != (Filter{}) || !access.Everywhere(caller) {
		return err
	}
	return access.SureOrProgram(ctx, s.Book.Now())
}

// Export writes the assets that a list shows as CSV (RFC 4180, UTF-8) which
// Import takes in again.
func (s *Service) Export(ctx context.Context, f Filter, w io.Writer) error {
	if _, err := access.Allow(ctx, access.Read); err != nil {
		return err
	}
	own, err := s.ownFields(ctx)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	out := csv.NewWriter(buffered)
	header := ImportFields()
	for _, name := range own {
		header = append(header, "fields."+name)
	}
	if err := out.Write(header); err != nil {
		return err
	}
	row := make([]string, len(header))
	err = s.Each(ctx, f, func(r store.Record) error {
		a, err := store.Decode[models.Asset](r)
		if err != nil {
			return err
		}
		exportRow(row, a, own)
		return out.Write(row)
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

// ownFields names the custom fields of all categories.
func (s *Service) ownFields(ctx context.Context) ([]string, error) {
	var names []string
	err := all(ctx, s.Book.Store, store.Categories, func(c *models.Category) {
		for _, f := range c.Fields {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	})
	slices.Sort(names)
	return names, err
}

func exportRow(row []string, a *models.Asset, own []string) {
	cost := models.Money{}
	if a.Cost != nil {
		cost = *a.Cost
	}
	value := models.Valuation{}
	if a.Value != nil {
		value = *a.Value
	}
	values := [...]string{a.Tag, a.Name, a.Category, a.Make, a.Model, a.Serial, strings.Join(a.Aliases, "|"), a.Unit, a.Location, a.Custodian,
		a.Donor, a.Grant, a.Supplier, a.Order, string(a.AcquiredOn), string(a.WarrantyTo), cost.Amount, cost.Currency,
		a.Share, a.Invoice, value.Amount, value.Currency, value.Rate, string(value.On), string(a.Use), string(a.UseVerifiedOn), a.Insurance, string(a.InsuredTo),
		string(a.Status), string(a.Condition), string(a.DueBack), a.Note}
	copy(row, values[:])
	for i, name := range own {
		row[len(values)+i] = fieldText(a.Fields[name])
	}
	for i, cell := range row {
		row[i] = Cell(cell)
	}
}

// Cell writes a text so that no spreadsheet takes it for a formula.
func Cell(text string) string {
	if text != "" && (strings.IndexByte(formulaStarts, text[0]) >= 0 || text[0] == '\'') {
		return "'" + text
	}
	return text
}

func fieldText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return fmt.Sprint(value)
}
