package reports

import (
	"bytes"
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

var handoverKind = &Kind{
	Name: "handover", Title: "Handover report",
	Answers: "What was delivered, to whom and when, by which voucher and whose signatures, and who has title now?",
	Period:  true, Ever: true,
	count: countAssets,
	build: buildHandover,
}

// mostAttached is how many vouchers a PDF carries along; the others are named with
// their addresses.
const mostAttached = 60

func buildHandover(ctx context.Context, a *asked, r *layout.Report) error {
	vouchers, err := a.handovers(ctx)
	if err != nil {
		return err
	}
	var attached []layout.Attachment
	for _, v := range vouchers {
		if len(attached) == mostAttached {
			r.Notes = append(r.Notes, a.t("The first %d vouchers are attached to the PDF; the others are at %s/vouchers/ under their numbers.", mostAttached, a.s.Register.Base))
			break
		}
		attached = append(attached, layout.Attachment{Name: v.Number + ".pdf", About: a.t("the voucher with its signatures"), Write: func() ([]byte, error) {
			var pdf bytes.Buffer
			err := a.s.Custody.Print(ctx, v.Number, a.voice, &pdf)
			return pdf.Bytes(), err
		}})
	}
	r.Attachments = attached
	r.Sections = []layout.Section{
		{Name: "vouchers", Title: "Vouchers", Empty: "No donor handover was dispatched in this period.", Columns: voucherColumns, Rows: rowsOf(vouchers, a.voucherRow)},
		{Name: "items", Title: "Items delivered", Empty: "Nothing.", Columns: deliveredColumns, Rows: func(yield func(layout.Row) error) error { return a.delivered(ctx, vouchers, yield) }},
		a.withoutTitle(ctx),
		a.trained(ctx),
	}
	r.Notes = append(r.Notes, "A signature is said to match when the hash over everything that was signed is still that of the voucher as it stands.")
	return nil
}

// handovers reads the donor handovers of the period, as they stood at its end, that
// carry something which the report is about.
func (a *asked) handovers(ctx context.Context) ([]*handed, error) {
	conds, nothing, err := a.papers().Within(ctx, a.s.Register, a.caller, "raised_at")
	if err != nil || nothing {
		return nil, err
	}
	q := scoped(store.Vouchers, append(conds, store.Is("kind", string(models.HandoverVoucher))), "kind")
	var found []*handed
	err = eachThen(ctx, a, q, func(v *models.Voucher) error {
		broken := custody.Broken(v)
		v.Lines = slices.DeleteFunc(v.Lines, func(l models.Line) bool { return !a.shows(l.PaidBy()) || a.Category != "" && l.Category != a.Category })
		if when := delivered(v); !when.IsZero() && when.After(a.begins.Time) && len(v.Lines) > 0 {
			found = append(found, &handed{v, broken})
		}
		return nil
	})
	return found, err
}

// handed is a voucher with those of its lines that the report is about, and the ends
// whose signature does not match all of it.
type handed struct {
	*models.Voucher
	broken []string
}

// delivered is when a voucher was accepted, or dispatched while it is not yet; zero
// when neither counts.
func delivered(v *models.Voucher) models.Time {
	switch {
	case v.State == models.Draft || v.State == models.Cancelled || v.Outgoing == nil:
		return models.Time{}
	case v.Incoming != nil:
		return v.Incoming.At
	}
	return v.Outgoing.At
}

var voucherColumns = []layout.Column{
	{Name: "voucher", Title: "Voucher", Type: layout.Code}, {Name: "state", Title: "State"}, {Name: "to", Title: "Delivered to"},
	{Name: "agreement", Title: "Agreement"}, {Name: "dispatched_at", Title: "Handed over", Type: layout.Instant}, {Name: "handed_over_by", Title: "Signed by, for the donor"},
	{Name: "received_at", Title: "Received", Type: layout.Instant}, {Name: "received_by", Title: "Signed by, receiving"},
	{Name: "signatures", Title: "Signatures"}, {Name: "lines", Title: "Lines", Type: layout.Count}, {Name: "accepted", Title: "Accepted", Type: layout.Count},
	{Name: "refused", Title: "Refused", Type: layout.Count},
}

func (a *asked) voucherRow(v *handed) layout.Row {
	accepted, refused := int64(0), int64(0)
	for _, l := range v.Lines {
		switch {
		case l.Receipt == nil:
		case l.Receipt.Accepted:
			accepted++
		default:
			refused++
		}
	}
	kind, signatures := layout.Line, models.Say("match")
	if len(v.broken) > 0 {
		kind, signatures = layout.Alarm, models.Say("DO NOT MATCH: %v", joined(", ", v.broken...))
	} else if v.Incoming == nil {
		signatures = models.Say("not received yet")
	}
	return layout.Row{Kind: kind, Link: "/vouchers/" + v.Number, Cells: []any{v.Number, said(v.State), named(a.names.unit(v.To), v.To), v.Agreement,
		signedAt(v.Outgoing), a.signer(v.Outgoing), signedAt(v.Incoming), a.signer(v.Incoming), signatures, int64(len(v.Lines)), accepted, refused}}
}

func signedAt(s *models.Signature) any {
	if s == nil {
		return nil
	}
	return s.At
}

func (a *asked) signer(s *models.Signature) any {
	if s == nil {
		return nil
	}
	return joined(", ", joined(" ", s.Rank, s.Name), s.ServiceNumber, a.voice.Tell(map[string]models.Text{"drawn": models.Say("signed by hand"), "pin": models.Say("by PIN"), "account": models.Say("signed in")}[s.Method]))
}

var deliveredColumns = []layout.Column{
	{Name: "code", Title: "Tag or lot", Type: layout.Code}, {Name: "description", Title: "Description"}, {Name: "number", Title: "Serial or lot number"},
	{Name: "quantity", Title: "Quantity", Type: layout.Quantity}, {Name: "measure", Title: "Measure", Wide: true}, {Name: "grant", Title: "Grant"},
	{Name: "cost", Title: "Unit cost", Type: layout.Amount}, {Name: "currency", Title: "Currency", Type: layout.Code}, {Name: "voucher", Title: "Voucher", Type: layout.Code},
	{Name: "to", Title: "To", Type: layout.Code}, {Name: "received_on", Title: "Received", Type: layout.Day}, {Name: "receipt", Title: "Receipt"}, {Name: "condition", Title: "Condition"},
	{Name: "title_holder", Title: "Title with", Type: layout.Code}, {Name: "title_document", Title: "Title document"}, {Name: "title_on", Title: "Since", Type: layout.Day},
}

func (a *asked) delivered(ctx context.Context, vouchers []*handed, yield func(layout.Row) error) error {
	var cost layout.Purse
	lines := int64(0)
	for _, v := range vouchers {
		var received any
		if v.Incoming != nil {
			received = models.DayOf(v.Incoming.At.In(a.s.zone()))
		}
		for _, l := range v.Lines {
			receipt := "awaited"
			if l.Receipt != nil {
				receipt = map[bool]string{true: "accepted", false: "refused"}[l.Receipt.Accepted]
				receipt = joined(": ", receipt, l.Receipt.Remark)
			}
			title := a.titleOf(&l)
			if a.names.err != nil {
				return a.names.err
			}
			cells := []any{l.Code(), l.Name, l.Number, l.Quantity, l.Measure, l.Grant, amount(l.Cost), currency(l.Cost), v.Number, v.To, received, receipt, said(l.Condition), models.Say("with the donor"), nil, nil}
			if title != nil {
				cells[13], cells[14], cells[15] = title.Holder, title.Document, title.On
			}
			lines++
			if l.Cost != nil && (l.Receipt == nil || l.Receipt.Accepted) {
				var worth layout.Sum
				worth.AddTimes(layout.Decimal(l.Cost.Amount), int64(l.Quantity))
				cost.AddDecimal(worth.Thousandth(), l.Cost.Currency)
			}
			if err := yield(layout.Row{Cells: cells, Link: "/vouchers/" + v.Number}); err != nil {
				return err
			}
		}
	}
	if lines == 0 {
		return nil
	}
	for _, row := range cost.TotalRows(len(deliveredColumns), lines, func(cells []any, sum layout.Decimal, currency string) { cells[6], cells[7] = sum, currency }) {
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// titleOf is who has title in what a line is about, at the instant of the report.
func (a *asked) titleOf(l *models.Line) *models.Title {
	if l.Asset != "" {
		if x := then[models.Asset](a.names, store.Assets, l.Asset); x != nil {
			return x.Title
		}
		return nil
	}
	if lot := then[models.Lot](a.names, store.Lots, l.Lot); lot != nil {
		return lot.Title
	}
	return nil
}

// withoutTitle lists what is on charge but has not been handed over with title.
func (a *asked) withoutTitle(ctx context.Context) layout.Section {
	columns := []assetColumn{}
	for _, c := range registerColumns {
		if slices.Contains([]string{"tag", "description", "make", "model", "serial", "location", "custodian", "status", "acquired_on", "cost", "currency", "grant"}, c.Name) {
			columns = append(columns, c)
		}
	}
	s := layout.Section{Name: "without_title", Title: "On charge without a handover of title", Empty: "Nothing: title in everything on charge has been handed over.",
		About: "Paid for and on charge at the time of the report, while no voucher passed its title: still the donor's or the programme's."}
	for _, c := range columns {
		s.Columns = append(s.Columns, c.Column)
	}
	s.Rows = func(yield func(layout.Row) error) error {
		lines := int64(0)
		var cost layout.Purse
		cells := make([]any, len(columns))
		err := a.s.Register.EachAsOf(ctx, a.filter(), a.at, func(x *models.Asset) error {
			if x.Title != nil && !x.Title.Donor || len(x.PaidBy()) == 0 || x.Status == models.StruckOff || !access.SeesPapers(a.caller, x.Units(), x.PaidBy()) {
				return nil
			}
			for i, c := range columns {
				cells[i] = c.cell(a, x)
			}
			lines++
			cost.Add(x.Cost)
			return yield(layout.Row{Cells: cells, Link: "/assets/" + x.Tag})
		})
		if err != nil || lines == 0 {
			return err
		}
		for _, row := range cost.TotalRows(len(columns), lines, func(cells []any, sum layout.Decimal, currency string) { cells[9], cells[10] = sum, currency }) {
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
	return s
}
