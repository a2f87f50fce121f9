// Package access decides who somebody is, what their role lets them do and which
// part of the book they see. Every other service asks it first.
package access

import (
	"context"

	"quartermaster/models"
	"quartermaster/services/ledger"
)

type callerKey struct{}

// As returns a context in which person acts, from device.
func As(ctx context.Context, person *models.Person, device string) context.Context {
	ctx = context.WithValue(ctx, callerKey{}, person)
	return ledger.By(ctx, ledger.Author{Person: person.Code, Device: device})
}

// AsOperator returns a context in which whoever runs the program on the server
// itself acts: by its commands, with the whole book.
func AsOperator(ctx context.Context) context.Context {
	operator := &models.Person{Code: ledger.Program, Name: "Quartermaster", Role: models.Admin}
	return As(ctx, operator, "command line")
}

// Caller returns the person who acts in ctx, or an Unauthenticated refusal.
func Caller(ctx context.Context) (*models.Person, error) {
	if person, ok := ctx.Value(callerKey{}).(*models.Person); ok {
		return person, nil
	}
	return nil, models.Refuse(models.Unauthenticated, "", "sign in first")
}
