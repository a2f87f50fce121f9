// Package phone is what a phone carries where there is no network: the part of the
// register that its owner sees, brought up to date by what changed since the last
// time; the lists that forms are filled from; and what becomes of the things done
// out of reach that the book did not take.
package phone

import (
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/stocktake"
)

// Service serves phones.
type Service struct {
	Book        *ledger.Book
	Access      *access.Service
	Register    *register.Service
	Custody     *custody.Service
	Requests    *requests.Service
	Stocktakes  *stocktake.Service
	Maintenance *maintenance.Service
}
