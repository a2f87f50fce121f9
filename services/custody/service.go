// Package custody moves equipment by signed vouchers: it is issued, returned,
// transferred, handed over by a donor, lent, and handed from one person to the
// next. A voucher is raised as a draft, dispatched, and accepted or refused line
// by line; whatever it carries changes together with it or not at all.
package custody

import (
	"quartermaster/services/access"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/series"
	"quartermaster/services/signing"
	"quartermaster/services/stock"
	"quartermaster/services/training"
)

// Service moves what is on the register and in stock.
type Service struct {
	Book        *ledger.Book
	Access      *access.Service
	Register    *register.Service
	Stock       *stock.Service
	Training    *training.Service
	Signing     *signing.Service
	Maintenance *maintenance.Service
	Flags       *flags.Service
	// AcceptWithin is how many days a receiver may take to accept or refuse.
	AcceptWithin int

	numbers series.Turns
}

const longestNote = 2000
