package store

import "quartermaster/models"

// What donors are given: links to reports, and how the secret of a link is known again.
var (
	Shares = &Collection{Name: "shares", New: of[models.Share], Indexes: []Index{
		{Name: "id", Fields: []string{"id"}},
		{Name: "by", Fields: []string{"by", "id"}},
	}}
	// ReportSchedules are reports that donors are e-mailed.
	ReportSchedules = &Collection{Name: "report_schedules", New: of[models.ReportSchedule], Indexes: []Index{
		{Name: "id", Fields: []string{"id"}},
		{Name: "by", Fields: []string{"by", "id"}},
		{Name: "next", Fields: []string{"next", "id"}},
	}}
	ShareKeys = &Collection{Name: "share_keys", New: of[models.ShareKey]}
)
