package web_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/store"
)

// TestWhoAnswersIsFoundByName types a name where a person is asked for.
func TestWhoAnswersIsFoundByName(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	a := s.Radio("1")
	s.Post(models.Person{Code: "guard-2", Name: "Gul Guard the Younger", Unit: "NORTH-POST"})
	s.signIn("keeper-north")
	at := "/assets/" + a.Tag
	s.post(at+"/issue", s.get(at).fill("unit", "NORTH-POST", "custodian", "gul guard")).has(t, 422, "Fits several people", "Gul Guard (guard)", "(guard-2)", `value="gul guard"`)
	s.post(at+"/issue", s.get(at).fill("unit", "NORTH-POST", "custodian", "nobody at all")).has(t, 422, "nobody at all")
	if p := s.post(at+"/issue", s.get(at).fill("unit", "NORTH-POST", "custodian", "Gul younger")); p.StatusCode != 303 {
		t.Fatalf("%d %s", p.StatusCode, short(p.body))
	}
	now, err := store.Get[models.Asset](t.Context(), s.Book.Store, store.Assets, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	v, err := store.Get[models.Voucher](t.Context(), s.Book.Store, store.Vouchers, now.Voucher)
	if err != nil || v.Receiver != "guard-2" {
		t.Errorf("%+v, %v", v, err)
	}
}
