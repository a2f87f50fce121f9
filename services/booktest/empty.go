package booktest

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/access"
)

// Empty makes a book in which there is an administrator, admin, and nothing else.
func Empty(t testing.TB) *World {
	t.Helper()
	w := Again(t, open(t, t.TempDir()+"/book.db"))
	admin := access.NewPerson{Person: models.Person{Code: "admin", Name: "Adil Admin", Username: "admin", Role: models.Admin}, Password: "correct horse battery"}
	if _, err := w.Access.AddPerson(w.Operator(), admin); err != nil {
		t.Fatal(err)
	}
	return w
}
