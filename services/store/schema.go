package store

import (
	"quartermaster/models"
)

// Collection declares a kind of document and the indexes that serve its queries.
// Each engine builds its own indexes from this.
type Collection struct {
	Name    string
	New     func() any // an empty document, into which one is read
	Indexes []Index
	// Tells is a field that every document has and no two have the same, besides the
	// key: an index that ends in it needs no key behind it. It may be empty.
	Tells string
	// Many gives the values of many-valued keys that are not fields of the JSON.
	Many map[string]func(doc any) []string
}

func of[T any]() any { return new(T) }

// IsMany says whether field is a many-valued key.
func (c *Collection) IsMany(field string) bool { return c.Many[field] != nil }

// TellsApart says whether an index's fields are not all the same in any two documents
// that stand in it.
func (c *Collection) TellsApart(index Index) bool {
	return index.Unique || c.IsMany(index.Fields[0]) || c.Tells != "" && index.Fields[len(index.Fields)-1] == c.Tells
}

// Index orders a collection by fields (JSON paths). Documents that lack the
// first field are left out of it. When the first field is a many-valued key, a
// document stands in it once for each value; the last field must then be
// different in every document, so that a page can continue behind it.
type Index struct {
	Name   string
	Fields []string
	Unique bool
}

// byWords finds what people look for by its code and name.
var byWords = Index{Name: "words", Fields: []string{"words", "code"}}

func words(doc any) []string { return doc.(interface{ SearchWords() []string }).SearchWords() }

// Assets and the other collections of the book.
var (
	Assets = &Collection{
		Name:  "assets",
		New:   of[models.Asset],
		Tells: "number",
		Indexes: []Index{
			{Name: "number", Fields: []string{"number"}, Unique: true},
			{Name: "codes", Fields: []string{"codes"}, Unique: true},
			{Name: "serials", Fields: []string{"serials"}, Unique: true},
			{Name: "origin", Fields: []string{"origins"}, Unique: true},
			{Name: "unit", Fields: []string{"units", "number"}},
			{Name: "unit_category", Fields: []string{"units", "category", "number"}},
			{Name: "unit_status", Fields: []string{"units", "status", "number"}},
			{Name: "category", Fields: []string{"category", "number"}},
			{Name: "status", Fields: []string{"status", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "number"}},
			{Name: "paid_by_status", Fields: []string{"paid_by", "status", "number"}},
			{Name: "custodian", Fields: []string{"custodian", "number"}},
			{Name: "name", Fields: []string{"name", "number"}},
			{Name: "acquired", Fields: []string{"acquired_on", "number"}},
			{Name: "due", Fields: []string{"due_back", "number"}},
			{Name: "updated", Fields: []string{"updated_at", "number"}},
			{Name: "words", Fields: []string{"words", "number"}},
			{Name: "kit", Fields: []string{"kit", "number"}},
			{Name: "care_due", Fields: []string{"care.due", "care.late", "number"}},
			{Name: "unit_care_due", Fields: []string{"due_units", "care.due", "care.late", "number"}},
			{Name: "certificate", Fields: []string{"care.certificate.expiry", "number"}},
			{Name: "warranty", Fields: []string{"warranty_to", "number"}},
			{Name: "seen", Fields: []string{"category", "last_seen_at", "number"}},
			{Name: "seen_in", Fields: []string{"seen_in", "last_seen_at", "number"}},
			{Name: "never_seen", Fields: []string{"never_seen", "created_at", "number"}},
		},
		Many: map[string]func(any) []string{
			"codes":   func(d any) []string { return d.(*models.Asset).Codes() },
			"origins": func(d any) []string { return d.(*models.Asset).Origins() },
			"serials": func(d any) []string { return d.(*models.Asset).SerialKeys() },
			"units":   func(d any) []string { return d.(*models.Asset).Units() },
			"paid_by": func(d any) []string { return d.(*models.Asset).PaidBy() },
			"words":   words,
			// only of what is due, so that the rest costs nothing
			"due_units":  func(d any) []string { return d.(*models.Asset).DueUnits() },
			"seen_in":    func(d any) []string { return d.(*models.Asset).SeenIn() },
			"never_seen": func(d any) []string { return d.(*models.Asset).NeverSeen() },
		},
	}
	Units = &Collection{
		Name: "units",
		New:  of[models.Unit],
		Indexes: []Index{
			{Name: "code", Fields: []string{"code"}},
			{Name: "within", Fields: []string{"within", "code"}},
			{Name: "parent", Fields: []string{"parent", "code"}},
			byWords,
		},
		Many: map[string]func(any) []string{"within": func(d any) []string { return d.(*models.Unit).Path }, "words": words},
	}
	Categories = &Collection{Name: "categories", New: of[models.Category], Indexes: []Index{{Name: "code", Fields: []string{"code"}}, byWords}, Many: map[string]func(any) []string{"words": words}}
	Donors     = &Collection{Name: "donors", New: of[models.Donor], Indexes: []Index{{Name: "code", Fields: []string{"code"}}, byWords}, Many: map[string]func(any) []string{"words": words}}
	Grants     = &Collection{
		Name: "grants",
		New:  of[models.Grant],
		Indexes: []Index{
			{Name: "code", Fields: []string{"code"}},
			{Name: "donor", Fields: []string{"donor", "code"}},
			{Name: "ends", Fields: []string{"to", "code"}},
			byWords,
		},
		Many: map[string]func(any) []string{"words": words},
	}
	People = &Collection{
		Name: "people",
		New:  of[models.Person],
		Indexes: []Index{
			{Name: "code", Fields: []string{"code"}},
			{Name: "username", Fields: []string{"username"}, Unique: true},
			{Name: "within", Fields: []string{"within", "code"}},
			{Name: "role", Fields: []string{"role", "code"}},
			{Name: "digest", Fields: []string{"digest", "code"}},
			{Name: "mail", Fields: []string{"mail", "code"}},
			byWords,
		},
		Many: map[string]func(any) []string{"within": func(d any) []string { return d.(*models.Person).Path }, "mail": func(d any) []string { return d.(*models.Person).Mail() }, "words": words},
	}
	Vouchers = &Collection{
		Name:  "vouchers",
		New:   of[models.Voucher],
		Tells: "number",
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "raised", Fields: []string{"raised_at", "number"}},
			{Name: "state", Fields: []string{"state", "raised_at", "number"}},
			{Name: "kind", Fields: []string{"kind", "raised_at", "number"}},
			{Name: "unit", Fields: []string{"units", "raised_at", "number"}},
			{Name: "unit_state", Fields: []string{"units", "state", "raised_at", "number"}},
			{Name: "to_state", Fields: []string{"to_units", "state", "raised_at", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "raised_at", "number"}},
			{Name: "receiver", Fields: []string{"receiver", "state", "raised_at", "number"}},
			{Name: "raised_by", Fields: []string{"raised_by", "state", "raised_at", "number"}},
			{Name: "carrying", Fields: []string{"carrying", "number"}},
			{Name: "request", Fields: []string{"request", "raised_at", "number"}},
			{Name: "changed", Fields: []string{"updated_at", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":    func(d any) []string { return d.(*models.Voucher).Units() },
			"to_units": func(d any) []string { return d.(*models.Voucher).ToPath },
			"paid_by":  func(d any) []string { return d.(*models.Voucher).PaidBy() },
			"carrying": func(d any) []string { return d.(*models.Voucher).Carrying() },
		},
	}
	Requests = &Collection{
		Name:  "requests",
		New:   of[models.Request],
		Tells: "number",
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "raised", Fields: []string{"requested_at", "number"}},
			{Name: "unit", Fields: []string{"units", "requested_at", "number"}},
			{Name: "unit_state", Fields: []string{"units", "state", "urgency", "requested_at", "number"}},
			{Name: "state", Fields: []string{"state", "urgency", "requested_at", "number"}},
			{Name: "requester", Fields: []string{"requested_by", "requested_at", "number"}},
		},
		Many: map[string]func(any) []string{"units": func(d any) []string { return d.(*models.Request).Path }},
	}
	StockItems = &Collection{Name: "stock_items", New: of[models.StockItem], Indexes: []Index{{Name: "code", Fields: []string{"code"}}, byWords}, Many: map[string]func(any) []string{"words": words}}
	Lots       = &Collection{
		Name: "lots",
		New:  of[models.Lot],
		Indexes: []Index{
			{Name: "code", Fields: []string{"code"}},
			{Name: "item", Fields: []string{"item", "expiry", "code"}},
			{Name: "maker", Fields: []string{"item", "number", "code"}},
		},
	}
	Balances = &Collection{
		Name: "balances",
		New:  of[models.Balance],
		Indexes: []Index{
			{Name: "lot", Fields: []string{"lot", "unit"}, Unique: true},
			{Name: "item_unit", Fields: []string{"item", "unit", "left", "expiry", "lot"}},
			{Name: "within", Fields: []string{"units", "left", "expiry", "lot", "unit"}},
			{Name: "within_item", Fields: []string{"units", "item", "left", "expiry", "lot", "unit"}},
			{Name: "paid_by", Fields: []string{"paid_by", "left", "expiry", "lot", "unit"}},
			{Name: "expiry", Fields: []string{"left", "expiry", "lot", "unit"}},
			{Name: "bin", Fields: []string{"unit", "bin", "left", "expiry", "lot"}},
			{Name: "opened", Fields: []string{"created_at", "lot", "unit"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Balance).Path },
			"paid_by": func(d any) []string { return d.(*models.Balance).PaidBy() },
		},
	}
	Movements = &Collection{Name: "movements", New: of[models.Movement], Indexes: []Index{
		{Name: "lot", Fields: []string{"lot", "id", "unit"}},
		{Name: "balance", Fields: []string{"lot", "unit", "id"}},
		{Name: "at", Fields: []string{"at", "id"}},
	}}
	Schedules = &Collection{
		Name: "schedules",
		New:  of[models.Schedule],
		Indexes: []Index{
			{Name: "category", Fields: []string{"category", "id"}},
			{Name: "covers", Fields: []string{"covers", "id"}},
			{Name: "unplanned", Fields: []string{"unplanned", "id"}},
		},
		Many: map[string]func(any) []string{"covers": func(d any) []string { return d.(*models.Schedule).Covers() }},
	}
	Readings = &Collection{Name: "readings", New: of[models.Reading], Tells: "id", Indexes: []Index{
		{Name: "meter", Fields: []string{"asset", "meter", "on", "id"}},
	}}
	Services = &Collection{
		Name:  "services",
		New:   of[models.Service],
		Tells: "id",
		Indexes: []Index{
			{Name: "asset", Fields: []string{"asset", "on", "id"}},
			{Name: "unit", Fields: []string{"units", "on", "id"}},
			{Name: "on", Fields: []string{"on", "id"}},
			{Name: "paid_by", Fields: []string{"paid_by", "on", "id"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Service).Path },
			"paid_by": func(d any) []string { return d.(*models.Service).PaidBy() },
		},
	}
	Outages = &Collection{
		Name: "outages",
		New:  of[models.Outage],
		Indexes: []Index{
			{Name: "asset", Fields: []string{"asset", "until", "id"}},
			{Name: "unit", Fields: []string{"units", "until", "id"}},
			{Name: "until", Fields: []string{"until", "id"}},
			{Name: "paid_by", Fields: []string{"paid_by", "until", "id"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Outage).Path },
			"paid_by": func(d any) []string { return d.(*models.Outage).PaidBy() },
		},
	}
	Feeds = &Collection{Name: "feeds", New: of[models.Feed], Indexes: []Index{{Name: "secret", Fields: []string{"secret_hash"}, Unique: true}}}
	Flags = &Collection{
		Name:  "flags",
		New:   of[models.Flag],
		Tells: "id",
		Indexes: []Index{
			{Name: "standing", Fields: []string{"kind", "state", "subject", "mark"}},
			{Name: "since", Fields: []string{"state", "since", "id"}},
			{Name: "kind", Fields: []string{"kind", "state", "since", "id"}},
			{Name: "unit", Fields: []string{"units", "state", "since", "id"}},
			{Name: "opened", Fields: []string{"state", "opened_at", "id"}},
			{Name: "unit_opened", Fields: []string{"units", "state", "opened_at", "id"}},
			{Name: "paid_by_opened", Fields: []string{"paid_by", "state", "opened_at", "id"}},
			{Name: "unit_kind", Fields: []string{"units", "kind", "state", "since", "id"}},
			{Name: "paid_by", Fields: []string{"paid_by", "state", "since", "id"}},
			{Name: "owner", Fields: []string{"owner", "state", "since", "id"}},
			{Name: "raised", Fields: []string{"raised_to", "state", "since", "id"}},
			{Name: "rises", Fields: []string{"rises_on", "id"}},
			{Name: "updated", Fields: []string{"updated_at", "id"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Flag).Units() },
			"paid_by": func(d any) []string { return d.(*models.Flag).PaidBy() },
		},
	}
	Repairs = &Collection{
		Name: "repairs",
		New:  of[models.Repair],
		Indexes: []Index{
			{Name: "series", Fields: []string{"series", "serial"}, Unique: true},
			{Name: "reported", Fields: []string{"reported_at", "number"}},
			{Name: "state", Fields: []string{"state", "reported_at", "number"}},
			{Name: "unit", Fields: []string{"units", "reported_at", "number"}},
			{Name: "unit_state", Fields: []string{"units", "state", "reported_at", "number"}},
			{Name: "paid_by", Fields: []string{"paid_by", "reported_at", "number"}},
			{Name: "asset", Fields: []string{"asset", "reported_at", "number"}},
		},
		Many: map[string]func(any) []string{
			"units":   func(d any) []string { return d.(*models.Repair).Path },
			"paid_by": func(d any) []string { return d.(*models.Repair).PaidBy() },
		},
	}
	PublicReports = &Collection{
		Name: "public_reports",
		New:  of[models.PublicReport],
		Indexes: []Index{
			{Name: "sent", Fields: []string{"sent_at", "id"}},
			{Name: "state", Fields: []string{"state", "sent_at", "id"}},
			{Name: "unit", Fields: []string{"units", "sent_at", "id"}},
			{Name: "unit_state", Fields: []string{"units", "state", "sent_at", "id"}},
			{Name: "item", Fields: []string{"item", "sent_at", "id"}},
		},
		Many: map[string]func(any) []string{"units": func(d any) []string { return d.(*models.PublicReport).Path }},
	}
	Courses   = &Collection{Name: "courses", New: of[models.Course], Indexes: []Index{{Name: "code", Fields: []string{"code"}}}}
	Trainings = &Collection{
		Name: "trainings",
		New:  of[models.Training],
		Indexes: []Index{
			{Name: "standing", Fields: []string{"standing"}, Unique: true},
			{Name: "person", Fields: []string{"person", "on", "id"}},
			{Name: "course", Fields: []string{"course", "on", "id"}},
			{Name: "current", Fields: []string{"state", "course", "expiry", "id"}},
			{Name: "expiry", Fields: []string{"state", "expiry", "id"}},
			{Name: "unit", Fields: []string{"units", "expiry", "id"}},
			{Name: "unit_course", Fields: []string{"units", "course", "expiry", "id"}},
		},
		Many: map[string]func(any) []string{
			"standing": func(d any) []string { return d.(*models.Training).Standing() },
			"units":    func(d any) []string { return d.(*models.Training).Units() },
		},
	}
	Jobs      = &Collection{Name: "jobs", New: of[models.Job]}
	Passwords = &Collection{Name: "passwords", New: of[models.Password]}
	Sessions  = &Collection{Name: "sessions", New: of[models.Session], Indexes: []Index{
		{Name: "person", Fields: []string{"person"}},
		{Name: "expires", Fields: []string{"expires_at"}},
	}}
	Events = &Collection{Name: "events", New: of[models.Entry], Indexes: []Index{
		{Name: "subject", Fields: []string{"subject", "seq"}, Unique: true},
		{Name: "at", Fields: []string{"at"}},
	}}
	Failures = &Collection{Name: "failures", New: of[models.Failures], Indexes: []Index{{Name: "expires", Fields: []string{"expires_at"}}}}
	Intakes  = &Collection{Name: "intakes", New: of[models.Intake], Indexes: []Index{{Name: "expires", Fields: []string{"expires_at"}}}}
	Answers  = &Collection{Name: "answers", New: of[models.Answer], Indexes: []Index{{Name: "expires", Fields: []string{"expires_at"}}}}
	Files    = &Collection{Name: "files", New: of[models.File], Indexes: []Index{{Name: "subject", Fields: []string{"subject"}}}}
)

// Reports that were asked for, and how far those are that are being made.
var (
	Reports = &Collection{Name: "reports", New: of[models.Report], Indexes: []Index{
		{Name: "by", Fields: []string{"by", "id"}},
		{Name: "asked", Fields: []string{"asked_at", "id"}},
		{Name: "kind", Fields: []string{"kind", "asked_at", "id"}},
		{Name: "state", Fields: []string{"state", "id"}},
		{Name: "expires", Fields: []string{"file.expires_at", "id"}},
	}}
	ReportProgress = &Collection{Name: "report_progress", New: of[models.ReportProgress]}
)

// The Merkle log over Events (package proofs): its head, which is one document,
// the hashes of its nodes, and which event is which leaf. That a run's events are
// unique keeps any event from entering twice.
var (
	Log      = &Collection{Name: "log", New: of[models.LogHead]}
	LogTiles = &Collection{Name: "log_tiles", New: of[models.LogTile]}
	LogRuns  = &Collection{
		Name: "log_runs",
		New:  of[models.LogRun],
		Indexes: []Index{
			{Name: "events", Fields: []string{"events"}, Unique: true},
			{Name: "last", Fields: []string{"last"}},
		},
		Many: map[string]func(any) []string{"events": func(d any) []string { return d.(*models.LogRun).Events }},
	}
)

// Schema lists every collection of the book.
var Schema = []*Collection{
	Webhooks, WebhookKeys, Messages, DigestsSent,
	Assets, Units, Categories, Donors, Grants, People, Passwords, Sessions, SecondFactors, Passkeys, Identities, SignInSteps, SessionUses, Events, Answers, Failures, Intakes, Files,
	Vouchers, Requests, StockItems, Lots, Balances, Movements, Flags,
	Courses, Trainings, PublicReports, Repairs,
	Log, LogTiles, LogRuns,
	Stocktakes, StocktakeLines,
	Schedules, Readings, Services, Outages, Feeds,
	Losses, WriteOffs, TitleTransfers,
	Visits, VisitItems, VisitFindings, Checklists,
	Jobs, Unbooked,
	Reports, ReportProgress, Shares, ShareKeys, ReportSchedules,
}
