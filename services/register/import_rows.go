package register

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/register/sheet"
	"quartermaster/services/store"
)

// importReader turns the rows of one file into assets and collects what is wrong.
type importReader struct {
	s          *Service
	caller     *models.Person
	table      *sheet.Table
	columns    []Column
	days       []sheet.DayOrder // by column
	refs       *references
	units      *directory
	categories *directory
	donors     *directory
	grants     *directory
	people     *directory
	mistakes   []models.Detail
	count      int // of mistakes, also those beyond mostMistakes
	first      map[string]int
}

func (s *Service) importReader(ctx context.Context, caller *models.Person, table *sheet.Table, chosen map[string]string) (*importReader, error) {
	r := &importReader{s: s, caller: caller, table: table, refs: s.references(), first: map[string]int{},
		units: newDirectory("unit"), categories: newDirectory("category"), donors: newDirectory("donor"),
		grants: newDirectory("grant"), people: newDirectory("person")}
	days := map[string]bool{"acquired_on": true, "warranty_to": true, "due_back": true, "use_verified_on": true, "insured_to": true, "value.on": true}
	var categories []*models.Category
	err := cmp.Or(
		all(ctx, s.Book.Store, store.Categories, func(c *models.Category) {
			categories = append(categories, c)
			r.refs.categories[c.Code] = c
			r.categories.add(c.Code, c.Name)
			for _, f := range c.Fields {
				if f.Type == models.DayField {
					days["fields."+f.Name] = true
				}
			}
		}),
		all(ctx, s.Book.Store, store.Units, func(u *models.Unit) {
			r.refs.units[u.Code] = u
			r.units.add(u.Code, u.Name)
		}),
		all(ctx, s.Book.Store, store.Donors, func(d *models.Donor) {
			r.refs.donors[d.Code] = d
			r.donors.add(d.Code, d.Name, d.Mark)
		}),
		all(ctx, s.Book.Store, store.Grants, func(g *models.Grant) {
			r.refs.grants[g.Code] = g
			r.grants.add(g.Code, g.Name, g.Reference)
		}),
	)
	if err != nil {
		return nil, err
	}
	r.columns, r.mistakes = mapColumns(table.Header, categories, chosen)
	r.count = len(r.mistakes)
	if err := r.refusal(); err != nil {
		return r, err
	}
	if r.has("custodian") {
		if err := all(ctx, s.Book.Store, store.People, func(p *models.Person) {
			r.refs.people[p.Code] = p
			r.people.add(p.Code, p.ServiceNumber, p.Name)
		}); err != nil {
			return nil, err
		}
	}
	for _, needed := range []string{"name", "category", "unit"} {
		if !r.has(needed) {
			r.wrong(1, needed, "no column has this; the headings are "+strings.Join(table.Header, ", "))
		}
	}
	r.days = orders(table, r.columns, days)
	return r, r.refusal()
}

func (r *importReader) has(field string) bool {
	return slices.ContainsFunc(r.columns, func(c Column) bool { return c.Field == field })
}

// wrong notes a mistake under the heading that the file has for the field.
func (r *importReader) wrong(line int, field, message string) {
	r.count++
	if len(r.mistakes) >= mostMistakes {
		return
	}
	heading := field
	for _, c := range r.columns {
		if c.Field == field || fieldOf[c.Field] == field {
			heading = c.Header
		}
	}
	r.mistakes = append(r.mistakes, models.Detail{Line: line, Field: heading, Message: message})
}

func (r *importReader) refusal() error {
	if r.count == 0 {
		return nil
	}
	what := models.Count("%d thing in the file is wrong; nothing was taken in", "%d things in the file are wrong; nothing was taken in", r.count)
	if r.count > len(r.mistakes) {
		what = models.Say("%d things in the file are wrong; nothing was taken in; the first %d are listed", r.count, len(r.mistakes))
	}
	refusal := models.Refuse(models.Invalid, "file", "%s", what)
	refusal.Details = r.mistakes
	return refusal
}

const progressEvery = 1000

// assets reads every row, or returns a refusal that lists all that is wrong.
func (r *importReader) assets(ctx context.Context, progress func(done, of int)) ([]*models.Asset, error) {
	assets := make([]*models.Asset, len(r.table.Rows))
	for i, row := range r.table.Rows {
		if i%progressEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if progress != nil {
				progress(i, len(r.table.Rows))
			}
		}
		asset, err := r.asset(ctx, row)
		if err != nil {
			return nil, err
		}
		assets[i] = asset
	}
	if progress != nil {
		progress(len(r.table.Rows), len(r.table.Rows))
	}
	return assets, r.refusal()
}

func (r *importReader) asset(ctx context.Context, row sheet.Row) (*models.Asset, error) {
	before := r.count
	a := &models.Asset{Status: models.InStore}
	currency := ""
	for i, column := range r.columns {
		if cell := unquoted(row.Cells[i]); cell != "" {
			r.read(a, row.Line, i, column, cell, &currency)
		}
	}
	if a.Cost != nil && a.Cost.Currency == "" {
		a.Cost.Currency = currency
		if currency == "" {
			r.wrong(row.Line, "cost", "has no currency; write it beside the amount or in a column of its own")
		}
	}
	wrong, err := r.refs.check(ctx, r.caller, a)
	if err != nil {
		return nil, err
	}
	if r.count == before { // else the same matter would be told twice
		for _, w := range wrong {
			r.wrong(row.Line, w.Field, w.Message)
		}
	}
	r.identify(a, row)
	return a, nil
}

// read puts one cell into the asset.
func (r *importReader) read(a *models.Asset, line, at int, column Column, cell string, currency *string) {
	code := func(d *directory) string {
		code, problem := d.find(cell)
		if problem != "" {
			r.wrong(line, column.Field, problem)
		}
		return code
	}
	day := func() models.Day {
		day, err := sheet.ParseDay(cell, r.days[at])
		if err != nil {
			r.wrong(line, column.Field, err.Error())
		}
		return day
	}
	switch column.Field {
	case LeftOut:
	case "tag":
		r.tag(a, line, cell)
	case "name":
		a.Name = cell
	case "category":
		a.Category = code(r.categories)
	case "make":
		a.Make = cell
	case "model":
		a.Model = cell
	case "serial":
		a.Serial = cell
	case "aliases":
		for alias := range strings.SplitSeq(cell, "|") {
			if alias = strings.TrimSpace(alias); alias != "" {
				a.Aliases = append(a.Aliases, alias)
			}
		}
	case "unit":
		a.Unit = code(r.units)
	case "room":
		a.Location = cell
	case "custodian":
		a.Custodian = code(r.people)
	case "donor":
		a.Donor = code(r.donors)
	case "grant":
		a.Grant = code(r.grants)
	case "supplier":
		a.Supplier = cell
	case "order":
		a.Order = cell
	case "acquired_on":
		a.AcquiredOn = day()
	case "warranty_to":
		a.WarrantyTo = day()
	case "due_back":
		a.DueBack = day()
	case "currency":
		*currency = strings.ToUpper(cell)
	case "cost":
		amount, sign, err := sheet.ParseAmount(cell)
		if err != nil {
			r.wrong(line, "cost", err.Error())
			return
		}
		a.Cost = &models.Money{Amount: amount, Currency: sign}
	case "share":
		a.Share = strings.TrimSpace(strings.TrimSuffix(cell, "%"))
	case "invoice":
		a.Invoice = cell
	case "value.amount", "value.currency", "value.rate", "value.on":
		r.value(a, line, column.Field, cell, day)
	case "use":
		use, ok := useWords[plain(cell)]
		if !ok {
			r.wrong(line, "use", cell+" is not a use; one of "+joined(models.EndUses))
		}
		a.Use = use
	case "use_verified_on":
		a.UseVerifiedOn = day()
	case "insurance":
		a.Insurance = cell
	case "insured_to":
		a.InsuredTo = day()
	case "status":
		status, ok := statusWords[plain(cell)]
		if !ok {
			r.wrong(line, "status", cell+" is not a status; one of "+joined(models.Statuses))
		}
		a.Status = status
	case "condition":
		condition, ok := conditionWords[plain(cell)]
		if !ok {
			r.wrong(line, "condition", cell+" is not a condition; one of "+joined(models.Conditions))
		}
		a.Condition = condition
	case Noted:
		if known[plain(column.Header)] != Noted {
			cell = column.Header + ": " + cell
		}
		if a.Note != "" {
			a.Note += "\n"
		}
		a.Note += cell
	default:
		if a.Fields == nil {
			a.Fields = map[string]any{}
		}
		name := strings.TrimPrefix(column.Field, "fields.")
		a.Fields[name] = cell
		if r.days[at] != "" {
			a.Fields[name] = string(day())
		}
	}
}

// value puts a part of the value in the reporting currency into the asset.
func (r *importReader) value(a *models.Asset, line int, field, cell string, day func() models.Day) {
	if a.Value == nil {
		a.Value = &models.Valuation{}
	}
	switch field {
	case "value.amount":
		amount, sign, err := sheet.ParseAmount(cell)
		if err != nil {
			r.wrong(line, field, err.Error())
		}
		a.Value.Amount = amount
		if sign != "" {
			a.Value.Currency = sign
		}
	case "value.currency":
		a.Value.Currency = strings.ToUpper(cell)
	case "value.rate":
		a.Value.Rate = cell
	case "value.on":
		a.Value.On = day()
	}
}

// highestImported keeps a file from using up the numbers of the book's tags.
const highestImported = 99_999_999

// tag keeps a tag of the book's own form, and any other as an alias.
func (r *importReader) tag(a *models.Asset, line int, cell string) {
	prefix, number, err := labels.ParseTag(cell)
	switch {
	case err == nil && prefix == r.s.Prefix && number > highestImported:
		r.wrong(line, "tag", "the number of this tag is too high to be kept")
	case err == nil && prefix == r.s.Prefix:
		a.Number, a.Tag = number, labels.FormatTag(prefix, number)
	case err != nil && labels.LooksLikeTag(cell) && strings.HasPrefix(strings.ToUpper(cell), r.s.Prefix):
		r.wrong(line, "tag", cell+" is mistyped: its last digit does not fit the others")
	default:
		a.Aliases = append(a.Aliases, cell)
	}
}

// identify refuses a row that stands in the file twice, and gives a row without
// any number of its own an origin: its text, and which of its likes it is.
func (r *importReader) identify(a *models.Asset, row sheet.Row) {
	claim := func(field, key, message string) {
		if line, twice := r.first[field+key]; twice {
			r.wrong(row.Line, field, message+" stands on line "+strconv.Itoa(line)+" too")
			return
		}
		r.first[field+key] = row.Line
	}
	for _, code := range codesInFile(a) {
		claim("tag", code, "the tag "+code)
	}
	for _, key := range a.SerialKeys() {
		claim("serial", key, "the serial number "+a.Serial+" of this make and model")
	}
	if a.Serial != "" || len(codesInFile(a)) > 0 {
		return
	}
	sum := sha256.New()
	for i, column := range r.columns {
		if row.Cells[i] != "" {
			sum.Write([]byte(column.Field + "\x00" + row.Cells[i] + "\x00"))
		}
	}
	text := hex.EncodeToString(sum.Sum(nil)[:16])
	r.first["row"+text]++
	a.Origin = text + "-" + strconv.Itoa(r.first["row"+text])
}

// unquoted takes away the apostrophe that keeps a spreadsheet from reading a cell
// as a formula; see Export.
func unquoted(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && (cell[1] == '\'' || strings.IndexByte(formulaStarts, cell[1]) >= 0) {
		return cell[1:]
	}
	return cell
}

var statusWords = func() map[string]models.Status {
	words := map[string]models.Status{
		"available": models.InStore, "instock": models.InStore, "stored": models.InStore, "deployed": models.Issued,
		"inuse": models.Issued, "assigned": models.Issued, "checkedout": models.Issued, "underrepair": models.InWorkshop, "repair": models.InWorkshop,
		"lost": models.Missing, "disposed": models.StruckOff, "writtenoff": models.StruckOff,
	}
	for _, s := range models.Statuses {
		words[plain(string(s))] = s
	}
	return words
}()

var useWords = func() map[string]models.EndUse {
	words := map[string]models.EndUse{"yes": "as_intended", "inuse": "as_intended", "intended": "as_intended", "spare": "standby", "reserve": "standby",
		"no": "not_in_use", "idle": "not_in_use", "notinuse": "not_in_use", "diverted": "otherwise", "misused": "otherwise", "other": "otherwise"}
	for _, u := range models.EndUses {
		words[plain(string(u))] = u
		words[plain(u.Words())] = u
	}
	return words
}()

var conditionWords = func() map[string]models.Condition {
	words := map[string]models.Condition{
		"serviceable": "good", "working": "good", "ok": "good", "functional": "good", "excellent": "new", "brandnew": "new", "used": "fair", "average": "fair",
		"damaged": "poor", "bad": "poor", "notworking": "unserviceable", "broken": "unserviceable", "us": "unserviceable", "defective": "unserviceable", "faulty": "unserviceable",
	}
	for _, c := range models.Conditions {
		words[plain(string(c))] = c
	}
	return words
}()
