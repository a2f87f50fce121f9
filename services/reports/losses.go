package reports

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/disposal"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

var lossesKind = &Kind{
	Name: "losses", Title: "Losses, damages and write-offs",
	Answers: "What was lost, stolen or damaged, who decided what about it, and what was struck off charge, how, and with whose consent?",
	Period:  true, Ever: true,
	count: func(ctx context.Context, a *asked, limit int) (int64, error) {
		losses, writeOffs, err := a.ended(ctx)
		return min(int64(len(losses)+len(writeOffs)), int64(limit)), err
	},
	build: func(ctx context.Context, a *asked, r *layout.Report) error {
		losses, writeOffs, err := a.ended(ctx)
		if err != nil {
			return err
		}
		r.Sections = []layout.Section{
			{Name: "losses", Title: "Losses, thefts and damage", Empty: "None was reported or open.", Columns: lossColumns, Rows: rowsOf(losses, a.lossRow)},
			{Name: "write_offs", Title: "Write-offs", Empty: "None was proposed or carried out.", Columns: writeOffColumns, Rows: rowsOf(writeOffs, a.writeOffRow)},
		}
		r.Notes = []string{"What was reported or proposed in the period, was open in it, or ended in it. Who decides goes by the cost of the item and the limits of its unit; nobody decides on what they reported, proposed, held or inquired into. " +
			"A write-off is noted when its value lies within a tenth under the limit of who decided, or when it comes to more than that limit together with others of the unit within 30 days."}
		return a.names.err
	},
}

// ended reads the losses and write-offs of the period, as they stood at its end.
func (a *asked) ended(ctx context.Context) ([]*models.Loss, []*models.WriteOff, error) {
	var losses []*models.Loss
	var writeOffs []*models.WriteOff
	mine := func(i *models.Item) bool {
		return access.SeesPapers(a.caller, i.Units(), i.PaidBy()) && a.shows(i.PaidBy()) && (a.Category == "" || i.Category == a.Category)
	}
	conds, nothing, err := a.papers().Within(ctx, a.s.Register, a.caller, "reported_at")
	if err != nil || nothing {
		return nil, nil, err
	}
	err = eachThen(ctx, a, scoped(store.Losses, conds, "reported"), func(l *models.Loss) error {
		if mine(&l.Item) && (l.ClosedAt == nil || l.ClosedAt.After(a.begins.Time)) {
			losses = append(losses, l)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = eachThen(ctx, a, scoped(store.WriteOffs, conds, "proposed"), func(w *models.WriteOff) error {
		if mine(&w.Item) && (w.Open() || w.UpdatedAt.After(a.begins.Time)) { // nothing changes one that has ended
			writeOffs = append(writeOffs, w)
		}
		return nil
	})
	return losses, writeOffs, err
}

var lossColumns = []layout.Column{
	{Name: "number", Title: "Report", Type: layout.Code}, {Name: "kind", Title: "What"}, {Name: "on", Title: "Happened", Type: layout.Day}, {Name: "tag", Title: "Tag", Type: layout.Code}, {Name: "item", Title: "Item"},
	{Name: "serial", Title: "Serial number", Wide: true, Under: true}, {Name: "unit", Title: "Unit"}, {Name: "held_by", Title: "In custody of"}, {Name: "police", Title: "Police report", Wide: true, Under: true},
	{Name: "cost", Title: "Cost", Type: layout.Amount}, {Name: "currency", Title: "Currency", Type: layout.Code}, {Name: "book_value", Title: "Book value", Type: layout.Amount, Wide: true, Under: true}, {Name: "donor", Title: "Donor", Type: layout.Code, Wide: true}, {Name: "grant", Title: "Grant", Wide: true},
	{Name: "reported_by", Title: "Reported by", Wide: true, Under: true}, {Name: "officer", Title: "Inquiry led by"}, {Name: "recommendation", Title: "Recommends", Wide: true, Under: true}, {Name: "decision", Title: "Decision"}, {Name: "decided_by", Title: "Decided by"},
	{Name: "recovered", Title: "Recovered", Type: layout.Amount}, {Name: "recovered_currency", Title: "In", Type: layout.Code, Wide: true}, {Name: "recovered_from", Title: "From", Wide: true, Under: true}, {Name: "write_off", Title: "Write-off", Type: layout.Code, Wide: true}, {Name: "state", Title: "Now"},
}

func (a *asked) lossRow(l *models.Loss) layout.Row {
	cells := []any{l.Number, words.Capital{Of: l.Kind}, l.On, l.Tag, l.Name, l.SerialNumber, a.names.unit(l.Unit), joined(", ", a.names.person(l.HeldBy), a.names.unit(l.HeldIn)), l.Police, amount(l.Cost), currency(l.Cost), amount(l.BookValue), l.Donor, l.Grant,
		a.names.person(l.ReportedBy), nil, nil, nil, nil, nil, nil, nil, l.WriteOff, words.Capital{Of: l.State}}
	if l.Inquiry != nil {
		cells[15] = a.names.person(l.Inquiry.Officer)
		if l.Inquiry.FoundAt != nil {
			cells[16] = words.Capital{Of: l.Inquiry.Recommendation}
		}
	}
	if l.Waived != nil {
		cells[15] = models.Say("none: %v", l.Waived.Reason)
	}
	if l.Decision != nil {
		cells[17], cells[18] = words.Capital{Of: l.Decision.Measure}, a.names.person(l.Decision.By)
	}
	if l.Recovered != nil {
		cells[19], cells[20], cells[21] = amount(&l.Recovered.Amount), l.Recovered.Amount.Currency, l.Recovered.From
	}
	if l.Open() {
		cells[23] = words.Capital{Of: disposal.Waits(l)}
	} else {
		cells[23] = words.Capital{Of: l.Ended()}
	}
	return layout.Row{Cells: cells}
}

var writeOffColumns = []layout.Column{
	{Name: "number", Title: "Write-off", Type: layout.Code}, {Name: "ground", Title: "Why"}, {Name: "tag", Title: "Tag", Type: layout.Code}, {Name: "item", Title: "Item"}, {Name: "serial", Title: "Serial number", Wide: true, Under: true}, {Name: "unit", Title: "Unit"},
	{Name: "cost", Title: "Cost", Type: layout.Amount}, {Name: "currency", Title: "Currency", Type: layout.Code}, {Name: "book_value", Title: "Book value", Type: layout.Amount, Wide: true, Under: true}, {Name: "donor", Title: "Donor", Type: layout.Code, Wide: true}, {Name: "grant", Title: "Grant", Wide: true}, {Name: "loss", Title: "After", Type: layout.Code, Wide: true},
	{Name: "proposed_by", Title: "Proposed by"}, {Name: "authority", Title: "For whom to decide", Wide: true}, {Name: "decided_by", Title: "Decided by"}, {Name: "consent", Title: "Donor's consent"},
	{Name: "struck_on", Title: "Struck off", Type: layout.Day}, {Name: "method", Title: "How"}, {Name: "recipient", Title: "To", Wide: true, Under: true}, {Name: "proceeds", Title: "Proceeds", Type: layout.Amount}, {Name: "proceeds_currency", Title: "In", Type: layout.Code, Wide: true}, {Name: "certificate", Title: "Certificate or receipt", Wide: true},
	{Name: "noted", Title: "Noted", Wide: true, Under: true}, {Name: "state", Title: "Now"},
}

// noted tells what an auditor looks at twice.
func (a *asked) noted(w *models.WriteOff) string {
	var all []string
	for _, n := range w.Remarkable() {
		all = append(all, a.voice.Tell(n))
	}
	return strings.Join(all, "; ")
}

func (a *asked) writeOffRow(w *models.WriteOff) layout.Row {
	cells := []any{w.Number, words.Capital{Of: w.Ground}, w.Tag, w.Name, w.SerialNumber, a.names.unit(w.Unit), amount(w.Cost), currency(w.Cost), amount(w.BookValue), w.Donor, w.Grant, w.Loss,
		a.names.person(w.ProposedBy), said(w.Authority), nil, nil, nil, nil, nil, nil, nil, nil, a.noted(w), words.Capital{Of: w.State}}
	if w.Decision != nil {
		cells[14] = a.names.person(w.Decision.By)
	}
	switch {
	case w.Consent != nil:
		cells[15] = w.Consent.Document
	case w.Demands != "":
		cells[15] = models.Say("needed: %v", w.Demanded())
	}
	if d := w.Struck; d != nil {
		cells[16], cells[17], cells[18], cells[21] = d.On, words.Capital{Of: d.Method}, d.Recipient, d.Reference
		cells[19], cells[20] = amount(d.Proceeds), currency(d.Proceeds)
	}
	return layout.Row{Cells: cells}
}
