package reports

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
)

var registerKind = &Kind{
	Name: "register", Title: "Asset register",
	Answers: "What is on charge, what it cost, who paid, who holds it and who owns it?",
	count:   countAssets,
	build: func(ctx context.Context, a *asked, r *layout.Report) error {
		r.Sections = []layout.Section{assetSection(ctx, a, registerColumns)}
		r.Notes = []string{"Every item on charge at the time of the report, what has been struck off among it by its status. Costs are of one item, in the currency in which it was paid for; the share is what the named grant or donor paid of it."}
		return nil
	},
}

func countAssets(ctx context.Context, a *asked, limit int) (int64, error) {
	return a.s.Register.Count(ctx, a.filter(), limit)
}

// assetColumn is a column of a register of assets, and its cell of one.
type assetColumn struct {
	layout.Column
	cell func(*asked, *models.Asset) any
}

func text(get func(*models.Asset) string) func(*asked, *models.Asset) any {
	return func(_ *asked, x *models.Asset) any { return get(x) }
}

func day(get func(*models.Asset) models.Day) func(*asked, *models.Asset) any {
	return func(_ *asked, x *models.Asset) any { return get(x) }
}

func title(get func(*models.Title) any) func(*asked, *models.Asset) any {
	return func(_ *asked, x *models.Asset) any {
		if x.Title == nil {
			return nil
		}
		return get(x.Title)
	}
}

func disposed(get func(*models.Disposal) any) func(*asked, *models.Asset) any {
	return func(_ *asked, x *models.Asset) any {
		if x.Disposal == nil {
			return nil
		}
		return get(x.Disposal)
	}
}

func value(get func(*models.Valuation) any) func(*asked, *models.Asset) any {
	return func(_ *asked, x *models.Asset) any {
		if x.Value == nil {
			return nil
		}
		return get(x.Value)
	}
}

func amount(m *models.Money) any {
	if m == nil {
		return nil
	}
	return layout.Decimal(m.Amount)
}

func currency(m *models.Money) any {
	if m == nil {
		return nil
	}
	return m.Currency
}

// registerColumns are what donors' registers ask for (2 CFR 200.313(d)(1), the EU's
// inventory of equipment, UN property records), in the order in which they are read.
var registerColumns = []assetColumn{
	{layout.Column{Name: "tag", Title: "Tag", Type: layout.Code}, text(func(x *models.Asset) string { return x.Tag })},
	{layout.Column{Name: "description", Title: "Description"}, text(func(x *models.Asset) string { return x.Name })},
	{layout.Column{Name: "category", Title: "Category", Wide: true, Under: true}, func(a *asked, x *models.Asset) any { return a.names.categoryName(x.Category) }},
	{layout.Column{Name: "make", Title: "Make"}, text(func(x *models.Asset) string { return x.Make })},
	{layout.Column{Name: "model", Title: "Model"}, text(func(x *models.Asset) string { return x.Model })},
	{layout.Column{Name: "serial", Title: "Serial number"}, text(func(x *models.Asset) string { return x.Serial })},
	{layout.Column{Name: "other_tags", Title: "Other tags", Wide: true}, text(func(x *models.Asset) string { return strings.Join(x.Aliases, ", ") })},
	{layout.Column{Name: "unit", Title: "Unit code", Wide: true}, text(func(x *models.Asset) string { return x.Unit })},
	{layout.Column{Name: "location", Title: "Location"}, func(a *asked, x *models.Asset) any { return joined(", ", a.names.unit(x.Unit), x.Location) }},
	{layout.Column{Name: "custodian", Title: "Custodian"}, func(a *asked, x *models.Asset) any { return a.names.person(x.Custodian) }},
	{layout.Column{Name: "on_charge_of", Title: "On charge of", Wide: true}, text(func(x *models.Asset) string { return x.Owner })},
	{layout.Column{Name: "status", Title: "Status"}, func(_ *asked, x *models.Asset) any { return said(x.Status) }},
	{layout.Column{Name: "condition", Title: "Condition"}, func(_ *asked, x *models.Asset) any { return said(x.Condition) }},
	{layout.Column{Name: "acquired_on", Title: "Acquired", Type: layout.Day}, day(func(x *models.Asset) models.Day { return x.AcquiredOn })},
	{layout.Column{Name: "cost", Title: "Unit cost", Type: layout.Amount}, func(_ *asked, x *models.Asset) any { return amount(x.Cost) }},
	{layout.Column{Name: "currency", Title: "Currency", Type: layout.Code}, func(_ *asked, x *models.Asset) any { return currency(x.Cost) }},
	{layout.Column{Name: "value", Title: "Reporting value", Type: layout.Amount, Wide: true}, value(func(v *models.Valuation) any { return layout.Decimal(v.Amount) })},
	{layout.Column{Name: "value_currency", Title: "Reporting currency", Type: layout.Code, Wide: true}, value(func(v *models.Valuation) any { return v.Currency })},
	{layout.Column{Name: "value_rate", Title: "Rate", Type: layout.Code, Wide: true}, value(func(v *models.Valuation) any { return v.Rate })},
	{layout.Column{Name: "value_on", Title: "Rate of", Type: layout.Day, Wide: true}, value(func(v *models.Valuation) any { return v.On })},
	{layout.Column{Name: "donor", Title: "Donor", Type: layout.Code, Wide: true, Under: true}, text(func(x *models.Asset) string { return x.Donor })},
	{layout.Column{Name: "grant", Title: "Grant"}, text(func(x *models.Asset) string { return x.Grant })},
	{layout.Column{Name: "agreement", Title: "Agreement", Wide: true, Under: true}, func(a *asked, x *models.Asset) any { return a.names.agreement(x.Grant) }},
	{layout.Column{Name: "share", Title: "Share paid", Type: layout.Percent}, func(_ *asked, x *models.Asset) any { return share(x) }},
	{layout.Column{Name: "supplier", Title: "Supplier", Wide: true, Under: true}, text(func(x *models.Asset) string { return x.Supplier })},
	{layout.Column{Name: "order", Title: "Purchase order", Wide: true, Under: true}, text(func(x *models.Asset) string { return x.Order })},
	{layout.Column{Name: "invoice", Title: "Invoice", Wide: true, Under: true}, text(func(x *models.Asset) string { return x.Invoice })},
	{layout.Column{Name: "title_holder", Title: "Title holder"}, func(_ *asked, x *models.Asset) any { return x.TitleHolder() }},
	{layout.Column{Name: "title_document", Title: "Title document", Wide: true, Under: true}, title(func(t *models.Title) any { return t.Document })},
	{layout.Column{Name: "title_on", Title: "Title since", Type: layout.Day, Wide: true, Under: true}, title(func(t *models.Title) any { return t.On })},
	{layout.Column{Name: "disposed_on", Title: "Disposed", Type: layout.Day, Wide: true, Under: true}, disposed(func(d *models.Disposal) any { return d.On })},
	{layout.Column{Name: "disposal_method", Title: "Method of disposal", Wide: true, Under: true}, disposed(func(d *models.Disposal) any { return said(d.Method) })},
	{layout.Column{Name: "proceeds", Title: "Proceeds", Type: layout.Amount, Wide: true, Under: true}, disposed(func(d *models.Disposal) any { return amount(d.Proceeds) })},
	{layout.Column{Name: "proceeds_currency", Title: "Currency of proceeds", Type: layout.Code, Wide: true, Under: true}, disposed(func(d *models.Disposal) any { return currency(d.Proceeds) })},
	{layout.Column{Name: "write_off", Title: "Write-off", Type: layout.Code, Wide: true, Under: true}, disposed(func(d *models.Disposal) any { return d.WriteOff })},
	{layout.Column{Name: "donor_consent", Title: "Donor's consent", Wide: true, Under: true}, disposed(func(d *models.Disposal) any { return d.Consent })},
	{layout.Column{Name: "use", Title: "Use", Wide: true, Under: true}, func(_ *asked, x *models.Asset) any { return said(x.Use) }},
	{layout.Column{Name: "use_verified_on", Title: "Use verified", Type: layout.Day}, day(func(x *models.Asset) models.Day { return x.UseVerifiedOn })},
	{layout.Column{Name: "last_seen_at", Title: "Last seen", Type: layout.Instant, Wide: true, Under: true}, func(_ *asked, x *models.Asset) any {
		if x.LastSeenAt == nil {
			return nil
		}
		return *x.LastSeenAt
	}},
	{layout.Column{Name: "warranty_to", Title: "Warranty until", Type: layout.Day, Wide: true}, day(func(x *models.Asset) models.Day { return x.WarrantyTo })},
	{layout.Column{Name: "insurance", Title: "Insurance", Wide: true}, text(func(x *models.Asset) string { return x.Insurance })},
	{layout.Column{Name: "insured_to", Title: "Insured until", Type: layout.Day, Wide: true}, day(func(x *models.Asset) models.Day { return x.InsuredTo })},
	{layout.Column{Name: "voucher", Title: "Last voucher", Type: layout.Code, Wide: true}, text(func(x *models.Asset) string { return x.Voucher })},
}

// share is what the grant or donor paid of the cost, in percent; all where nothing
// else is recorded, nothing to say where nobody is.
func share(x *models.Asset) any {
	switch {
	case x.Share != "":
		return layout.Decimal(x.Share)
	case x.Donor != "":
		return layout.Decimal("100")
	}
	return nil
}

// assetSection lists the assets that a report is about, with a total of their cost
// in each currency.
func assetSection(ctx context.Context, a *asked, columns []assetColumn) layout.Section {
	s := layout.Section{Name: "assets", Title: "Assets", Empty: "Nothing of this was on charge."}
	at := map[string]int{}
	for i, c := range columns {
		s.Columns = append(s.Columns, c.Column)
		at[c.Name] = i
	}
	counts := &tally{}
	s.Rows = func(yield func(layout.Row) error) error {
		var cost layout.Purse
		lines := int64(0)
		*counts = tally{}
		cells := make([]any, len(columns))
		err := a.s.Register.EachAsOf(ctx, a.filter(), a.at, func(x *models.Asset) error {
			for i, c := range columns {
				cells[i] = c.cell(a, x)
			}
			if a.names.err != nil {
				return a.names.err
			}
			lines++
			cost.Add(x.Cost)
			counts.add(a.names.categoryName(x.Category))
			return yield(layout.Row{Cells: cells, Link: "/assets/" + x.Tag})
		})
		if err != nil {
			return err
		}
		for _, row := range cost.TotalRows(len(columns), lines, func(cells []any, sum layout.Decimal, currency string) {
			cells[at["cost"]], cells[at["currency"]] = sum, currency
		}) {
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
	s.Measures = counts.measures
	return s
}

func joined(with string, texts ...string) string {
	var all []string
	for _, text := range texts {
		if text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, with)
}
