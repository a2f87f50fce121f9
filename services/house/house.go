// Package house puts the services of one book together. What serves them (pages,
// the interface, jobs, commands) stands on a House and asks it for what it needs.
package house

import (
	"cmp"
	"log/slog"

	"quartermaster/services/access"
	"quartermaster/services/backup"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/live"
	"quartermaster/services/mailings"
	"quartermaster/services/maintenance"
	"quartermaster/services/notices"
	"quartermaster/services/overview"
	"quartermaster/services/phone"
	"quartermaster/services/proofs"
	"quartermaster/services/public"
	"quartermaster/services/register"
	"quartermaster/services/reports"
	"quartermaster/services/requests"
	"quartermaster/services/search"
	"quartermaster/services/shares"
	"quartermaster/services/signing"
	"quartermaster/services/starting"
	"quartermaster/services/stock"
	"quartermaster/services/stocktake"
	"quartermaster/services/timetable"
	"quartermaster/services/titles"
	"quartermaster/services/training"
	"quartermaster/services/visits"
	"quartermaster/services/workshop"
)

// House is all services over one book.
type House struct {
	Book        *ledger.Book
	Access      *access.Service
	Flags       *flags.Service
	Proofs      *proofs.Log
	Register    *register.Service
	Stock       *stock.Service
	Training    *training.Service
	Maintenance *maintenance.Service
	Custody     *custody.Service
	Requests    *requests.Service
	Signing     *signing.Service

	Stocktakes *stocktake.Service
	Overview   *overview.Service
	// Timetable is what the book does by itself; package jobs says what that is.
	Timetable *timetable.Service
	Public    *public.Service
	Workshop  *workshop.Service
	Notices   *notices.Service
	Reports   *reports.Service
	Disposal  *disposal.Service
	Titles    *titles.Service
	Visits    *visits.Service
	Search    *search.Service
	Live      *live.Service
	Backups   *backup.Service
	Shares    *shares.Service
	Phone     *phone.Service
	Mailings  *mailings.Service
	Starting  *starting.Service
}

// Settings are what the services are told from outside.
type Settings struct {
	TagPrefix string // of new tags
	Base      string // of the addresses in codes: https://host
	// RisesAfter is after how many days a flag rises, see flags.Service; nil is after a
	// week, two more, and then every month.
	RisesAfter []int
	// AcceptWithin is how many days a receiver may take to accept or refuse; 0 is three.
	AcceptWithin int
	Notices      notices.Settings
	Backups      backup.Settings
}

// Over makes the services over a book.
func Over(book *ledger.Book, s Settings) *House {
	h := &House{Book: book}
	h.Access = &access.Service{Book: book, Base: s.Base}
	h.Flags = &flags.Service{Book: book, RisesAfter: s.RisesAfter}
	if s.RisesAfter == nil {
		h.Flags.RisesAfter = []int{7, 14, 30}
	}
	h.Proofs = &proofs.Log{Book: book}
	h.Register = &register.Service{Book: book, Prefix: s.TagPrefix, Base: s.Base}
	h.Maintenance = &maintenance.Service{Book: book, Register: h.Register, Flags: h.Flags}
	h.Stock = &stock.Service{Book: book, Register: h.Register, Flags: h.Flags}
	h.Training = &training.Service{Book: book, Access: h.Access, Register: h.Register}
	h.Access.MayHold, h.Register.MayHold = h.Training.MayHold, h.Training.MayHold
	h.Signing = &signing.Service{Book: book, Access: h.Access}
	h.Custody = &custody.Service{Book: book, Access: h.Access, Register: h.Register, Stock: h.Stock, Signing: h.Signing, Training: h.Training, Maintenance: h.Maintenance,
		Flags: h.Flags, AcceptWithin: cmp.Or(s.AcceptWithin, 3)}
	h.Disposal = &disposal.Service{Book: book, Register: h.Register, Flags: h.Flags}
	h.Titles = &titles.Service{Book: book, Register: h.Register, Stock: h.Stock, Signing: h.Signing, Flags: h.Flags}
	h.Visits = &visits.Service{Book: book, Register: h.Register, Flags: h.Flags, Signing: h.Signing}
	h.Workshop = &workshop.Service{Book: book, Register: h.Register, Maintenance: h.Maintenance}
	h.Public = &public.Service{Book: book, Register: h.Register, Flags: h.Flags, Workshop: h.Workshop}
	h.Requests = &requests.Service{Book: book, Register: h.Register, Stock: h.Stock, Custody: h.Custody, Flags: h.Flags, Disposal: h.Disposal, Visits: h.Visits, Public: h.Public}
	h.Stocktakes = &stocktake.Service{Book: book, Register: h.Register, Stock: h.Stock, Flags: h.Flags, Custody: h.Custody, Signing: h.Signing}
	h.Overview = &overview.Service{Book: book, Flags: h.Flags, Register: h.Register, Stock: h.Stock}
	h.Reports = &reports.Service{Book: book, Access: h.Access, Register: h.Register, Stock: h.Stock, Custody: h.Custody, Stocktakes: h.Stocktakes, Visits: h.Visits, Training: h.Training, Proofs: h.Proofs}
	h.Shares = shares.New(book, h.Register, h.Reports, h.Titles)
	h.Timetable = &timetable.Service{Book: book}
	h.Live = &live.Service{Book: book, Log: cmp.Or(s.Notices.Log, slog.Default())}
	h.Search = &search.Service{Book: book, Access: h.Access, Register: h.Register, Stock: h.Stock}
	h.Backups = &backup.Service{Book: book, Settings: s.Backups}
	h.Phone = &phone.Service{Book: book, Access: h.Access, Register: h.Register, Custody: h.Custody, Requests: h.Requests, Stocktakes: h.Stocktakes, Maintenance: h.Maintenance}
	s.Notices.Base = s.Base
	h.Notices = notices.New(book, h.Flags, h.Requests, s.Notices)
	h.Mailings = &mailings.Service{Book: book, Reports: h.Reports, Notices: h.Notices, Shares: h.Shares}
	h.Starting = &starting.Service{Book: book, Register: h.Register}
	return h
}
