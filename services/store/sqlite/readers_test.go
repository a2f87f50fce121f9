package sqlite

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"quartermaster/models"
	"quartermaster/services/store"
)

// TestReadingGoesOnWhateverIsAsked asks with a context that has ended, in more forms than a
// connection keeps statements, and after the store is closed. What was read before stays as it was.
func TestReadingGoesOnWhateverIsAsked(t *testing.T) {
	s := open(t).(*Store)
	for _, code := range []string{"A", "B"} {
		if err := s.Commit(t.Context(), store.Insert(store.Donors, code, &models.Donor{Code: code, Name: "Donor " + code})); err != nil {
			t.Fatal(err)
		}
	}
	first, err := s.Get(t.Context(), store.Donors, "A")
	if err != nil {
		t.Fatal(err)
	}
	before := string(first.Body)
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.Get(ended, store.Donors, "A"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Count(ended, store.Query{In: store.Donors, By: "code"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	codes := []string{"B"}
	for n := range mostPlans + 10 {
		codes = append(codes, fmt.Sprint(n))
		found, err := s.Find(t.Context(), store.Query{In: store.Donors, By: store.ID, Where: []store.Cond{store.From(store.ID, "A"), store.In("code", codes)}, Limit: 5})
		if err != nil || len(found) != 1 || found[0].ID != "B" {
			t.Fatalf("with %d codes: %v, %v", len(codes), found, err)
		}
	}
	for _, one := range s.readers.idle {
		if len(one.plans) > mostPlans {
			t.Errorf("%d statements are kept", len(one.plans))
		}
	}
	if string(first.Body) != before {
		t.Errorf("what was read has become %s", first.Body)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), store.Donors, "A"); !errors.Is(err, errClosed) {
		t.Error(err)
	}
}
