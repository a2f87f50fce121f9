package booktest

import (
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/phone"
)

// walkPhone has a phone carry the register and what changed of it, and settles what
// the book did not take.
func walkPhone(t *testing.T, w *World, is func(string, any, any, error)) {
	a := w.Radio("PH-1")
	keeper := w.As("keeper-north")
	w.Pass(time.Hour)
	for code, by := range map[string]string{"keeper-north": "unit", "auditor-a": "donor", "admin": "whole book"} {
		first, err := w.Phone.Lines(w.As(code), "", 1)
		is("first item by "+by, len(first.Items), 1, err)
		rest, err := w.Phone.Lines(w.As(code), first.Next, phone.MostLines)
		is("the rest by "+by, rest.Since != "", true, err)
		if _, err := w.Stocktakes.Scan(keeper, a.Tag); err != nil {
			t.Fatal(err)
		}
		changed, err := w.Phone.Lines(w.As(code), rest.Since, phone.MostLines)
		is("changed by "+by, len(changed.Items), 1, err)
		w.Pass(2 * time.Hour)
	}
	desk, err := w.Phone.Desk(keeper)
	is("desk", desk.Prefix, w.Register.Prefix, err)
	_, err = w.Phone.Settle(keeper, phone.Settlement{Request: "k", What: "return", Of: a.Tag, Refusal: "is in store", Outcome: models.Noted, Remark: "It was back before."})
	is("settled", err, nil, err)
	for code, by := range map[string]string{"keeper-north": "unit", "auditor-a": "person", "admin": "key"} {
		page, err := w.Phone.Unbooked(w.As(code), "", 10)
		is("unbooked by "+by, len(page.Records) > 0, code != "auditor-a", err)
	}
}
