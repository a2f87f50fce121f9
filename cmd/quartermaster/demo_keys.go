package main

import (
	"github.com/pquerna/otp/totp"

	"quartermaster/models"
	"quartermaster/services/access"
)

// keys gives a second administrator an authenticator app, so that the list of people has
// somebody with a second factor. Nobody signs in as them: their password is not told.
func (s *story) keys() error {
	password := access.Secret(15)
	if _, err := s.h.Access.AddPerson(s.ctx, access.NewPerson{Password: password, Person: models.Person{
		Code: "demo-deputy", Name: "Demo Deputy Administrator", Username: "deputy", Role: models.Admin}}); err != nil {
		return err
	}
	in, err := s.h.Access.SignIn(s.ctx, access.Credentials{Username: "deputy", Password: password}, "", "demo")
	if err != nil {
		return err
	}
	ctx, err := s.h.Access.EnterToSetUp(s.ctx, in.Token, "demo")
	if err != nil {
		return err
	}
	offer, err := s.h.Access.OfferApp(ctx)
	if err != nil {
		return err
	}
	code, err := totp.GenerateCode(offer.Secret, s.h.Book.Now())
	if err != nil {
		return err
	}
	enrolled, err := s.h.Access.AddApp(ctx, offer.Offer, code)
	if err != nil {
		return err
	}
	return s.h.Access.SignOut(ctx, enrolled.Token)
}
