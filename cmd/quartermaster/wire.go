package main

import (
	"time"

	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// house is all services over one store.
type house struct {
	Book     *ledger.Book
	Access   *access.Service
	Register *register.Service
	Stock    *stock.Service
	Custody  *custody.Service
	Requests *requests.Service
}

func wire(s store.Store, m marking, base string) *house {
	h := &house{Book: &ledger.Book{Store: s, Now: time.Now}}
	h.Access = &access.Service{Book: h.Book}
	h.Register = &register.Service{Book: h.Book, Prefix: m.TagPrefix, Base: base}
	h.Stock = &stock.Service{Book: h.Book, Register: h.Register}
	h.Custody = &custody.Service{Book: h.Book, Access: h.Access, Register: h.Register, Stock: h.Stock}
	h.Requests = &requests.Service{Book: h.Book, Register: h.Register, Stock: h.Stock, Custody: h.Custody}
	return h
}
