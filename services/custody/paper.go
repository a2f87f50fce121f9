package custody

import (
	"context"
	"io"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/papers"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// Print writes a voucher as PDF, in one language or two.
func (s *Service) Print(ctx context.Context, number string, in words.Voice, w io.Writer) error {
	v, err := s.Voucher(ctx, number)
	if err != nil {
		return err
	}
	paper := papers.Voucher{Voucher: v.Voucher, Names: map[string]string{}, Address: s.Address(v.Number), Issued: models.At(s.Book.Now()),
		Zone: s.Book.Zone, Voice: in, Broken: map[string]bool{}, Hidden: v.Hidden}
	for _, end := range v.Broken {
		paper.Broken[end] = true
	}
	if paper.FromName, err = s.endName(ctx, v.From, v.Kind == models.HandoverVoucher); err != nil {
		return err
	}
	if paper.ToName, err = s.endName(ctx, v.To, false); err != nil {
		return err
	}
	people := []string{v.Sender, v.Receiver, v.RaisedBy}
	for _, signature := range []*models.Signature{v.Outgoing, v.Incoming} {
		if signature != nil {
			people = append(people, signature.TakenBy)
		}
	}
	for _, code := range people {
		if paper.Names[code], err = s.rankAndName(ctx, code); err != nil {
			return err
		}
	}
	return paper.Write(w)
}

// Address is what a voucher's QR code carries: it opens the voucher.
func (s *Service) Address(number string) string { return s.Register.Base + "/vouchers/" + number }

func (s *Service) endName(ctx context.Context, code string, donor bool) (string, error) {
	if donor {
		d, err := store.Get[models.Donor](ctx, s.Book.Store, store.Donors, code)
		if err != nil {
			return "", err
		}
		return d.Name, nil
	}
	u, err := store.Get[models.Unit](ctx, s.Book.Store, store.Units, code)
	if err != nil {
		return "", err
	}
	return u.Name, nil
}

// NoDemand writes the certificate that nothing stands on a person's name, and
// refuses while something does.
func (s *Service) NoDemand(ctx context.Context, code string, in words.Voice, w io.Writer) error {
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	person, left, err := s.Access.Outstanding(ctx, code)
	if err != nil {
		return err
	}
	if !left.Nothing() {
		return models.Refuse(models.Conflict, "code", "%s has %s; have it handed over first", person.Name, left)
	}
	certificate := papers.NoDemand{Person: person, IssuedBy: caller.Name, On: models.At(s.Book.Now()), Voice: in, Zone: s.Book.Zone}
	if person.Unit != "" {
		if certificate.UnitName, err = s.endName(ctx, person.Unit, false); err != nil {
			return err
		}
	}
	if caller.Rank != "" {
		certificate.IssuedBy = caller.Rank + " " + caller.Name
	}
	return certificate.Write(w)
}
