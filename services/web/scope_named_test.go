package web_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/booktest"
	"quartermaster/services/visits"
)

// TestWhatIsForeignCannotBeDrawnIn names what is foreign in what is one's own: as part of
// a kit, on a voucher, as seen at a visit.
func TestWhatIsForeignCannotBeDrawnIn(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	v, err := w.Visits.Plan(w.As("auditor-a"), visits.NewVisit{Name: "x", Scope: models.VisitScope{Donor: "DONOR-A"}, On: w.Book.Today()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Visits.Begin(w.As("auditor-a"), v.Number, 0); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		who, path string
		body      body
	}{
		{"keeper-north", "/assets/" + w.own + "/contents", body{"parts": []any{body{"tag": "=asset"}}}},
		{"keeper-north", "/vouchers", body{"kind": "transfer", "from": "NORTH-STORE", "to": "NORTH-POST", "lines": []any{body{"tag": "=asset"}}}},
		{"keeper-north", "/vouchers", body{"kind": "transfer", "from": "NORTH-STORE", "to": "NORTH-POST", "lines": []any{body{"lot": "=lot", "quantity": 1}}}},
		{"keeper-north", "/titles", body{"to": "AGENCY", "on": "2026-03-31", "document": "x", "tags": []any{w.own, "=asset"}}},
		{"keeper-north", "/titles", body{"to": "AGENCY", "on": "2026-03-31", "document": "x", "tags": []any{w.own}, "lots": []any{"=lot"}}},
		{"keeper-north", "/labels", body{"tags": []any{w.own, "=asset"}}},
		{"admin-north", "/schedules", body{"name": "x", "tag": w.own, "days": 30, "instead": "=schedule"}},
		{"auditor-a", "/visits/" + v.Number + "/items", body{"code": "=asset", "outcome": "seen"}},
		{"auditor-a", "/visits/" + v.Number + "/items", body{"code": booktest.Marker + "-1", "outcome": "seen"}},
		{"auditor-a", "/visits/" + v.Number + "/findings", body{"severity": "major", "what": "x", "tag": "=asset", "due": "2026-04-30"}},
	} {
		a := address{"POST", api.Root + r.path}
		named := w.named(r.body).(body)
		before := w.events()
		got := w.ask(r.who, a, a.path, named)
		if got.StatusCode < 400 || w.events() != before {
			t.Errorf("%s, %s %v: %d %s", r.who, a, named, got.StatusCode, short(got.body))
		}
		w.holdsNothing(r.who, a, a.path, named, got)
	}
}
