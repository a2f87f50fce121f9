package maintenance

import (
	"context"
	"reflect"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

const (
	replanBatch = 500
	// replanNow is how many items a change of a schedule plans before it answers;
	// Replan goes on where it stopped.
	replanNow = 2000
	// replanOnce bounds one run of the job.
	replanOnce = 200_000
)

// plannedNow plans what can be planned at once. Whatever stops it, the schedule says
// that it is not done, and Replan goes on.
func (s *Service) plannedNow(ctx context.Context, schedule *models.Schedule) *models.Schedule {
	ctx = ledger.Further(ctx)
	if _, err := s.replan(ctx, schedule, replanNow); err == nil {
		if latest, err := store.Get[models.Schedule](ctx, s.Book.Store, store.Schedules, schedule.ID); err == nil {
			return latest
		}
	}
	return schedule
}

// Replan goes on working out the due days of items whose schedules changed, and
// returns of how many they changed.
func (s *Service) Replan(ctx context.Context) (int, error) {
	list, err := store.Find[models.Schedule](ctx, s.Book.Store, store.Query{In: store.Schedules, By: "unplanned",
		Where: []store.Cond{store.Is("unplanned", int64(1))}, Limit: 100})
	if err != nil {
		return 0, err
	}
	changed := 0
	for _, schedule := range list {
		n, err := s.replan(ctx, schedule, replanOnce)
		changed += n
		if err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// replan plans up to most items of a schedule from where it was left, and notes how
// far it came.
func (s *Service) replan(ctx context.Context, schedule *models.Schedule, most int) (changed int, err error) {
	all, err := s.ofCategory(ctx, schedule.Category)
	if err != nil {
		return 0, err
	}
	number, done := schedule.Planned, false
	for seen := 0; seen < most && !done; {
		var n, moved int
		if n, moved, number, err = s.replanSome(ctx, schedule, all, number); err != nil {
			return changed, err
		}
		seen, changed, done = seen+n, changed+moved, n < replanBatch
	}
	record, err := s.Book.Store.Get(ctx, store.Schedules, schedule.ID)
	if err != nil {
		return changed, err
	}
	latest, err := store.Decode[models.Schedule](record)
	if err != nil || latest.Version != schedule.Version {
		return changed, err // changed in the meantime, and planned anew
	}
	latest.Planned = number
	kind := "schedule.planned_in_part"
	if done {
		latest.Unplanned, latest.Planned, kind = 0, 0, "schedule.planned"
	}
	err = s.Book.Commit(ctx, ledger.Change(store.Schedules, record.Body, latest, kind, ""))
	if store.Outrun(err) {
		err = nil
	}
	return changed, err
}

// ofCategory reads every schedule in force in a category, those of single items too.
func (s *Service) ofCategory(ctx context.Context, category string) ([]*models.Schedule, error) {
	list, err := store.Find[models.Schedule](ctx, s.Book.Store, store.Query{In: store.Schedules, By: "category", Where: []store.Cond{store.Is("category", category)}})
	if err != nil {
		return nil, err
	}
	inForce := list[:0]
	for _, schedule := range list {
		if schedule.EndedOn == "" {
			inForce = append(inForce, schedule)
		}
	}
	return inForce, nil
}

// replanSome plans the next items after a number in one Commit: n were looked at, of
// moved the due days changed.
func (s *Service) replanSome(ctx context.Context, schedule *models.Schedule, all []*models.Schedule, after int64) (n, moved int, last int64, err error) {
	q := store.Query{In: store.Assets, By: "category", Limit: replanBatch,
		Where: []store.Cond{store.Is("category", schedule.Category), store.From("number", after+1)}}
	err = access.Retry(func() error {
		records, err := s.itemsOf(ctx, schedule, q)
		if err != nil {
			return err
		}
		var entries []ledger.Entry
		n, last = len(records), after
		for _, record := range records {
			a, err := store.Decode[models.Asset](record)
			if err != nil {
				return err
			}
			last = a.Number
			was := a.Care
			if a.Plan(all, s.Book.Today()); !reflect.DeepEqual(was, a.Care) {
				entries = append(entries, ledger.Change(store.Assets, record.Body, a, "asset.care_planned", schedule.Name))
			}
		}
		moved = len(entries)
		if moved == 0 {
			return nil
		}
		return s.Book.Commit(ctx, entries...)
	})
	return n, moved, last, err
}

func (s *Service) itemsOf(ctx context.Context, schedule *models.Schedule, q store.Query) ([]store.Record, error) {
	if schedule.Asset == "" {
		return s.Book.Store.Find(ctx, q)
	}
	record, err := s.Book.Store.Get(ctx, store.Assets, schedule.Asset)
	return []store.Record{record}, err
}
