package booktest

import (
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/access"
)

// walkProvider signs somebody in at a provider: new, then known, then with another role,
// and somebody who is linked by their e-mail address.
func walkProvider(t *testing.T, w *World, is func(string, any, any, error)) {
	a := NewAgency(t, w)
	defer func() { w.Access.Provider = nil }()
	roles := `{"claim":"groups","roles":[{"value":"keepers","role":"storekeeper","unit":"NORTH"},{"value":"commanders","role":"commander","unit":"NORTH","scope":"NORTH-POST"}]}`
	var err error
	if w.Access.Provider.Roles, err = access.ReadRoles(strings.NewReader(roles)); err != nil {
		t.Fatal(err)
	}
	role := func(groups ...any) (models.Role, error) {
		a.Says["groups"] = groups
		begun, err := a.SignIn()
		if err != nil {
			return "", err
		}
		return begun.Person.Role, nil
	}
	got, err := role("keepers")
	is("somebody new", got, models.Storekeeper, err)
	got, err = role("keepers")
	is("known by now", got, models.Storekeeper, err)
	got, err = role("commanders")
	is("with another role", got, models.Commander, err)
	_, err = role("nobody")
	is("with none", models.KindOf(err), models.Forbidden, nil)
	email := "south@example.org"
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-south", 0, access.PersonEdit{Email: &email}); err != nil {
		t.Fatal(err)
	}
	w.Access.Provider.LinkByEmail = true
	a.Says = map[string]any{"sub": "43", "email": "South@example.org", "email_verified": true, "groups": "keepers"}
	begun, err := a.SignIn()
	if err != nil {
		t.Fatal(err)
	}
	is("linked by e-mail", begun.Person.Code, "keeper-south", nil)
}
