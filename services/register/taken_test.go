package register_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/register"
)

func TestASerialNumberThatIsTakenIsTriedOnce(t *testing.T) {
	w := booktest.New(t)
	first := w.Radio("1")
	_, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{Name: "VHF hand-held radio", Category: "radio", Make: "Icom", Model: "IC-F3400", Serial: "1", Unit: "NORTH-STORE", Grant: "A-2025", Condition: "new"})
	if models.KindOf(err) != models.Conflict {
		t.Fatalf("got %v", err)
	}
	if next := w.Radio("2"); next.Number != first.Number+2 {
		t.Errorf("the refusal took %d numbers", next.Number-first.Number-1)
	}
}
