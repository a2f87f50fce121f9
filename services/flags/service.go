// Package flags keeps the matters that a person must look at. What a matter is,
// the other services decide; this one sees to it that each has one flag while it
// stands, and none when it is gone.
package flags

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"iter"

	"quartermaster/models"
	"quartermaster/services/ledger"
)

// Service keeps flags.
type Service struct {
	Book *ledger.Book
	// RisesAfter is how many days a flag stays with a unit before it rises to the one
	// above: with its own unit first, the last number for all further ones. Empty, it
	// never rises.
	RisesAfter []int
}

// Cause is why a flag of some kind should be open now.
type Cause struct {
	Subject string // as the ledger names it
	Ref     string // what people know it by: a tag, the number of a paper, a lot
	What    models.Text
	Detail  models.Text
	Since   models.Day // "" is the day on which the flag is opened
	Unit    string     // that answers for it
	Path    []string
	Also    []string // further units that see it, with those above them
	Owner   string
	Donor   string
	Grant   string
	Payers  []string // of what several paid for, as Voucher.PaidBy gives them

	// Mark says how the cause looks, so that one which looks as before need not be
	// read: the version of its document, and whatever else its words depend on. Look
	// then reads the rest; it returns false when there is no cause after all. A cause
	// without a Mark is complete and marked by what it says.
	Mark string
	Look func() (Cause, bool, error)
}

// Causes are all matters of a kind that stand now, as one room knows them.
type Causes = iter.Seq2[Cause, error]

// Together are the causes of several rooms for one kind of flag.
func Together(rooms ...Causes) Causes {
	return func(yield func(Cause, error) bool) {
		for _, causes := range rooms {
			for cause, err := range causes {
				if !yield(cause, err) || err != nil {
					return
				}
			}
		}
	}
}

// mark is how the cause looks.
func (c *Cause) mark() string {
	if c.Mark != "" {
		return c.Mark
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []any{c.Ref, c.What.String(), c.Detail.String(), c.Since, c.Unit, c.Path, c.Also, c.Owner, c.Donor, c.Grant, c.Payers}))
	return base64.RawStdEncoding.EncodeToString(sum[:9])
}

// say puts what the cause says on its flag.
func (c *Cause) say(f *models.Flag, mark string) {
	if c.Since != "" {
		f.Since = c.Since
	}
	f.What, f.WhatSaid = c.What.Kept()
	f.Detail, f.DetailSaid = c.Detail.Kept()
	f.Ref, f.Unit, f.Path, f.Also, f.Owner = c.Ref, c.Unit, c.Path, c.Also, c.Owner
	f.Donor, f.Grant, f.Payers, f.Mark = c.Donor, c.Grant, c.Payers, mark
}
