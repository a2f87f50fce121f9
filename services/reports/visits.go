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
	"quartermaster/services/words"
)

var visitsKind = &Kind{
	Name: "visits", Title: "End-use visits",
	Answers: "Which visits were planned and made, which items were seen by serial number, what was found, and what became of it?",
	Period:  true, Ever: true,
	count: func(ctx context.Context, a *asked, limit int) (int64, error) {
		made, err := a.visits(ctx)
		n := int64(0)
		for _, v := range made {
			n += int64(v.Expected)
		}
		return min(n, int64(limit)), err
	},
	build: func(ctx context.Context, a *asked, r *layout.Report) error {
		made, err := a.visits(ctx)
		if err != nil {
			return err
		}
		findings, err := a.visitFindings(ctx)
		if err != nil {
			return err
		}
		for _, v := range made {
			broken, err := a.s.Visits.Broken(ctx, v)
			if err != nil {
				return err
			}
			if len(broken) > 0 {
				r.Alarms = append(r.Alarms, a.t("DOES NOT MATCH: %s is not what was signed for. Have the ledger verified.", v.Number))
			}
		}
		r.Sections = []layout.Section{
			{Name: "visits", Title: "Visits", Empty: "None was planned or made in this period.", Columns: visitColumns, Rows: rowsOf(made, a.visitRow)},
			{Name: "items", Title: "Items", Empty: "No item was to be seen.", Columns: visitItemColumns, Rows: a.visited(ctx, made)},
			{Name: "checklists", Title: "Checklists and physical security", Empty: "No question was answered.", Columns: checkColumns, Rows: checked(made)},
			{Name: "findings", Title: "Findings and follow-up", Empty: "None was raised or open.", Columns: visitFindingColumns, Rows: rowsOf(findings, a.visitFindingRow)},
		}
		r.Notes = []string{"Visits by the day that they are planned for. A sample is drawn when the visit begins, from the tags of the items in its scope by the seed that is told, so that anybody can draw it again; items of enhanced categories are seen whole. " +
			"The monitor and the unit's representative sign for the visit and for the SHA-256 of every item and finding."}
		return a.names.err
	},
}

// visits reads those planned for the period, as they stood at its end.
func (a *asked) visits(ctx context.Context) ([]*models.Visit, error) {
	p := a.papers()
	p.Since, p.Until = "", ""
	conds, nothing, err := p.Within(ctx, a.s.Register, a.caller, "")
	if err != nil || nothing {
		return nil, err
	}
	var found []*models.Visit
	err = eachThen(ctx, a, scoped(store.Visits, conds, "on"), func(v *models.Visit) error {
		inPeriod := (a.From == "" || v.On >= a.From) && v.On <= a.day || v.MadeAt != nil && v.MadeAt.After(a.begins.Time)
		if (inPeriod || v.Open() && a.From == "") && (a.Category == "" || v.Scope.Category == "" || v.Scope.Category == a.Category) {
			found = append(found, v)
		}
		return nil
	})
	return found, err
}

// visitFindings reads those raised up to the end of the period that were not closed
// before it, as they stood at its end.
func (a *asked) visitFindings(ctx context.Context) ([]*models.VisitFinding, error) {
	p := a.papers()
	p.Since, p.Until = "", ""
	conds, nothing, err := p.Within(ctx, a.s.Register, a.caller, "")
	if err != nil || nothing {
		return nil, err
	}
	var found []*models.VisitFinding
	err = eachThen(ctx, a, scoped(store.VisitFindings, conds, "due"), func(f *models.VisitFinding) error {
		if access.SeesPapers(a.caller, f.Path, f.PaidBy()) && a.shows(f.PaidBy()) && (f.ClosedAt == nil || f.ClosedAt.After(a.begins.Time)) {
			found = append(found, f)
		}
		return nil
	})
	return found, err
}

var visitColumns = []layout.Column{
	{Name: "number", Title: "Visit", Type: layout.Code}, {Name: "name", Title: "Name"}, {Name: "on", Title: "Planned for", Type: layout.Day}, {Name: "monitor", Title: "Monitor"}, {Name: "scope", Title: "Scope"},
	{Name: "method", Title: "Method", Wide: true, Under: true}, {Name: "state", Title: "State"}, {Name: "made_on", Title: "Signed", Type: layout.Day}, {Name: "signed_by", Title: "Signed by"}, {Name: "impact", Title: "Impact"}, {Name: "digest", Title: "SHA-256 of the items", Wide: true, Under: true},
}

func (a *asked) visitRow(v *models.Visit) layout.Row {
	method := "everything"
	if s := v.Sample; s != nil {
		method = a.t("random sample of %d, drawn when it begins", s.Size)
		if s.Of > 0 {
			method = a.t("random sample of %d of %d, seed %v, enhanced items whole", s.Size, s.Of, strconv.FormatInt(int64(s.Seed), 10))
		}
	}
	signers := make([]string, len(v.SignedBy))
	for i := range v.SignedBy {
		signers[i], _ = a.signer(&v.SignedBy[i]).(string)
	}
	return layout.Row{Link: "/visits/" + v.Number, Cells: []any{v.Number, v.Name, v.On, said(v.Monitor), a.scopeWords(models.StocktakeScope{Unit: v.Scope.Unit, Donor: v.Scope.Donor, Grant: v.Scope.Grant, Category: v.Scope.Category}),
		method, joined(": ", a.voice.Upper(v.State), v.Reason), a.dayOf(v.MadeAt), joined("; ", signers...), v.Impact, v.Digest}}
}

var visitItemColumns = []layout.Column{
	{Name: "visit", Title: "Visit", Type: layout.Code}, {Name: "tag", Title: "Tag", Type: layout.Code}, {Name: "item", Title: "Item"}, {Name: "serial", Title: "Serial number"}, {Name: "unit", Title: "Where"}, {Name: "grant", Title: "Grant", Wide: true},
	{Name: "outcome", Title: "Found"}, {Name: "serial_read", Title: "Serial number read", Wide: true, Under: true}, {Name: "condition", Title: "Condition"}, {Name: "use", Title: "In use"}, {Name: "used_for", Title: "Used for"}, {Name: "needed", Title: "Still needed"},
	{Name: "seen_at", Title: "Entered", Type: layout.Instant, Wide: true}, {Name: "remark", Title: "Remark"},
}

// visited lists the items of all visits that the caller sees and asks for.
func (a *asked) visited(ctx context.Context, made []*models.Visit) func(func(layout.Row) error) error {
	return func(yield func(layout.Row) error) error {
		for _, v := range made {
			err := a.visitItems(ctx, v, func(i *models.VisitItem) error {
				cells := []any{i.Visit, i.Tag, i.Name, i.Serial, joined(", ", a.names.unit(i.Unit), i.Location), i.Grant, models.Say("not yet"), nil, nil, nil, nil, nil, nil, nil}
				if s := i.Seen; s != nil {
					cells[4] = joined(", ", a.names.unit(i.Unit), s.Location)
					cells[6], cells[7], cells[8], cells[9], cells[10], cells[11], cells[12], cells[13] = words.Capital{Of: s.Outcome}, s.Serial, said(s.Condition), useWords(s.Use), s.UsedFor, yesNo(s.Needed), s.At, s.Remark
				}
				return yield(layout.Row{Cells: cells, Link: "/assets/" + i.Tag})
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// visitItems calls do with each item of a visit that the caller sees and asks for.
func (a *asked) visitItems(ctx context.Context, v *models.Visit, do func(*models.VisitItem) error) error {
	q := store.Query{In: store.VisitItems, By: "line", Where: append([]store.Cond{store.Is("visit", v.Number)}, access.Assets(a.caller)...)}
	return eachThen(ctx, a, q, func(i *models.VisitItem) error {
		if !a.shows(i.PaidBy()) || a.Category != "" && i.Category != a.Category || a.Unit != "" && !slices.Contains(i.Path, a.Unit) {
			return nil
		}
		return do(i)
	})
}

func useWords(u models.EndUse) any {
	if u == "" {
		return nil
	}
	return words.Capital{Of: u}
}

var checkColumns = []layout.Column{{Name: "visit", Title: "Visit", Type: layout.Code}, {Name: "question", Title: "Question"}, {Name: "answer", Title: "Answer"}, {Name: "remark", Title: "Remark"}}

func checked(made []*models.Visit) func(func(layout.Row) error) error {
	return func(yield func(layout.Row) error) error {
		for _, v := range made {
			for _, check := range v.Checklist {
				if check.Answer == "" {
					continue
				}
				if err := yield(layout.Row{Cells: []any{v.Number, check.Question, said(check.Answer), check.Remark}}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

var visitFindingColumns = []layout.Column{
	{Name: "number", Title: "Finding", Type: layout.Code}, {Name: "severity", Title: "Severity"}, {Name: "what", Title: "What"}, {Name: "tag", Title: "Item", Type: layout.Code}, {Name: "unit", Title: "Must act"}, {Name: "raised_on", Title: "Raised", Type: layout.Day}, {Name: "due", Title: "By", Type: layout.Day},
	{Name: "state", Title: "State"}, {Name: "closed_on", Title: "Closed", Type: layout.Day}, {Name: "steps", Title: "Follow-up"},
}

func (a *asked) visitFindingRow(f *models.VisitFinding) layout.Row {
	cells := []any{f.Number, words.Capital{Of: f.Severity}, f.What, f.Tag, joined(", ", a.names.unit(f.Unit), a.names.person(f.Owner)), a.dayOf(&f.RaisedAt), f.Due, words.Capital{Of: f.State}, a.dayOf(f.ClosedAt), a.steps(f)}
	if f.Overdue(a.day) {
		cells[7] = models.Say("Overdue, %v", f.State)
	}
	return layout.Row{Cells: cells, Link: "/visit-findings/" + f.Number}
}

// steps tells what was done about a finding, step by step.
func (a *asked) steps(f *models.VisitFinding) string {
	var all []string
	for _, s := range f.Steps {
		done := map[models.FindingState]models.Text{models.FindingAnswered: models.Say("answered"), models.FindingOpen: models.Say("sent back"), models.FindingClosed: models.Say("closed")}[s.To]
		step := a.t("%v %v: %v", a.short(models.DayOf(s.At.In(a.s.zone()))), done, s.Text)
		if s.Evidence != "" {
			step += " (" + s.Evidence + ")"
		}
		all = append(all, step)
	}
	return strings.Join(all, "\n")
}
