package maintenance

import (
	"context"
	"strconv"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

const (
	// Soon is how many days ahead a service is due soon.
	Soon = 14
	// Expiring is how many days ahead a certificate is about to lapse.
	Expiring = 90

	causesAtOnce = 1000
)

// Overdue gives a cause for each item of which a service is overdue. It reads what
// is due alone, by index.
func (s *Service) Overdue(ctx context.Context) flags.Causes {
	today := s.Book.Today()
	q := store.Query{In: store.Assets, By: "care_due", Where: []store.Cond{
		store.Under("care.due", string(today)), store.Under("care.late", string(today.Plus(1)))}}
	return s.causes(ctx, q, func(a *models.Asset) (models.Day, models.Text) {
		for _, p := range a.Care.Plans {
			if p.Late != "" && p.Late <= today {
				return p.Due, models.Passage(models.Say("%v was due on %v.", p.Name, p.Due), p.Reasons())
			}
		}
		return a.Care.Due, models.Plain(a.Care.What)
	})
}

// DueSoon gives a cause for each item of which a service is due within Soon days, or
// is tolerated, and none is overdue.
func (s *Service) DueSoon(ctx context.Context) flags.Causes {
	today := s.Book.Today()
	q := store.Query{In: store.Assets, By: "care_due", Where: []store.Cond{
		store.Under("care.due", string(today.Plus(Soon+1))), store.From("care.late", string(today.Plus(1)))}}
	return s.causes(ctx, q, func(a *models.Asset) (models.Day, models.Text) {
		detail := models.Say("%v is due on %v.", a.Care.What, a.Care.Due)
		if len(a.Care.Plans) > 0 {
			detail = models.Passage(detail, a.Care.Plans[0].Reasons())
		}
		return a.Care.Due, detail
	})
}

// ExpiringCertificates gives a cause for each item whose calibration certificate
// lapses within the days named by Expiring.
func (s *Service) ExpiringCertificates(ctx context.Context) flags.Causes {
	today := s.Book.Today()
	return s.certificates(ctx, inForce, store.From("care.certificate.expiry", string(today)),
		store.Under("care.certificate.expiry", string(today.Plus(Expiring+1))))
}

// ExpiredCertificates gives a cause for each item whose calibration certificate has
// lapsed.
func (s *Service) ExpiredCertificates(ctx context.Context) flags.Causes {
	return s.certificates(ctx, lapsed, store.Under("care.certificate.expiry", string(s.Book.Today())))
}

func inForce(c *models.Certificate) models.Text {
	return models.Say("Calibration certificate %v is in force until %v.", c.Number, c.Expiry)
}

func lapsed(c *models.Certificate) models.Text {
	return models.Say("Calibration certificate %v lapsed on %v.", c.Number, c.Expiry)
}

func (s *Service) certificates(ctx context.Context, tell func(*models.Certificate) models.Text, days ...store.Cond) flags.Causes {
	q := store.Query{In: store.Assets, By: "certificate", Where: days}
	return s.causes(ctx, q, func(a *models.Asset) (models.Day, models.Text) {
		c := a.Care.Certificate
		return c.Expiry, tell(c)
	})
}

// causes gives one for each item of q. Its mark is the item's version and since when
// the cause stands, so that an item which did not change need not be read.
func (s *Service) causes(ctx context.Context, q store.Query, tell func(*models.Asset) (models.Day, models.Text)) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		q.Limit, q.Bare = causesAtOnce, true
		for {
			records, err := s.Book.Store.Find(ctx, q)
			if err != nil {
				yield(flags.Cause{}, err)
				return
			}
			for _, record := range records {
				cause := flags.Cause{Subject: ledger.Subject(store.Assets, record.ID), Mark: strconv.FormatInt(record.Version, 10)}
				cause.Look = func() (flags.Cause, bool, error) {
					a, err := store.Get[models.Asset](ctx, s.Book.Store, store.Assets, record.ID)
					if err != nil || a.Status == models.StruckOff || a.Care == nil {
						return cause, false, err
					}
					told := cause
					told.Since, told.Detail = tell(a)
					told.Ref, told.What, told.Unit, told.Path, told.Also = a.Tag, models.Plain(a.Name), a.Unit, a.Path, a.OwnerPath
					told.Owner, told.Donor, told.Grant = a.Custodian, a.Donor, a.Grant
					return told, true, nil
				}
				if !yield(cause, nil) {
					return
				}
			}
			if len(records) < q.Limit {
				return
			}
			q.After = records[len(records)-1].Place
		}
	}
}
