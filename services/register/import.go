package register

import (
	"context"
	"errors"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register/sheet"
	"quartermaster/services/store"
)

const (
	// LargestImport is the most that an imported file may hold, in bytes.
	LargestImport = 64 << 20
	mostRows      = 100_000
	mostMistakes  = 200 // that one answer lists
	sampleRows    = 10
)

// Import says how a file is to be taken in.
type Import struct {
	File []byte
	// Columns says, by heading, what a column is where the heading does not say it:
	// a name in ImportFields, "fields.NAME", or "-" to leave it out.
	Columns map[string]string
	DryRun  bool // check and show, change nothing
	// Progress, if any, is told how many rows of how many are done.
	Progress func(done, of int)
}

// Imported is what became of a file.
type Imported struct {
	Rows      int      `json:"rows"`
	Added     int      `json:"added"`
	Present   int      `json:"present"` // rows that were in the register already
	DryRun    bool     `json:"dry_run,omitempty"`
	Encoding  string   `json:"encoding"`
	Delimiter string   `json:"delimiter"`
	Columns   []Column `json:"columns"`
	FirstTag  string   `json:"first_tag,omitempty"`
	LastTag   string   `json:"last_tag,omitempty"`
	// Sample shows a preview the first rows as they would stand in the register.
	Sample []*models.Asset `json:"sample,omitempty"`
}

// Import takes every row of a spreadsheet on charge, or none: if any row is
// wrong, the refusal lists each with its line, column and reason. Rows that are
// in the register already (by tag, by make, model and serial number, or, without
// either, by the row's own text) are passed over, so a file can be given again.
// With a refusal of rows comes how the columns were taken.
func (s *Service) Import(ctx context.Context, in Import) (*Imported, error) {
	caller, err := access.Allow(ctx, access.TakeOnCharge)
	if err != nil {
		return nil, err
	}
	if len(in.File) > LargestImport {
		return nil, models.Refuse(models.TooLarge, "file", "is larger than %d MB; split it", LargestImport>>20)
	}
	table, err := sheet.Read(in.File, mostRows)
	if err != nil {
		refusal := models.Refuse(models.Invalid, "file", "cannot be read: %s", err).Because(err)
		var syntax *sheet.SyntaxError
		if errors.As(err, &syntax) {
			refusal.Details = []models.Detail{{Line: syntax.Line, Message: syntax.Message}}
		}
		return nil, refusal
	}
	reader, err := s.importReader(ctx, caller, table, in.Columns)
	if err != nil {
		if reader == nil {
			return nil, err
		}
		return &Imported{Rows: len(table.Rows), DryRun: in.DryRun, Encoding: table.Encoding, Delimiter: string(table.Delimiter), Columns: reader.columns}, err
	}
	result := &Imported{
		Rows: len(table.Rows), DryRun: in.DryRun,
		Encoding: table.Encoding, Delimiter: string(table.Delimiter), Columns: reader.columns,
	}
	assets, err := reader.assets(ctx, in.Progress)
	if err != nil {
		return result, err
	}
	fresh, err := s.absent(ctx, reader, assets)
	if err != nil {
		return result, err
	}
	result.Added, result.Present = len(fresh), len(assets)-len(fresh)
	if in.DryRun {
		result.Sample = fresh[:min(len(fresh), sampleRows)]
		return result, nil
	}
	if len(fresh) == 0 {
		return result, nil
	}
	ledger.Answer(ctx, result)
	err = s.enterImported(ctx, fresh, result)
	return result, err
}

// enterImported commits the rows. Tags of the book's own form keep their numbers.
func (s *Service) enterImported(ctx context.Context, assets []*models.Asset, result *Imported) error {
	highest, untagged := int64(0), int64(0)
	for _, a := range assets {
		highest = max(highest, a.Number)
		if a.Number == 0 {
			untagged++
		}
	}
	if err := s.keepNumbersAbove(ctx, highest); err != nil {
		return err
	}
	next, err := s.Book.Store.Next(ctx, s.sequence(), max(untagged, 1))
	if err != nil {
		return err
	}
	entries := make([]ledger.Entry, len(assets))
	for i, a := range assets {
		if a.Number == 0 {
			a.Number = next
			next++
			a.Tag = labels.FormatTag(s.Prefix, a.Number)
		}
		a.ID = s.newID()
		entries[i] = ledger.Add(store.Assets, a, "asset.taken_on_charge", "import")
	}
	result.FirstTag, result.LastTag = assets[0].Tag, assets[len(assets)-1].Tag
	return s.explainDuplicate(ctx, s.Book.Commit(ctx, entries...), assets...)
}

// keepNumbersAbove sees to it that no new tag gets a number up to highest.
func (s *Service) keepNumbersAbove(ctx context.Context, highest int64) error {
	if highest == 0 {
		return nil
	}
	given, err := s.Book.Store.Next(ctx, s.sequence(), 1)
	if err != nil || given >= highest {
		return err
	}
	_, err = s.Book.Store.Next(ctx, s.sequence(), highest-given)
	return err
}

func (s *Service) sequence() string { return "tag:" + s.Prefix }

// absent returns the rows that the register does not hold yet.
func (s *Service) absent(ctx context.Context, r *importReader, assets []*models.Asset) ([]*models.Asset, error) {
	keys := []struct {
		index string
		of    func(*models.Asset) []string
	}{
		{"codes", codesInFile}, {"serials", func(a *models.Asset) []string { return a.SerialKeys() }},
		{"origin", func(a *models.Asset) []string { return a.Origins() }},
	}
	holders := make([]map[string]string, len(keys)) // key → id of the asset that has it
	for k, key := range keys {
		var wanted []string
		for _, a := range assets {
			wanted = append(wanted, key.of(a)...)
		}
		var err error
		if holders[k], err = s.holders(ctx, key.index, wanted); err != nil {
			return nil, err
		}
	}
	var fresh []*models.Asset
	for i, a := range assets {
		there := map[string]bool{}
		for k, key := range keys {
			for _, value := range key.of(a) {
				if id := holders[k][value]; id != "" {
					there[id] = true
				}
			}
		}
		switch len(there) {
		case 0:
			if a.Status == models.InTransit {
				r.wrong(r.table.Rows[i].Line, "status", "is in transit by a voucher that this book does not hold; give it as in store or issued")
			}
			fresh = append(fresh, a)
		case 1:
		default:
			r.wrong(r.table.Rows[i].Line, "tag", "the tag and the serial number belong to two different items of the register")
		}
	}
	return fresh, r.refusal()
}

func codesInFile(a *models.Asset) []string {
	if a.Tag == "" {
		return a.Codes()[1:]
	}
	return a.Codes()
}

// holders finds, for each value of a unique index that is taken, which asset has it.
func (s *Service) holders(ctx context.Context, index string, wanted []string) (map[string]string, error) {
	const batch = 500
	found := make(map[string]string)
	field := map[string]string{"codes": "codes", "serials": "serials", "origin": "origins"}[index]
	for from := 0; from < len(wanted); from += batch {
		values := wanted[from:min(from+batch, len(wanted))]
		assets, err := store.Find[models.Asset](ctx, s.Book.Store, store.Query{In: store.Assets, By: index,
			Where: []store.Cond{store.In(field, values)}})
		if err != nil {
			return nil, err
		}
		for _, a := range assets {
			keys := a.Codes()
			switch index {
			case "serials":
				keys = a.SerialKeys()
			case "origin":
				keys = a.Origins()
			}
			for _, key := range keys {
				found[key] = a.ID
			}
		}
	}
	return found, nil
}

// directory finds what a spreadsheet means by a code or a name.
type directory struct {
	what   string
	codes  map[string]string // folded code or name → code
	unsure map[string]bool   // names that several have
}

func newDirectory(what string) *directory {
	return &directory{what, map[string]string{}, map[string]bool{}}
}

func (d *directory) add(code string, names ...string) {
	for _, name := range names {
		key := models.FoldCode(name)
		if other, taken := d.codes[key]; taken && other != code {
			d.unsure[key] = true
		}
		if key != "" && d.codes[key] == "" {
			d.codes[key] = code
		}
	}
	delete(d.unsure, models.FoldCode(code)) // a code is sure, whatever else has it for a name
	d.codes[models.FoldCode(code)] = code
}

// find returns the code, or what is wrong with the text.
func (d *directory) find(text string) (code, problem string) {
	key := models.FoldCode(text)
	if key == "" {
		return "", ""
	}
	if d.unsure[key] {
		return "", "several " + strings.ReplaceAll(d.what, "y", "ie") + "s have the name " + text + "; give the code"
	}
	if code := d.codes[key]; code != "" {
		return code, ""
	}
	return "", "there is no " + d.what + " " + text
}

// all reads a whole collection of things that assets refer to.
func all[T any](ctx context.Context, s store.Store, in *store.Collection, do func(*T)) error {
	q := store.Query{In: in, By: "code", Limit: 1000}
	for {
		records, err := s.Find(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range records {
			doc, err := store.Decode[T](r)
			if err != nil {
				return err
			}
			do(doc)
		}
		if len(records) < q.Limit {
			return nil
		}
		q.After = records[len(records)-1].Place
	}
}
