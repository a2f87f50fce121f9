package reports

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

var verificationKind = &Kind{
	Name: "verification", Title: "Physical verification",
	Answers: "What was counted, by which method, what was seen and what not, and who signed for the result?",
	Period:  true,
	count: func(ctx context.Context, a *asked, limit int) (int64, error) {
		counts, err := a.stocktakes(ctx)
		n := int64(0)
		for _, st := range counts {
			n += int64(st.Expected)
		}
		return min(n, int64(limit)), err
	},
	build: buildVerification,
}

func buildVerification(ctx context.Context, a *asked, r *layout.Report) error {
	counts, err := a.stocktakes(ctx)
	if err != nil {
		return err
	}
	for _, st := range counts {
		if len(st.broken) > 0 {
			r.Alarms = append(r.Alarms, a.t("DOES NOT MATCH: the result of %s is not what was signed for. Have the ledger verified.", st.Number))
		}
	}
	r.Sections = []layout.Section{
		{Name: "stocktakes", Title: "Stocktakes", Empty: "No stocktake was open or closed in this period.", Columns: stocktakeColumns, Rows: rowsOf(counts, a.stocktakeRow)},
		{Name: "exceptions", Title: "Exceptions", About: "What was not seen, lay elsewhere, is not on charge, was counted twice with different results, or was seen by its own custodian.",
			Empty: "None.", Columns: countedColumns, Rows: a.counted(ctx, counts, exceptional)},
		{Name: "items", Title: "Each item", Empty: "Nothing was expected.", Columns: countedColumns, Rows: a.counted(ctx, counts, func(*models.StocktakeLine) bool { return true })},
	}
	r.Notes = []string{"What is expected is frozen when a stocktake opens. A sample is drawn from the numbers of the items in its scope by the seed that is told, so that anybody can draw it again. " +
		"Two people sign for the result and for the SHA-256 of every line; a signature is said to match when both are still the same."}
	return nil
}

// counting is a stocktake and which of its signatures are for another result.
type counting struct {
	*models.Stocktake
	broken []int
}

// stocktakes reads those that were opened, open or closed in the period, as they
// stood at its end.
func (a *asked) stocktakes(ctx context.Context) ([]*counting, error) {
	conds, nothing, err := a.papers().Within(ctx, a.s.Register, a.caller, "opened_at")
	if err != nil || nothing {
		return nil, err
	}
	var found []*counting
	err = eachThen(ctx, a, scoped(store.Stocktakes, conds, "opened"), func(st *models.Stocktake) error {
		if st.ClosedAt != nil && !st.ClosedAt.After(a.begins.Time) || a.Category != "" && st.Scope.Category != "" && st.Scope.Category != a.Category {
			return nil
		}
		c := &counting{Stocktake: st}
		found = append(found, c)
		if st.State != models.StocktakeClosed {
			return nil
		}
		shown, err := a.s.Stocktakes.Stocktake(ctx, st.Number)
		if err == nil {
			c.broken = shown.Broken
		}
		return err
	})
	return found, err
}

var stocktakeColumns = []layout.Column{
	{Name: "number", Title: "Stocktake", Type: layout.Code}, {Name: "name", Title: "Name"}, {Name: "scope", Title: "Scope"}, {Name: "method", Title: "Method"},
	{Name: "opened_on", Title: "Opened", Type: layout.Day}, {Name: "closed_on", Title: "Closed", Type: layout.Day}, {Name: "expected", Title: "Expected", Type: layout.Count},
	{Name: "sighted", Title: "Sighted", Type: layout.Count}, {Name: "explained", Title: "Explained", Type: layout.Count}, {Name: "unaccounted", Title: "Unaccounted", Type: layout.Count},
	{Name: "misplaced", Title: "Misplaced", Type: layout.Count}, {Name: "unknown", Title: "Unknown", Type: layout.Count}, {Name: "officers", Title: "Counted by", Wide: true, Under: true},
	{Name: "signed_by", Title: "Signed by"}, {Name: "signatures", Title: "Signatures"}, {Name: "digest", Title: "SHA-256 of the lines", Wide: true, Under: true},
}

func (a *asked) stocktakeRow(st *counting) layout.Row {
	cells := []any{st.Number, st.Name, a.scopeWords(st.Scope), a.method(st.Stocktake), a.dayOf(&st.OpenedAt), a.dayOf(st.ClosedAt), int64(st.Expected), nil, nil, nil, nil, nil}
	if t := st.Result; t != nil && a.caller.Role != models.Auditor { // of an auditor's part the lines tell
		for i, n := range []int{t.Sighted, t.Explained, t.Unaccounted, t.Misplaced, t.Unknown} {
			cells[7+i] = int64(n)
		}
	}
	var officers, signers []string
	for _, o := range st.Officers {
		officers = append(officers, a.names.person(o))
	}
	for i := range st.SignedBy {
		if who, ok := a.signer(&st.SignedBy[i]).(string); ok {
			signers = append(signers, who)
		}
	}
	kind, signatures := layout.Line, "match"
	switch {
	case len(st.broken) > 0:
		kind, signatures = layout.Alarm, a.t("DO NOT MATCH")
	case len(st.SignedBy) == 0:
		signatures = a.t("%v, not signed yet", st.State)
	}
	return layout.Row{Kind: kind, Link: "/stocktakes/" + st.Number, Cells: append(cells, strings.Join(officers, "; "), strings.Join(signers, "; "), signatures, st.Digest)}
}

func (a *asked) dayOf(t *models.Time) any {
	if t == nil {
		return nil
	}
	return models.DayOf(t.In(a.s.zone()))
}

func (a *asked) scopeWords(s models.StocktakeScope) string {
	parts := []string{}
	if s.Unit != "" {
		parts = append(parts, a.t("%v and below", a.names.unit(s.Unit)))
	}
	parts = append(parts, s.Donor, s.Grant)
	if s.Category != "" {
		parts = append(parts, a.names.categoryName(s.Category))
	}
	if s.Over != nil {
		parts = append(parts, a.t("from %v", s.Over))
	}
	if s.Lots {
		parts = append(parts, a.t("with stock"))
	}
	return joined(", ", parts...)
}

// method says how what was counted was chosen.
func (a *asked) method(st *models.Stocktake) string {
	s := st.Sample
	if s == nil {
		return a.t("everything")
	}
	text := a.t("random sample of %d of %d, seed %v", s.Size, s.Of, strconv.FormatInt(int64(s.Seed), 10))
	if s.By != "" {
		text = a.t("%v, stratified by %v", text, s.By)
	}
	if s.AllOver != nil {
		text += ", and everything from " + s.AllOver.String()
	}
	return text
}

func exceptional(l *models.StocktakeLine) bool {
	seen := l.Seen()
	if l.Differs() || seen != nil && seen.OwnCustody {
		return true
	}
	if d := l.Difference(); d != nil && *d != 0 {
		return true
	}
	return l.State != models.LineSighted
}

var countedColumns = []layout.Column{
	{Name: "stocktake", Title: "Stocktake", Type: layout.Code, Wide: true}, {Name: "code", Title: "Tag or lot", Type: layout.Code}, {Name: "description", Title: "Description"}, {Name: "serial", Title: "Serial number"},
	{Name: "result", Title: "Result"}, {Name: "location", Title: "Expected at"}, {Name: "custodian", Title: "Custodian"}, {Name: "grant", Title: "Grant"}, {Name: "cost", Title: "Unit cost", Type: layout.Amount, Wide: true},
	{Name: "currency", Title: "Currency", Type: layout.Code, Wide: true}, {Name: "quantity", Title: "Expected", Type: layout.Quantity}, {Name: "counted", Title: "Counted", Type: layout.Quantity},
	{Name: "condition", Title: "Condition seen"}, {Name: "in_use", Title: "In use"}, {Name: "needed", Title: "Still needed"}, {Name: "seen_by", Title: "Seen by"}, {Name: "seen_at", Title: "Seen", Type: layout.Instant},
	{Name: "how", Title: "By its"}, {Name: "remark", Title: "Remark"},
}

// counted lists the lines that are wanted of all stocktakes.
func (a *asked) counted(ctx context.Context, counts []*counting, wanted func(*models.StocktakeLine) bool) func(func(layout.Row) error) error {
	return func(yield func(layout.Row) error) error {
		for _, st := range counts {
			q := store.Query{In: store.StocktakeLines, By: "line", Where: append([]store.Cond{store.Is("stocktake", st.Number)}, access.Assets(a.caller)...)}
			err := eachThen(ctx, a, q, func(line *models.StocktakeLine) error {
				if !wanted(line) || !a.shows(line.PaidBy()) || a.Category != "" && line.Category != a.Category || a.Unit != "" && !slices.Contains(line.Path, a.Unit) {
					return nil
				}
				return yield(a.countedRow(line))
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func (a *asked) countedRow(l *models.StocktakeLine) layout.Row {
	result := models.Say("%v", l.State)
	if l.Explained != "" {
		result = models.Say("%v: %v", l.State, l.Explanation())
	}
	if l.DaysUnseen > 0 {
		result = result.And(models.Say("not seen for %d days", l.DaysUnseen))
	}
	if l.Differs() {
		result = result.And(models.Say("the two counts differ"))
	}
	cells := []any{l.Stocktake, l.Code, l.Name, l.Serial, result, joined(", ", a.names.unit(l.Unit), l.Location), a.names.person(l.Custodian), l.Grant, amount(l.Cost), currency(l.Cost), nil, nil, nil, nil, nil, nil, nil, nil, nil}
	if l.Quantity != nil {
		cells[10] = *l.Quantity
	}
	if seen := l.Seen(); seen != nil {
		if seen.Quantity != nil {
			cells[11] = *seen.Quantity
		}
		by := a.names.person(seen.By)
		if seen.OwnCustody {
			by = a.t("%v (its custodian)", by)
		}
		how := seen.Matched
		if seen.OnPaper {
			how = joined(", ", how, a.t("on paper"))
		}
		cells[12], cells[13], cells[14], cells[15], cells[16], cells[17], cells[18] = said(seen.Condition), yesNo(seen.InUse), yesNo(seen.Needed), by, seen.At, how, seen.Remark
	}
	link := ""
	if l.Asset != "" {
		link = "/assets/" + l.Code
	}
	return layout.Row{Cells: cells, Link: link}
}

func yesNo(b *bool) any {
	switch {
	case b == nil:
		return nil
	case *b:
		return models.Say("yes")
	}
	return models.Say("no")
}
