package custody

import (
	"context"
	"errors"
	"strings"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// Found is what a scan leads to: an asset, a stock lot, a bin, a voucher, or the
// voucher by which an asset of another unit is on its way to the caller.
type Found struct {
	register.Found
	Lot     *stock.LotAt `json:"lot,omitempty"`
	Bin     string       `json:"bin,omitempty"` // UNIT/BIN
	Voucher string       `json:"voucher,omitempty"`
}

// Scan finds what is behind the text that a scanner or a person gives.
func (s *Service) Scan(ctx context.Context, text string) (*Found, error) {
	if unit, bin, is := labels.ParseBin(text); is {
		label, err := s.Stock.BinLabel(ctx, unit, bin, nil)
		if err != nil {
			return nil, err
		}
		return &Found{Found: register.Found{Matched: "bin", Actions: []string{}}, Bin: label.Tag}, nil
	}
	if found, err := s.scanVoucher(ctx, labels.ParseScan(text)); found != nil || err != nil {
		return found, err
	}
	code := models.FoldCode(labels.ParseScan(text))
	if strings.HasPrefix(code, stock.LotPrefix+"-") {
		lot, err := s.Stock.OneLot(ctx, code)
		if err != nil {
			return nil, err
		}
		return &Found{Found: register.Found{Matched: "lot", Actions: []string{}}, Lot: lot}, nil
	}
	found, err := s.Register.Scan(ctx, text)
	if models.KindOf(err) != models.NotFound {
		if err != nil {
			return nil, err
		}
		return &Found{Found: *found}, nil
	}
	number, problem := s.arriving(ctx, code)
	if problem != nil {
		return nil, problem
	}
	if number == "" {
		return nil, err
	}
	return &Found{Found: register.Found{Matched: "voucher", Actions: []string{"accept"}}, Voucher: number}, nil
}

// scanVoucher finds the voucher whose number was scanned from its paper or typed in
// any case; nil when it is no number of a voucher that the caller sees.
func (s *Service) scanVoucher(ctx context.Context, number string) (*Found, error) {
	for _, number := range []string{number, strings.ToUpper(number)} {
		if !strings.HasPrefix(number, "V-") {
			continue
		}
		v, err := s.Voucher(ctx, number)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		caller, err := access.Caller(ctx)
		if err != nil {
			return nil, err
		}
		found := &Found{Found: register.Found{Matched: "voucher", Actions: []string{}}, Voucher: v.Number}
		if s.MayReceive(ctx, caller, v.Voucher) {
			found.Actions = []string{"accept"}
		}
		return found, nil
	}
	return nil, nil
}

// ScanPhoto finds what is behind the codes in a photo.
func (s *Service) ScanPhoto(ctx context.Context, photo []byte) (*Found, error) {
	codes, err := s.Register.PhotoCodes(ctx, photo)
	if err != nil {
		return nil, err
	}
	for _, code := range codes {
		var found *Found
		if found, err = s.Scan(ctx, code); err == nil {
			return found, nil
		}
		var refusal *models.Error
		if !errors.As(err, &refusal) {
			return nil, err
		}
	}
	return nil, err
}

// arriving returns the number of the voucher by which what was scanned is on its
// way to the caller, or "".
func (s *Service) arriving(ctx context.Context, code string) (string, error) {
	caller, err := access.Caller(ctx)
	if err != nil {
		return "", err
	}
	vouchers, err := store.Find[models.Voucher](ctx, s.Book.Store, store.Query{In: store.Vouchers, By: "carrying",
		Where: []store.Cond{store.Is("carrying", code)}, Limit: 5})
	if err != nil {
		return "", err
	}
	for _, v := range vouchers {
		if access.SeesPapers(caller, v.Units(), v.PaidBy()) || v.Receiver == caller.Code {
			return v.Number, nil
		}
	}
	return "", nil
}
