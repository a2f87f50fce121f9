package register

import (
	"context"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/store"
)

// onCharge are the states of what is to be accounted for.
var onCharge = []string{string(models.InStore), string(models.Issued), string(models.InTransit), string(models.InWorkshop), string(models.Missing)}

// Unaccounted are the items that nobody has seen for longer than their category
// allows.
func (s *Service) Unaccounted(ctx context.Context) flags.Causes {
	return func(yield func(flags.Cause, error) bool) {
		categories, err := store.Find[models.Category](ctx, s.Book.Store, store.Query{In: store.Categories, By: "code"})
		if err != nil {
			yield(flags.Cause{}, err)
			return
		}
		for _, c := range categories {
			for cause, err := range s.unseen(ctx, c) {
				if !yield(cause, err) || err != nil {
					return
				}
			}
		}
	}
}

// unseen are the items of a category that were seen too long ago, or not since they
// were taken on charge too long ago.
func (s *Service) unseen(ctx context.Context, c *models.Category) flags.Causes {
	limit := c.UnseenAfter()
	before := store.Under("last_seen_at", s.Book.Begins(s.Book.Today().Plus(-limit)).String())
	entered := before
	entered.Field = "created_at"
	about := func(a *models.Asset) (flags.Cause, bool) {
		day := s.Book.DayOf(a.CreatedAt)
		detail := models.Say("not seen since it was taken on charge on %v", day)
		if a.LastSeenAt != nil {
			day = s.Book.DayOf(*a.LastSeenAt)
			detail = models.Say("not seen since %v", day)
		}
		return flags.Cause{Ref: a.Tag, What: models.Plain(a.Name), Detail: detail, Since: day.Plus(limit + 1),
			Unit: a.Unit, Path: a.Path, Also: a.OwnerPath, Owner: a.Custodian, Donor: a.Donor, Grant: a.Grant}, !a.UnderInquiry()
	}
	band := fmt.Sprint(limit)
	return flags.Together(
		flags.Due(ctx, s.Book.Store, store.Query{In: store.Assets, By: "seen", Where: []store.Cond{store.Is("category", c.Code), before, store.In("status", onCharge)}}, band, about),
		flags.Due(ctx, s.Book.Store, store.Query{In: store.Assets, By: "never_seen", Where: []store.Cond{store.Is("never_seen", c.Code), entered}}, band, about))
}

// warrantyNotice is how many days before its end a warranty is flagged: long enough
// to have what is wrong mended under it.
const warrantyNotice = 60

// WarrantyEnding are the items whose warranty ends soon.
func (s *Service) WarrantyEnding(ctx context.Context) flags.Causes {
	today := s.Book.Today()
	ending := store.Query{In: store.Assets, By: "warranty", Where: []store.Cond{
		store.From("warranty_to", string(today)), store.Under("warranty_to", string(today.Plus(warrantyNotice+1))), store.In("status", onCharge)}}
	return flags.Due(ctx, s.Book.Store, ending, "", func(a *models.Asset) (flags.Cause, bool) {
		return flags.Cause{Ref: a.Tag, What: models.Plain(a.Name), Detail: models.Say("the warranty ends on %v", a.WarrantyTo), Since: a.WarrantyTo,
			Unit: a.Unit, Path: a.Path, Owner: a.Custodian, Donor: a.Donor, Grant: a.Grant}, !a.UnderInquiry()
	})
}
