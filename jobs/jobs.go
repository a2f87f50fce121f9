// Package jobs is the table of what the book does by itself, by the clock: each job
// is a few lines over the services. When they run, and that of several instances one
// does, is package timetable's.
package jobs

import (
	"context"
	"time"

	"quartermaster/models"
	"quartermaster/services/backup"
	"quartermaster/services/flags"
	"quartermaster/services/house"
	"quartermaster/services/timetable"
)

// Table lists the jobs of a book. Each can be run at any time and as often as one
// likes. Times are those of the house's zone.
func Table(h *house.House) []timetable.Job {
	return []timetable.Job{
		{Name: "overdue_returns", Line: "5 * * * *", What: models.Say("Flags what was to be back by now, on loan or issued."),
			Do: watching(h, models.OverdueReturn, models.Say("it is no longer due"), h.Custody.OverdueReturns)},
		{Name: "overdue_services", Line: "2 * * * *", What: models.Say("Flags servicing that is overdue."),
			Do: watching(h, models.OverdueService, models.Say("it was serviced"), h.Maintenance.Overdue)},
		{Name: "services_due", Line: "3 * * * *", What: models.Say("Flags servicing that is due within 14 days."),
			Do: watching(h, models.DueSoon, models.Say("it was serviced, or is overdue"), h.Maintenance.DueSoon)},
		{Name: "replanning", Line: "*/5 * * * *", What: models.Say("Goes on working out due days where a schedule changed."),
			Do: counting(h.Maintenance.Replan)},
		{Name: "unaccounted", Line: "30 0 * * *", What: models.Say("Flags what a closed stocktake did not find, and what nobody has seen for longer than its category allows."),
			Do: watching(h, models.Unaccounted, models.Say("it was seen"), h.Stocktakes.Unaccounted, h.Register.Unaccounted)},
		{Name: "expiring", Line: "10 0 * * *", What: models.Say("Flags stock and certificates that expire within 90 days, stock again at 60 and at 30."),
			Do: watching(h, models.Expiring, models.Say("it has expired, was renewed or is used up"), h.Stock.Expiring, h.Maintenance.ExpiringCertificates)},
		{Name: "expired", Line: "15 0 * * *", What: models.Say("Flags stock and certificates that have expired."),
			Do: watching(h, models.Expired, models.Say("nothing is left of it, or it was renewed"), h.Stock.Expired, h.Maintenance.ExpiredCertificates)},
		{Name: "low_stock", Line: "25 * * * *", What: models.Say("Flags stock below its reorder level."),
			Do: watching(h, models.LowStock, models.Say("there is enough again"), h.Stock.Low)},
		{Name: "handovers", Line: "35 * * * *", What: models.Say("Flags what was dispatched and neither accepted nor refused in time."),
			Do: watching(h, models.HandoverUnaccepted, models.Say("it was settled"), h.Custody.Unaccepted)},
		{Name: "requests", Line: "40 * * * *", What: models.Say("Flags requests that wait too long for a decision or a voucher."),
			Do: watching(h, models.RequestWaiting, models.Say("it waits no longer"), h.Requests.Unanswered)},
		{Name: "warranties", Line: "20 0 * * *", What: models.Say("Flags warranties that end within 60 days."),
			Do: watching(h, models.WarrantyEnding, models.Say("it has ended, or was extended"), h.Register.WarrantyEnding)},
		{Name: "training", Line: "45 0 * * *", What: models.Say("Flags training that lapses within 60 days."),
			Do: watching(h, models.TrainingLapsing, models.Say("it was renewed, or is demanded no more"), h.Training.Lapsing)},
		{Name: "grants", Line: "50 0 * * *", What: models.Say("Flags grants that end within three months and are not closed."),
			Do: watching(h, models.GrantEnding, models.Say("it was closed, or goes on"), h.Titles.Ending)},
		{Name: "visit_findings", Line: "55 0 * * *", What: models.Say("Flags findings of end-use visits that are open past their day."),
			Do: watching(h, models.FindingOverdue, models.Say("it was closed"), h.Visits.Overdue)},
		{Name: "end_use_reports", Line: "52 0 * * *", What: models.Say("Flags end-use reports that donors are owed within a month."),
			Do: watching(h, models.EndUseOwed, models.Say("it was made"), h.Reports.EndUseOwed)},
		{Name: "escalation", Line: "0 5 * * *", What: models.Say("Raises findings that have stood too long to the unit above."),
			Do: rising(h)},
		{Name: "integration", Line: "* * * * *", What: models.Say("Integrates events into the ledger's log."),
			Do: counting(h.Proofs.Integrate)},
		{Name: "late_events", Line: "7 * * * *", What: models.Say("Integrates events that came late."),
			Do: counting(h.Proofs.Sweep)},
		{Name: "reports", Line: "* * * * *", What: models.Say("Makes reports that wait, and those that were broken off."),
			Do: counting(h.Reports.Work)},
		{Name: "kept_reports", Line: "27 * * * *", What: models.Say("Takes away the files of reports after a week."),
			Do: counting(h.Reports.Sweep)},
		{Name: "sessions", Line: "17 * * * *", What: models.Say("Takes away sign-ins that have ended and answers that are no longer kept."),
			Do: counting(h.Access.Sweep)},
		{Name: "digests", Line: "*/10 * * * *", What: models.Say("Writes the digests that are due, at the hour that is set."),
			Do: counting(h.Notices.SendDigests)},
		{Name: "report_schedules", Line: "33 * * * *", What: models.Say("Makes the reports that donors are sent each month or quarter, and puts them into the outbox."),
			Do: counting(h.Mailings.Send)},
		{Name: "messages", Line: "57 * * * *", What: models.Say("Takes away messages that were sent a month ago, or given up three months ago."),
			Do: counting(h.Notices.Sweep)},
		{Name: backup.Job, Line: when(h.Backups.Folder != "", "30 1 * * *"), What: models.Say("Writes a backup of the book, and removes those that are no longer kept. Off unless QM_BACKUP_INTO names a folder."),
			Do: counting(h.Backups.Work), Longest: 6 * time.Hour},
		{Name: "backup_age", Line: when(h.Backups.Folder != "", "22 * * * *"), What: models.Say("Fails when the last backup that went well is too long ago."),
			Do: counting(h.Backups.Watch)},
		{Name: "drafts", Line: "47 * * * *", What: models.Say("Takes away files that were uploaded and never imported."),
			Do: counting(h.Register.SweepDrafts)},
	}
}

// when is a line of the table where something is set up, and off where it is not.
func when(setUp bool, line string) string {
	if setUp {
		return line
	}
	return timetable.Off
}

// watching keeps the flags of a kind in line with all that the rooms which know of
// it say; gone is why one is closed whose cause they no longer give. A kind that
// another room learns of gets one more room here.
func watching(h *house.House, kind models.FlagKind, gone models.Text, rooms ...func(context.Context) flags.Causes) func(context.Context) (timetable.Did, error) {
	return func(ctx context.Context) (timetable.Did, error) {
		var causes []flags.Causes
		for _, room := range rooms {
			causes = append(causes, room(ctx))
		}
		did, err := h.Flags.Reconcile(ctx, kind, flags.Together(causes...), gone)
		return timetable.Did{Found: did.Standing, Opened: did.Opened, Closed: did.Closed}, err
	}
}

func rising(h *house.House) func(context.Context) (timetable.Did, error) {
	return func(ctx context.Context) (timetable.Did, error) {
		did, err := h.Flags.Rise(ctx)
		return timetable.Did{Found: did.Followed}, err
	}
}

// counting is a job of which one is told how many things it dealt with.
func counting(do func(context.Context) (int, error)) func(context.Context) (timetable.Did, error) {
	return func(ctx context.Context) (timetable.Did, error) {
		n, err := do(ctx)
		return timetable.Did{Found: n}, err
	}
}
