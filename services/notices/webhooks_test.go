package notices_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/notices"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/store"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// receiver is a real HTTP server that verifies what it is sent, as docs/notices.md
// tells receivers to.
type receiver struct {
	*httptest.Server
	t      *testing.T
	secret string
	now    func() time.Time

	mu     sync.Mutex
	status int
	got    []notices.Told
	forged int
}

func receive(t *testing.T, d desk) *receiver {
	t.Helper()
	r := &receiver{t: t, status: http.StatusNoContent, now: d.Now}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	seconds, err := strconv.ParseInt(request.Header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil {
		r.t.Error(err)
	}
	at := time.Unix(seconds, 0)
	want, err := notices.Signature(r.secret, request.Header.Get("Webhook-Id"), at, body)
	if err != nil {
		r.t.Error(err)
	}
	if request.Header.Get("Webhook-Signature") != want || r.now().Sub(at).Abs() > 5*time.Minute {
		r.forged++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.status < 300 {
		var told notices.Told
		if err := json.Unmarshal(body, &told); err != nil {
			r.t.Error(err)
		}
		r.got = append(r.got, told)
	}
	if r.status >= 300 && r.status < 400 {
		w.Header().Set("Location", r.URL)
	}
	w.WriteHeader(r.status)
}

func (d desk) hook(t *testing.T, r *receiver, events ...string) *models.Webhook {
	t.Helper()
	made, err := d.Notices.AddWebhook(d.As("admin"), notices.NewWebhook{Name: "Command centre", URL: r.URL + "/in", Events: events})
	if err != nil {
		t.Fatal(err)
	}
	r.secret = made.Secret
	return made.Webhook
}

func (d desk) sent(t *testing.T, accepted int) {
	t.Helper()
	if n, err := d.Notices.Deliver(t.Context()); err != nil || n != accepted {
		t.Fatalf("%d accepted, wanted %d; %v", n, accepted, err)
	}
}

func TestWebhooksAreToldOfWhatTheyChose(t *testing.T) {
	d := open(t, nil)
	r := receive(t, d)
	d.hook(t, r, "asset.taken_on_charge", "voucher.dispatched", "voucher.accepted", "request.approved")
	a := d.Radio("1")
	a, err := d.Register.Edit(d.As("keeper-north"), a.Tag, 0, register.AssetEdit{Note: new(string)})
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.Custody.Draft(d.As("keeper-north"), custody.NewVoucher{Kind: models.IssueVoucher, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard", Lines: []custody.NewLine{{Tag: a.Tag}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Custody.Dispatch(d.As("keeper-north"), v.Number, 0, booktest.Sign("Naveed North")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Requests.Submit(d.As("commander-north"), requests.NewRequest{Unit: "NORTH-POST", Category: "radio", Quantity: models.One, Purpose: "x"}); err != nil {
		t.Fatal(err)
	}
	d.sent(t, 2)
	d.sent(t, 0)
	if len(r.got) != 2 || r.forged != 0 {
		t.Fatalf("%+v, %d forged", r.got, r.forged)
	}
	for _, told := range r.got {
		raw, err := json.Marshal(told.Document)
		if err != nil {
			t.Fatal(err)
		}
		switch told.Kind {
		case "asset.taken_on_charge":
			if !strings.Contains(string(raw), a.Tag) || told.Link != "https://qm.example.org/assets/"+a.Tag {
				t.Errorf("%s %s", raw, told.Link)
			}
		case "voucher.dispatched":
			events, err := d.Book.History(t.Context(), told.Subject, 0, 1)
			if err != nil || told.By != "keeper-north" || told.Version != events[0].Seq || !strings.Contains(string(raw), "Naveed North") || strings.Contains(string(raw), "svg") {
				t.Errorf("%+v %s %v", told, raw, err)
			}
			record, err := d.Book.Store.Get(t.Context(), store.Vouchers, v.Number)
			if err != nil || !strings.Contains(string(record.Body), told.Hash) {
				t.Errorf("the hash %s is not the head of %s; %v", told.Hash, record.Body, err)
			}
		default:
			t.Errorf("told of %s", told.Kind)
		}
	}
}

// TestAWebhookIsToldThoughClocksGoBack lets the clock be set back an hour between
// events: whoever read events by their time would skip what comes then.
func TestAWebhookIsToldThoughClocksGoBack(t *testing.T) {
	d := open(t, nil)
	r := receive(t, d)
	d.hook(t, r, "asset.taken_on_charge")
	d.Radio("1")
	d.sent(t, 1)
	d.Pass(-time.Hour)
	d.Radio("2")
	d.sent(t, 1)
	other := booktest.With(t, d.Book.Store, settings(nil)) // another instance, which runs late
	other.Pass(-2 * time.Hour)
	other.Radio("3")
	d.sent(t, 1)
	if len(r.got) != 3 {
		t.Errorf("%+v", r.got)
	}
}

func TestWhatDoesNotHappenIsNotTold(t *testing.T) {
	d := open(t, nil)
	r := receive(t, d)
	d.hook(t, r, "asset.taken_on_charge")
	d.Radio("1")
	again := ledger.Add(store.Units, &models.Unit{Code: "NORTH"}, "asset.taken_on_charge", "")
	if err := d.Book.Commit(d.Operator(), again); err == nil {
		t.Fatal("a unit was added twice")
	}
	d.sent(t, 1)
}

func TestAFailingWebhookIsTriedAgainAndThenSwitchedOff(t *testing.T) {
	d := open(t, nil)
	r := receive(t, d)
	hook := d.hook(t, r, "asset.taken_on_charge")
	r.status = http.StatusInternalServerError
	d.Radio("1")
	id := d.last(t).ID
	if m := d.deliver(t, id, 0); !m.Waits() || !strings.Contains(m.Trouble, "500") {
		t.Errorf("%+v", m)
	}
	d.Pass(time.Second)
	d.Radio("2") // the receiver rests: not even tried
	if m := d.deliver(t, d.last(t).ID, 0); m.Attempts != 0 || !m.Waits() {
		t.Errorf("%+v", m)
	}
	if hook, err := d.Notices.Webhook(d.As("admin"), hook.ID); err != nil || hook.FailingSince == nil {
		t.Errorf("%+v %v", hook, err)
	}
	r.status = http.StatusOK
	d.Pass(3 * time.Hour)
	d.sent(t, 2)
	if hook, err := d.Notices.Webhook(d.As("admin"), hook.ID); err != nil || hook.FailingSince != nil {
		t.Errorf("%+v %v", hook, err)
	}
	r.status = http.StatusInternalServerError
	for range 40 {
		d.Radio("")
		d.sent(t, 0)
		d.Pass(6 * time.Hour)
		if hook, err := d.Notices.Webhook(d.As("admin"), hook.ID); err != nil || hook.Off != "" {
			if !strings.Contains(hook.Off, "five days") {
				t.Errorf("%q %v", hook.Off, err)
			}
			break
		}
	}
	d.Pass(24 * time.Hour)
	d.Radio("") // of which it is no more told
	d.sent(t, 0)
	dead, _, err := d.Notices.Messages(d.As("admin"), notices.Filter{State: "dead", To: hook.ID}, "", 200)
	if err != nil || len(dead) < 20 || len(dead) > 22 {
		t.Fatalf("%d dead, %v", len(dead), err)
	}
	on := true
	if _, err := d.Notices.EditWebhook(d.As("admin"), hook.ID, 0, notices.WebhookEdit{On: &on}); err != nil {
		t.Fatal(err)
	}
	r.status = http.StatusOK
	r.got = nil
	n, err := d.Notices.ResendAll(d.As("admin"), hook.ID)
	if err != nil || n != len(dead) {
		t.Fatalf("%d sent again, %v", n, err)
	}
	d.sent(t, n)
	if len(r.got) != n {
		t.Errorf("%d came, %d were sent again", len(r.got), n)
	}
	events, err := d.Book.History(t.Context(), "webhooks/"+hook.ID, 0, 10)
	if err != nil || events[0].Kind != "webhook.changed" || events[1].Kind != "webhook.switched_off" || events[1].Actor != "quartermaster" || events[2].Kind != "webhook.failing" || events[3].Kind != "webhook.recovered" {
		t.Errorf("%+v %v", events, err)
	}
}

func TestAnswersOfWebhooks(t *testing.T) {
	for status, want := range map[int]struct {
		state models.MessageState
		why   string
		off   bool
	}{
		http.StatusFound:      {models.MessageWaiting, "redirects are not followed", false},
		http.StatusGone:       {models.MessageDead, "410", true},
		http.StatusBadRequest: {models.MessageWaiting, "400", false},
		http.StatusAccepted:   {models.MessageSent, "", false},
	} {
		d := open(t, nil)
		r := receive(t, d)
		hook := d.hook(t, r, "asset.taken_on_charge")
		r.status = status
		d.Radio("1")
		id := d.last(t).ID
		if _, err := d.Notices.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		m, err := d.Notices.Message(d.As("admin"), id)
		if err != nil || m.State != want.state || !strings.Contains(m.Trouble, want.why) {
			t.Errorf("%d: %+v %v", status, m, err)
		}
		if hook, err = d.Notices.Webhook(d.As("admin"), hook.ID); err != nil || (hook.Off != "") != want.off {
			t.Errorf("%d: %+v %v", status, hook, err)
		}
	}
}

// TestWebhooksDoNotReachIntoTheHouse has an address, and a name, that stand for this
// very machine.
func TestWebhooksDoNotReachIntoTheHouse(t *testing.T) {
	d := open(t, nil)
	r := receive(t, d)
	hook := d.hook(t, r, "asset.taken_on_charge")
	closed := desk{booktest.Again(t, d.Book.Store)}
	closed.Radio("1")
	if m := closed.deliver(t, closed.last(t).ID, 0); !strings.Contains(m.Trouble, "127.0.0.1 is not a public address") || len(r.got) != 0 {
		t.Errorf("%+v", m)
	}
	url := strings.Replace(r.URL, "127.0.0.1", "localhost", 1)
	if _, err := d.Notices.EditWebhook(d.As("admin"), hook.ID, 0, notices.WebhookEdit{URL: &url}); err != nil {
		t.Fatal(err)
	}
	closed.Pass(time.Hour)
	if m := closed.deliver(t, closed.last(t).ID, 0); !strings.Contains(m.Trouble, "is not a public address") || len(r.got) != 0 {
		t.Errorf("%+v", m)
	}
	if _, err := closed.Notices.AddWebhook(closed.As("admin"), notices.NewWebhook{Name: "x", URL: "http://example.org", Events: []string{"asset.issued"}}); models.KindOf(err) != models.Invalid {
		t.Errorf("without TLS: %v", err)
	}
}

func TestBadWebhooks(t *testing.T) {
	d := open(t, nil)
	for _, bad := range []struct{ field, name, url, event string }{
		{"name", "", "https://example.org", "asset.issued"}, {"url", "x", "", "asset.issued"}, {"url", "x", "example.org", "asset.issued"}, {"url", "x", "ftp://example.org", "asset.issued"},
		{"url", "x", "https://u:p@example.org", "asset.issued"}, {"url", "x", "https://example.org/\r\nX: y", "asset.issued"}, {"events", "x", "https://example.org", "asset.eaten"},
	} {
		_, err := d.Notices.AddWebhook(d.As("admin"), notices.NewWebhook{Name: bad.name, URL: bad.url, Events: []string{bad.event}})
		if refusal, ok := err.(*models.Error); !ok || refusal.Field != bad.field || refusal.Kind != models.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := d.Notices.AddWebhook(d.As("admin"), notices.NewWebhook{Name: "x", URL: "https://example.org"}); models.KindOf(err) != models.Invalid {
		t.Errorf("of no events: %v", err)
	}
	if _, err := d.Notices.AddWebhook(d.As("keeper-north"), notices.NewWebhook{Name: "x", URL: "https://example.org", Events: []string{"asset.issued"}}); models.KindOf(err) != models.Forbidden {
		t.Errorf("by a storekeeper: %v", err)
	}
}

func TestSecretsAreShownOnceAndCanBeRenewed(t *testing.T) {
	d := open(t, nil)
	r := receive(t, d)
	hook := d.hook(t, r, "asset.taken_on_charge")
	old := r.secret
	page, err := d.Notices.Webhooks(d.As("admin"), "", 10)
	if err != nil || len(page.Records) != 1 || strings.Contains(string(page.Records[0].Body), old) {
		t.Errorf("%s %v", page.Records[0].Body, err)
	}
	events, err := d.Book.History(t.Context(), "webhook_keys/"+hook.ID, 0, 10)
	if err != nil || len(events) != 1 || len(events[0].Changes) != 0 {
		t.Errorf("%+v %v", events, err)
	}
	made, err := d.Notices.RenewSecret(d.As("admin"), hook.ID)
	if err != nil || made.Secret == old {
		t.Fatal(err)
	}
	if _, err := d.Notices.TestWebhook(d.As("admin"), hook.ID); err != nil {
		t.Fatal(err)
	}
	d.sent(t, 0)
	r.secret = made.Secret
	d.Pass(time.Minute)
	d.sent(t, 1)
	if r.forged != 1 || len(r.got) != 1 || r.got[0].Kind != "ping" {
		t.Errorf("%d forged, %+v", r.forged, r.got)
	}
	if err := d.Notices.RemoveWebhook(d.As("admin"), hook.ID, 0); err != nil {
		t.Fatal(err)
	}
	d.Radio("1")
	d.sent(t, 0)
	if _, err := d.Notices.Webhook(d.As("admin"), hook.ID); models.KindOf(err) != models.NotFound {
		t.Error(err)
	}
}
