package shares_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/ledger"
	"quartermaster/services/shares"
	"quartermaster/services/store"
)

var donor = shares.NewShare{For: "Ms Holm, First Donor", Kind: "register", ReportQuery: models.ReportQuery{Donor: "DONOR-A"}}

var visitor = shares.Visitor{Address: "192.0.2.7", Agent: "Mozilla/5.0 (X11; Linux x86_64)"}

func give(t *testing.T, w *booktest.World, n shares.NewShare) (*models.Share, string) {
	t.Helper()
	made, err := w.Shares.Make(w.As("admin"), n)
	if err != nil {
		t.Fatal(err)
	}
	return made.Share, secretOf(made)
}

func secretOf(made *shares.WithAddress) string {
	_, secret, _ := strings.Cut(made.Address, shares.Path)
	return secret
}

func TestALinkShowsWhatTheDonorPaidForAndNothingElse(t *testing.T) {
	w := booktest.New(t)
	w.Radio("N-1")
	w.Post(models.Person{Code: "xerxes", Name: "Xerxes", Unit: "SOUTH-STORE"})
	w.Southern("radio", "B-1")
	_, secret := give(t, w, donor)
	opened, err := w.Shares.Open(t.Context(), secret, visitor, "register")
	if err != nil {
		t.Fatal(err)
	}
	file, err := w.Reports.Pull(opened.Context, "register", "csv", opened.Asked)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil || !bytes.Contains(text, []byte("N-1")) || bytes.Contains(text, []byte("B-1")) || !bytes.Contains(text, []byte("Ms Holm, First Donor (by a link)")) {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := w.Proofs.Examine(t.Context(), text); err != nil {
		t.Errorf("the file does not prove itself: %v", err)
	}
	if _, err := w.Reports.Pull(opened.Context, "register", "csv", models.ReportQuery{Donor: "DONOR-B"}); models.KindOf(err) != models.NotFound {
		t.Errorf("of another donor: %v", err)
	}
	if _, err := w.Shares.Make(opened.Context, donor); models.KindOf(err) != models.Forbidden {
		t.Errorf("a link by a link: %v", err)
	}
}

func TestALinkMadeByAPartOfTheBookShowsThatPart(t *testing.T) {
	w := booktest.New(t)
	w.Post(models.Person{Code: "admin-south", Name: "Asad", Unit: "SOUTH", Username: "asad", Role: models.Admin})
	w.Radio("N-1")
	made, err := w.Shares.Make(w.As("admin-south"), donor)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := w.Shares.Open(t.Context(), secretOf(made), visitor, "register")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := w.Reports.Show(opened.Context, "register", opened.Asked)
	if err != nil || shown.Lines != 0 {
		t.Errorf("%d lines, %v", shown.Lines, err)
	}
	mine, _ := give(t, w, donor)
	if _, err := w.Shares.Share(w.As("admin-south"), mine.ID); models.KindOf(err) != models.NotFound {
		t.Errorf("another's link: %v", err)
	}
	page, err := w.Shares.List(w.As("admin-south"), "", 10)
	if err != nil || len(page.Records) != 1 {
		t.Errorf("%d links of one's own, %v", len(page.Records), err)
	}
	grant := shares.NewShare{For: "x", Kind: models.GrantShare, ReportQuery: models.ReportQuery{Grant: "A-2025"}}
	if _, err := w.Shares.Make(w.As("admin-south"), grant); models.KindOf(err) != models.Forbidden {
		t.Errorf("a grant that lies with several: %v", err)
	}
}

func TestEachOpeningIsRecorded(t *testing.T) {
	w := booktest.New(t)
	share, secret := give(t, w, donor)
	v := visitor
	v.Agent = "Mozilla\r\n" + strings.Repeat("x", 300)
	if _, err := w.Shares.Open(t.Context(), secret, v, "register as PDF"); err != nil {
		t.Fatal(err)
	}
	events, _, err := w.Shares.Events(w.As("admin"), share.ID, "", 10)
	if err != nil || len(events) != 2 || events[0].Kind != "share.opened" || events[0].Actor != "share/"+share.ID {
		t.Fatalf("%+v, %v", events, err)
	}
	var last models.Opening
	if err := json.Unmarshal(events[0].Changes["last_opening"].After, &last); err != nil {
		t.Fatal(err)
	}
	if last.Address != "192.0.2.7" || last.What != "register as PDF" || len([]rune(last.Agent)) != 120 || strings.ContainsAny(last.Agent, "\r\n") || last.At != models.At(w.Now()) {
		t.Errorf("%+v", last)
	}
}

func TestOpeningsAtOnceAreAllRecorded(t *testing.T) {
	w := booktest.New(t)
	share, secret := give(t, w, donor)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := w.Shares.Open(t.Context(), secret, visitor, "register"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	now, err := w.Shares.Share(w.As("admin"), share.ID)
	if err != nil || now.Openings != 8 {
		t.Errorf("%d openings, %v", now.Openings, err)
	}
}

func TestALinkEnds(t *testing.T) {
	w := booktest.New(t)
	share, secret := give(t, w, donor)
	if days := share.ExpiresAt.Sub(w.Now()).Hours() / 24; days != shares.Usual {
		t.Errorf("it is good for %v days", days)
	}
	is := func(name, secret string, kind models.Kind, says string) {
		t.Helper()
		_, err := w.Shares.Open(t.Context(), secret, visitor, "register")
		if models.KindOf(err) != kind || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	is("the right one", secret, "", "")
	last := byte('A')
	if secret[len(secret)-1] == last {
		last = 'B'
	}
	wrong := secret[:len(secret)-1] + string(last)
	for name, guess := range map[string]string{"nothing": "", "its name alone": secret[:10], "almost": wrong, "longer": secret + "A", "of nothing": "AAAAAAAAAA" + secret[10:]} {
		is(name, guess, models.NotFound, "there is nothing at this address")
	}
	w.Pass(shares.Usual * 24 * time.Hour)
	is("expired", secret, models.Gone, "has expired")
	is("expired, by a wrong secret", wrong, models.NotFound, "there is nothing at this address")

	share, secret = give(t, w, donor)
	if _, err := w.Shares.Withdraw(w.As("keeper-north"), share.ID, 0, "x"); models.KindOf(err) != models.Forbidden {
		t.Errorf("by a storekeeper: %v", err)
	}
	if _, err := w.Shares.Withdraw(w.As("admin"), share.ID, 9, "x"); models.KindOf(err) != models.Stale {
		t.Errorf("of another version: %v", err)
	}
	if _, err := w.Shares.Withdraw(w.As("admin"), share.ID, share.Version, "sent to the wrong person"); err != nil {
		t.Fatal(err)
	}
	is("withdrawn", secret, models.Gone, "has been withdrawn")
	if _, err := w.Shares.Withdraw(w.As("admin"), share.ID, 0, "x"); models.KindOf(err) != models.Conflict {
		t.Errorf("again: %v", err)
	}
}

func TestTheSecretIsKeptNowhere(t *testing.T) {
	w := booktest.New(t)
	ctx, err := w.Book.OnlyOnce(w.As("admin"), "admin", "k", []byte("make"))
	if err != nil {
		t.Fatal(err)
	}
	made, err := w.Shares.Make(ctx, donor)
	if err != nil {
		t.Fatal(err)
	}
	secret := secretOf(made)[10:]
	for _, c := range store.Schema {
		records, err := w.Book.Store.Find(t.Context(), store.Query{In: c, By: store.ID, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if bytes.Contains(r.Body, []byte(secret)) {
				t.Errorf("%s/%s holds it: %s", c.Name, r.ID, r.Body)
			}
		}
	}
	_, err = w.Book.OnlyOnce(w.As("admin"), "admin", "k", []byte("make"))
	var again *ledger.Replayed
	if again, _ = err.(*ledger.Replayed); again == nil || bytes.Contains(again.Body, []byte("address")) {
		t.Errorf("sent again: %v", err)
	}
}

func TestWhoeverGuessesHasToWait(t *testing.T) {
	w := booktest.New(t)
	_, secret := give(t, w, donor)
	for i := range 20 {
		if _, err := w.Shares.Open(t.Context(), fmt.Sprintf("GUESS%030d", i), visitor, "x"); models.KindOf(err) != models.NotFound {
			t.Fatal(err)
		}
	}
	if _, err := w.Shares.Open(t.Context(), secret, visitor, "x"); models.KindOf(err) != models.TooMany {
		t.Errorf("the 21st: %v", err)
	}
	elsewhere := shares.Visitor{Address: "198.51.100.1"}
	if _, err := w.Shares.Open(t.Context(), secret, elsewhere, "x"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	w.Pass(time.Hour)
	if _, err := w.Shares.Open(t.Context(), secret, visitor, "x"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	for range 59 {
		if _, err := w.Shares.Open(t.Context(), secret, elsewhere, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Shares.Open(t.Context(), secret, elsewhere, "x"); models.KindOf(err) != models.TooMany {
		t.Errorf("opened very often: %v", err)
	}
}

func TestALinkToAReportThatWasAskedForShowsTheSame(t *testing.T) {
	w := booktest.New(t)
	w.Radio("N-1")
	admin := w.As("admin")
	shown, err := w.Reports.Show(admin, "register", models.ReportQuery{Grant: "A-2025"})
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Hour)
	w.Radio("N-2")
	share, secret := give(t, w, shares.NewShare{For: "x", Report: shown.Pull.ID})
	if share.Kind != "register" || share.Asked.AsOf != shown.Pull.AskedAt.String() {
		t.Errorf("%+v", share)
	}
	opened, err := w.Shares.Open(t.Context(), secret, visitor, "register")
	if err != nil {
		t.Fatal(err)
	}
	if shown, err = w.Reports.Show(opened.Context, opened.Kind, opened.Asked); err != nil || shown.Lines != 1 {
		file, _ := w.Reports.Pull(opened.Context, opened.Kind, "csv", opened.Asked)
		text, _ := io.ReadAll(file)
		if bytes.Contains(text, []byte("N-2")) {
			t.Errorf("%d lines, %v", shown.Lines, err)
		}
	}
}

func TestABadLinkIsRefused(t *testing.T) {
	w := booktest.New(t)
	for name, c := range map[string]struct {
		change func(*shares.NewShare)
		kind   models.Kind
		field  string
	}{
		"for nobody":            {func(n *shares.NewShare) { n.For = " " }, models.Invalid, "for"},
		"of no kind":            {func(n *shares.NewShare) { n.Kind = "gossip" }, models.Invalid, "kind"},
		"for ever":              {func(n *shares.NewShare) { n.Days = 367 }, models.Invalid, "days"},
		"for less than a day":   {func(n *shares.NewShare) { n.Days = -1 }, models.Invalid, "days"},
		"of everybody":          {func(n *shares.NewShare) { n.Donor = "" }, models.Invalid, "donor"},
		"of no donor":           {func(n *shares.NewShare) { n.Donor = "DONOR-X" }, models.NotFound, "donor"},
		"of another's grant":    {func(n *shares.NewShare) { n.Grant = "B-2026" }, models.Invalid, "grant"},
		"of no report":          {func(n *shares.NewShare) { n.Report = "01X" }, models.NotFound, "report"},
		"in the future":         {func(n *shares.NewShare) { n.AsOf = "2030-01-01" }, models.Invalid, "as_of"},
		"of a grant of nothing": {func(n *shares.NewShare) { n.Kind = models.GrantShare }, models.Invalid, "grant"},
		"of a part of a grant":  {func(n *shares.NewShare) { n.Kind, n.Grant, n.Unit = models.GrantShare, "A-2025", "NORTH" }, models.Invalid, "kind"},
	} {
		n := donor
		c.change(&n)
		_, err := w.Shares.Make(w.As("admin"), n)
		refused, _ := err.(*models.Error)
		if refused == nil || refused.Kind != c.kind || refused.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, who := range []string{"keeper-north", "auditor-a", "commander-north", "workshop"} {
		if _, err := w.Shares.Make(w.As(who), donor); models.KindOf(err) != models.Forbidden {
			t.Errorf("by %s: %v", who, err)
		}
	}
	if _, err := w.Shares.Make(t.Context(), donor); models.KindOf(err) != models.Unauthenticated {
		t.Errorf("by nobody: %v", err)
	}
}

func TestTwoOpeningsAtTheSameInstantAreBothListed(t *testing.T) {
	w := booktest.New(t)
	share, err := w.Shares.Make(w.As("admin"), shares.NewShare{For: "a donor", Kind: models.GrantShare, ReportQuery: models.ReportQuery{Grant: "B-2026"}})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(share.Address, shares.Path)
	for range 2 {
		if _, err := w.Shares.Open(t.Context(), secret, shares.Visitor{Address: "192.0.2.1", Agent: "a browser"}, "page"); err != nil {
			t.Fatal(err)
		}
	}
	list, _, err := w.Shares.Openings(w.As("admin"), share.ID, "", 10)
	if err != nil || len(list) != 2 || list[0].What != "page" || list[1].What != "page" {
		t.Errorf("%+v, %v", list, err)
	}
}
