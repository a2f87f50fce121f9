// Package house puts the services of one book together. What serves them (pages,
// the interface, jobs, commands) stands on a House and asks it for what it needs.
package house

import (
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/proofs"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/signing"
	"quartermaster/services/stock"
	"quartermaster/services/stocktake"
	"quartermaster/services/training"
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
}

// Settings are what the services are told from outside.
type Settings struct {
	TagPrefix string // of new tags
	Base      string // of the addresses in codes: https://host
}

// Over makes the services over a book.
func Over(book *ledger.Book, s Settings) *House {
	h := &House{Book: book}
	h.Access = &access.Service{Book: book}
	h.Flags = &flags.Service{Book: book}
	h.Proofs = &proofs.Log{Book: book}
	h.Register = &register.Service{Book: book, Prefix: s.TagPrefix, Base: s.Base}
	h.Maintenance = &maintenance.Service{Book: book, Register: h.Register, Flags: h.Flags}
	h.Stock = &stock.Service{Book: book, Register: h.Register}
	h.Training = &training.Service{Book: book, Access: h.Access, Register: h.Register}
	h.Signing = &signing.Service{Book: book, Access: h.Access}
	h.Custody = &custody.Service{Book: book, Access: h.Access, Register: h.Register, Stock: h.Stock, Signing: h.Signing, Training: h.Training, Maintenance: h.Maintenance}
	h.Requests = &requests.Service{Book: book, Register: h.Register, Stock: h.Stock, Custody: h.Custody}
	h.Stocktakes = &stocktake.Service{Book: book, Register: h.Register, Stock: h.Stock, Flags: h.Flags, Signing: h.Signing}
	return h
}
