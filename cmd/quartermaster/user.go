package main

import (
	"context"
	"errors"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/access"
)

type user struct {
	where
	Code     string `arg:"" help:"Code of the person; somebody new is added."`
	Username string `help:"User name; without one, the code." placeholder:"NAME"`
	Password string `help:"New password; without one a password is made up and printed." env:"QM_USER_PASSWORD" placeholder:"PASSWORD"`
	// WithoutSecondFactor is for who lost it and has nobody who could take it away.
	WithoutSecondFactor bool `help:"Take their second factor away, too."`
}

// Run makes a person an administrator of the whole book with a password that
// works: the way back in for whoever runs the server.
func (u *user) Run() (err error) {
	ctx := access.AsOperator(context.Background())
	book, err := u.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	h := over(book, marking{})
	username, password := u.Username, u.Password
	if username == "" {
		username = u.Code
	}
	if password == "" {
		password = access.Secret(15)
	}
	role, everywhere, serves := models.Admin, "", false
	_, err = h.Access.EditPerson(ctx, u.Code, 0, access.PersonEdit{Username: &username, Role: &role, Scope: &everywhere, Inactive: &serves,
		Donors: &[]string{}, Grants: &[]string{}, Password: &password, MadeUp: u.Password == ""})
	if models.KindOf(err) == models.NotFound {
		_, err = h.Access.AddPerson(ctx, access.NewPerson{Password: password, MadeUp: u.Password == "", Person: models.Person{Code: u.Code, Name: u.Code, Username: username, Role: role}})
	}
	if err != nil {
		return err
	}
	if u.WithoutSecondFactor {
		if _, err := h.Access.TakeSecondFactor(ctx, u.Code, 0, "lost; taken away on the server itself"); err != nil && models.KindOf(err) != models.Conflict {
			return err
		}
	}
	fmt.Printf("%s now administers the whole book: user name %s", u.Code, username)
	if u.Password == "" {
		fmt.Printf(", password %s (not shown again)", password)
	}
	fmt.Println()
	return nil
}
