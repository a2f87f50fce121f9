package register_test

import (
	"errors"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/register"
)

// TestAKitMovesAsOne makes a kit of two radios and ten swabs, issues it, and has a
// part and the swabs not arrive.
func TestAKitMovesAsOne(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	tags := w.Radios(4)
	kit, err := w.Register.SetContents(ctx, tags[0], 0, register.Contents{Parts: []register.Part{{Tag: tags[1]}, {Tag: tags[2]}, {Name: "Swab", Quantity: 10 * models.One, Measure: "piece"}}})
	if err != nil || len(kit.Contents) != 3 || kit.Contents[2].Quantity != 10*models.One {
		t.Fatalf("%+v, %v", kit, err)
	}
	_, err = w.Custody.Issue(ctx, tags[1], 0, custody.Issue{Unit: "NORTH-POST"})
	if err == nil || !strings.Contains(err.Error(), "is part of a kit; move the kit") {
		t.Errorf("a part by itself: %v", err)
	}
	out, err := w.Custody.Issue(ctx, tags[0], 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard"})
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Custody.Voucher(ctx, out.Voucher)
	if err != nil || len(v.Lines) != 4 || v.Lines[1].Tag != tags[1] || v.Lines[1].PartOf != tags[0] || v.Lines[3].Name != "Swab" {
		t.Fatalf("%+v, %v", v, err)
	}
	if part := w.Asset(tags[2]); part.Status != models.InTransit || part.Voucher != v.Number {
		t.Errorf("%+v", part)
	}
	_, err = w.Custody.Accept(w.As("commander-north"), v.Number, 0, custody.Acceptance{Signature: booktest.Sign("Kamran Commander"),
		Lines: []custody.LineReceipt{{Line: 1, Accepted: true}, {Line: 3, Remark: "not in the case"}, {Line: 4}}})
	if err != nil {
		t.Fatal(err)
	}
	kit = w.Asset(tags[0])
	if !kit.Incomplete() || kit.Contents[0].Missing != 0 || kit.Contents[1].Missing != models.One || kit.Contents[2].Missing != 10*models.One || kit.Custodian != "guard" {
		t.Errorf("%+v", kit.Contents)
	}
	if there, gone := w.Asset(tags[1]), w.Asset(tags[2]); there.Custodian != "guard" || there.Unit != "NORTH-POST" || gone.Unit != "NORTH-STORE" || gone.Status != models.InStore {
		t.Errorf("%+v, %+v", there, gone)
	}
	if v, err := w.Custody.Voucher(ctx, v.Number); err != nil || v.State != models.AcceptedInPart {
		t.Errorf("%+v, %v", v, err)
	}
	back, err := w.Custody.Return(ctx, tags[0], 0, custody.Return{})
	if err != nil || back.Status != models.InStore || w.Asset(tags[1]).Unit != "NORTH-STORE" {
		t.Errorf("%+v, %v", back, err)
	}
	if kit, err = w.Register.SetContents(ctx, tags[0], 0, register.Contents{}); err != nil || kit.IsKit() || w.Asset(tags[1]).Kit != "" {
		t.Errorf("%+v, %v", kit, err)
	}
}

func TestBadKits(t *testing.T) {
	w := booktest.New(t)
	ctx := w.As("keeper-north")
	tags := w.Radios(5)
	if _, err := w.Register.SetContents(ctx, tags[0], 0, register.Contents{Parts: []register.Part{{Tag: tags[1]}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Custody.Issue(ctx, tags[4], 0, custody.Issue{Unit: "NORTH-POST"}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tag  string
		part []register.Part
		says string
	}{
		"a part of another":  {tags[2], []register.Part{{Tag: tags[1]}}, "is part of another kit"},
		"a kit of a part":    {tags[1], []register.Part{{Tag: tags[2]}}, "is itself part of a kit"},
		"a kit in a kit":     {tags[2], []register.Part{{Tag: tags[0]}}, "is a kit itself"},
		"itself":             {tags[2], []register.Part{{Tag: tags[2]}}, "is a kit itself"},
		"twice":              {tags[2], []register.Part{{Tag: tags[3]}, {Tag: strings.ToLower(tags[3])}}, "is in the kit twice"},
		"elsewhere":          {tags[2], []register.Part{{Tag: tags[4]}}, "bring it to where the kit is"},
		"nothing":            {tags[2], []register.Part{{}}, "has a tag, a stock item or a name"},
		"more missing":       {tags[2], []register.Part{{Name: "Swab", Missing: 2 * models.One}}, "no more can be missing"},
		"an item of nowhere": {tags[2], []register.Part{{Item: "swab"}}, "there is no stock item"},
		"one on its way":     {tags[4], []register.Part{{Tag: tags[3]}}, "is in transit"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Register.SetContents(ctx, c.tag, 0, register.Contents{Parts: c.part})
			var e *models.Error
			if !errors.As(err, &e) || e.Field != "parts" || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %v, wanted %q", err, c.says)
			}
		})
	}
}
