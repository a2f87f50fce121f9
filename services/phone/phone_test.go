package phone_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/phone"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

// carried is what a phone holds, read part by part as phones do.
type carried struct {
	t     *testing.T
	w     *booktest.World
	ctx   context.Context
	lines map[string]phone.Line
	since string
	parts int
}

func (c *carried) update(limit int) {
	c.t.Helper()
	told := map[string]bool{}
	for at := c.since; ; c.parts++ {
		part, err := c.w.Phone.Lines(c.ctx, at, limit)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, l := range part.Items {
			c.lines[l.ID], told[l.ID] = l, true
		}
		for _, id := range part.Removed {
			delete(c.lines, id)
		}
		if part.Next != "" {
			at = part.Next
			continue
		}
		if part.Whole {
			for id := range c.lines {
				if !told[id] {
					delete(c.lines, id)
				}
			}
		}
		c.since = part.Since
		return
	}
}

func (c *carried) tags() []string {
	var tags []string
	for _, l := range c.lines {
		tags = append(tags, l.Tag)
	}
	slices.Sort(tags)
	return tags
}

func TestAPhoneCarriesWhatItsOwnerSees(t *testing.T) {
	w := booktest.New(t)
	var radios []*models.Asset
	for i := range 7 {
		radios = append(radios, w.Radio(fmt.Sprint(i)))
	}
	north := &carried{t: t, w: w, ctx: w.As("keeper-north"), lines: map[string]phone.Line{}}
	south := &carried{t: t, w: w, ctx: w.As("keeper-south"), lines: map[string]phone.Line{}}
	auditor := &carried{t: t, w: w, ctx: w.As("auditor-a"), lines: map[string]phone.Line{}}
	all := []*carried{north, south, auditor}
	for _, c := range all {
		c.update(3)
	}
	if len(north.lines) != 7 || north.parts != 2 || len(south.lines) != 0 || len(auditor.lines) != 7 {
		t.Fatalf("north has %d in %d parts, south %d, the auditor %d", len(north.lines), north.parts+1, len(south.lines), len(auditor.lines))
	}
	w.Pass(time.Hour)
	moved, err := w.Custody.Transfer(north.ctx, radios[0].Tag, 0, custody.Transfer{Unit: "SOUTH-STORE"})
	if err != nil {
		t.Fatal(err)
	}
	w.Accept(moved.Asset)
	grant := "B-2026"
	if _, err := w.Register.Edit(w.Operator(), radios[1].Tag, 0, register.AssetEdit{Grant: &grant}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Custody.Issue(north.ctx, radios[2].Tag, 0, custody.Issue{Custodian: "guard", Receipt: booktest.Sign("Gul Guard")}); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		c.parts = 0
		c.update(500)
		if c.parts != 0 {
			t.Errorf("%d parts of little", c.parts)
		}
	}
	if got := north.tags(); len(got) != 6 || slices.Contains(got, radios[0].Tag) {
		t.Errorf("north carries %v", got)
	}
	if got := south.tags(); !slices.Equal(got, []string{radios[0].Tag}) {
		t.Errorf("south carries %v", got)
	}
	if got := auditor.tags(); len(got) != 6 || slices.Contains(got, radios[1].Tag) {
		t.Errorf("the auditor carries %v", got)
	}
	if l := north.lines[radios[2].ID]; l.Status != models.Issued || l.Custodian != "guard" || l.Unit != "NORTH-POST" || l.Serial != "2" {
		t.Errorf("%+v", l)
	}
	w.Pass(time.Hour)
	south.update(500) // tells again what changed shortly before the last time
	part, err := w.Phone.Lines(south.ctx, south.since, 500)
	if err != nil || len(part.Items)+len(part.Removed) != 0 {
		t.Errorf("nothing changed, and %+v, %v", part, err)
	}
	scope := "SOUTH"
	if _, err := w.Access.EditPerson(w.Operator(), "keeper-north", 0, access.PersonEdit{Scope: &scope}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code, since string
		limit       int
	}{{"keeper-north", north.since, 500}, {"keeper-south", north.since, 500}, {"keeper-south", "x", 500}, {"keeper-south", "", 1001}} {
		if _, err := w.Phone.Lines(w.As(c.code), c.since, c.limit); models.KindOf(err) != models.Invalid {
			t.Errorf("%s goes on with %.20s, %d: %v", c.code, c.since, c.limit, err)
		}
	}
}

func TestADeskHasWhatWaitsForItsOwner(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	st := w.Stocktake()
	moved, err := w.Custody.Issue(w.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.Phone.Desk(w.As("commander-north"))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Vouchers) != 1 || d.Vouchers[0].Number != moved.Voucher || d.Vouchers[0].Lines[0].Tag != a.Tag || d.Vouchers[0].Version == 0 {
		t.Errorf("%+v", d.Vouchers)
	}
	if len(d.Stocktakes) != 1 || d.Stocktakes[0].Number != st.Number || d.Stocktakes[0].Expected != 1 {
		t.Errorf("%+v", d.Stocktakes)
	}
	if !slices.Equal(d.Person.May, []string{"accept"}) || len(d.Units) != 8 || d.Units[1].Level != 1 || len(d.Categories) != 3 {
		t.Errorf("%+v", d)
	}
	for _, p := range d.People {
		if p.Code == "keeper-south" {
			t.Error("somebody of another part is on the desk")
		}
	}
}

func TestWhatTheBookDoesNotTakeIsSettledInWords(t *testing.T) {
	w := booktest.New(t)
	a := w.Radio("1")
	did := w.Book.Happened(w.As("keeper-north"), models.At(w.Now().Add(-2*time.Hour)), models.At(w.Now()))
	n := phone.Settlement{Request: "k1", What: "issue", Of: a.Tag, Fields: map[string]string{"custodian": "guard", "drawing": "<svg/>", "pin": "1234", "_token": "x"}, Refusal: "already issued", Outcome: models.Noted}
	if _, err := w.Phone.Settle(did, n); models.KindOf(err) != models.Invalid {
		t.Errorf("without a word: %v", err)
	}
	n.Remark = "Given to the guard at the gate"
	u, err := w.Phone.Settle(did, n)
	if err != nil {
		t.Fatal(err)
	}
	if len(u.Fields) != 1 || u.Fields["custodian"] != "guard" || !u.HappenedAt.Equal(w.Now().Add(-2*time.Hour)) {
		t.Errorf("%+v", u)
	}
	e, err := w.Book.Latest(t.Context(), ledger.Subject(store.Assets, a.ID))
	if err != nil || e.Kind != "asset.noted" || e.Reason != "issue: Given to the guard at the gate (already issued)" {
		t.Errorf("%+v, %v", e, err)
	}
	n.Person, n.Outcome = "keeper-north", models.Dropped
	if _, err := w.Phone.Settle(w.As("keeper-south"), n); models.KindOf(err) != models.Forbidden {
		t.Errorf("by another: %v", err)
	}
	if _, err := w.Phone.Settle(w.As("admin"), n); err != nil {
		t.Error(err)
	}
	for code, wanted := range map[string]int{"keeper-north": 2, "admin": 2, "keeper-south": 0, "chief": 2, "auditor-a": 0} {
		page, err := w.Phone.Unbooked(w.As(code), "", 10)
		if err != nil || len(page.Records) != wanted {
			t.Errorf("%s sees %d, %v", code, len(page.Records), err)
		}
	}
}
