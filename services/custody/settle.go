package custody

import (
	"cmp"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// arrivals are the events of an accepted line.
var arrivals = map[models.VoucherKind]string{
	models.IssueVoucher: "asset.issued", models.ReturnVoucher: "asset.returned", models.TransferVoucher: "asset.transferred",
	models.HandoverVoucher: "asset.handed_over", models.LoanVoucher: "asset.lent", models.TakingOver: "asset.taken_over",
}

// settleAssets puts each asset of the voucher with the receiver or back, and notes
// on a kit which of its parts did not arrive.
func (s *Service) settleAssets(v *models.Voucher, found map[string]*held, accepted func(models.Line) bool, back string) ([]ledger.Entry, error) {
	var entries []ledger.Entry
	at := map[string]*held{} // kits by tag
	for _, line := range v.Lines {
		h := found[line.Asset]
		switch {
		case line.Asset == "":
			continue
		case h == nil || h.Status != models.InTransit || h.Voucher != v.Number:
			// the voucher was settled after it was read
			return nil, fmt.Errorf("custody: %s is not on its way by %s: %w", line.Tag, v.Number, &store.VersionConflict{Collection: store.Vouchers.Name, ID: v.Number})
		case h.IsKit():
			at[line.Tag] = h
		}
	}
	for _, line := range v.Lines {
		if kit := at[line.PartOf]; kit != nil && kitAccepted(v, line.PartOf, accepted) && !accepted(line) {
			missing(kit.Asset, line)
		}
	}
	for _, line := range v.Lines {
		h := found[line.Asset]
		if h == nil {
			continue
		}
		kind, reason := back, v.Number
		if accepted(line) {
			s.take(v, line, h.Asset)
			kind = arrivals[v.Kind]
		} else {
			giveBack(line, h.Asset)
		}
		if line.Receipt != nil && line.Receipt.Remark != "" {
			reason += ": " + line.Receipt.Remark
		}
		entries = append(entries, h.changed(kind, reason))
	}
	return entries, nil
}

func kitAccepted(v *models.Voucher, tag string, accepted func(models.Line) bool) bool {
	for _, line := range v.Lines {
		if line.Tag == tag && line.PartOf == "" {
			return accepted(line)
		}
	}
	return false
}

// missing notes on the kit that a part of it did not come along.
func missing(kit *models.Asset, part models.Line) {
	for i := range kit.Contents {
		c := &kit.Contents[i]
		if part.Asset != "" && c.Asset == part.Asset || part.Asset == "" && c.Asset == "" && c.Name == part.Name {
			c.Missing = c.Quantity
		}
	}
}

// take puts an accepted asset with the receiver.
func (s *Service) take(v *models.Voucher, line models.Line, a *models.Asset) {
	now := models.At(s.Book.Now())
	a.LastSeenAt = &now
	if v.Incoming != nil {
		a.LastSeenAt = &v.Incoming.At // which may have been out of reach
	}
	if line.Receipt.Condition != "" {
		a.Condition = line.Receipt.Condition
	}
	if v.Kind == models.HandoverVoucher { // the title passes, the item lies where it lay
		a.Status, a.Title = line.Was, s.title(v)
		a.Custodian = cmp.Or(v.Receiver, a.Custodian)
		return
	}
	from, path := a.Unit, a.Path
	if a.Unit != v.To {
		a.Location = ""
	}
	a.Unit, a.Path = v.To, v.ToPath
	switch v.Kind {
	case models.IssueVoucher, models.LoanVoucher:
		a.Status, a.Custodian, a.IssuedAt, a.IssuedFrom, a.DueBack = models.Issued, v.Receiver, &now, from, v.DueBack
		if v.Kind == models.LoanVoucher {
			a.Owner, a.OwnerPath = from, path
		}
	case models.TakingOver:
		a.Status, a.Custodian = line.Was, v.Receiver
	default:
		a.Status, a.Custodian, a.IssuedAt, a.IssuedFrom, a.DueBack = models.InStore, v.Receiver, nil, "", ""
		a.Owner, a.OwnerPath, a.StoredAt = "", nil, &now
		if v.Kind == models.ReturnVoucher {
			a.Custodian = ""
		}
	}
}

// giveBack puts an asset back into the state in which it was dispatched.
func giveBack(line models.Line, a *models.Asset) {
	a.Status, a.Voucher = line.Was, line.Before
}
