package web_test

import (
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/notices"
)

func TestNoticesOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("admin")
	p := s.get("/notices")
	p.has(t, 200, "Add a webhook", "This server sends no e-mail", "Nothing here")
	s.post("/notices/test", p.fill()).has(t, 422, "You have no address yet")
	p = s.get("/notices/webhooks/new")
	s.post("/notices/webhooks/new", p.fill("name", "Centre", "url", "http://example.org")).has(t, 422, "Is less than 1", `value="Centre"`)
	form := p.fill("name", "Centre", "url", "http://centre.invalid", "event", "asset.taken_on_charge", "event", "flag.closed")
	s.post("/notices/webhooks/new", form).has(t, 422, "Must begin with https://", `value="http://centre.invalid"`, `value="flag.closed" checked`)
	form.Set("url", "https://centre.invalid/in")
	made := s.post("/notices/webhooks/new", form)
	made.has(t, 200, "whsec_", "it is not shown again")
	if again := s.post("/notices/webhooks/new", form); again.StatusCode != 303 {
		t.Errorf("sent twice: %d", again.StatusCode)
	}
	page, err := s.Notices.Webhooks(s.As("admin"), "", 10)
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%d webhooks, %v", len(page.Records), err)
	}
	hook := "/notices/webhooks/" + page.Records[0].ID
	a := s.Radio("1")
	p = s.get(hook)
	p.has(t, 200, "asset.taken_on_charge "+a.Tag, "Waiting", "Added")
	if strings.Contains(p.body, "whsec_") {
		t.Error("the secret is shown again")
	}
	s.post(hook, p.fill("name", "", "url", "https://centre.invalid/in", "event", "flag.opened")).has(t, 422, "Is required")
	if got := s.post(hook+"/switch", p.fill("on", "no")); got.StatusCode != 303 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if _, err := s.Notices.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.get(hook).has(t, 200, "switched off by an administrator", "1 given up", "Switch it on")
	list, _, err := s.Notices.Messages(s.As("admin"), notices.Filter{State: string(models.MessageDead)}, "", 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d given up, %v", len(list), err)
	}
	s.get("/notices?state=dead").has(t, 200, "1 given up", "the webhook is off")
	s.get("/notices?state=lost").has(t, 422, "Must be one of waiting, sent, dead")
	message := "/notices/messages/" + list[0].ID
	p = s.get(message)
	p.has(t, 200, "Send it again", "asset.taken_on_charge", "Given up")
	if got := s.post(message+"/resend", p.fill()); got.StatusCode != 303 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	s.get(message+"?done=again").has(t, 200, "It is sent again.", "Waiting", "Try now")
	s.post(hook+"/secret", s.get(hook).fill()).has(t, 200, "whsec_")
	if got := s.post(hook+"/remove", s.get(hook).fill()); got.Header.Get("Location") != "/notices?done=removed" {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	s.signIn("keeper-north")
	for _, path := range []string{"/notices", "/notices/webhooks/new", message} {
		s.get(path).has(t, 403)
	}
}

func TestADigestIsChosenOnPages(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.signIn("keeper-north")
	p := s.get("/me")
	p.has(t, 200, "Digest", "This server sends no e-mail yet", `value="" checked`)
	s.post("/me/notices", p.fill("email", "", "digest", "daily")).has(t, 422, "Is required for a digest")
	s.post("/me/notices", p.fill("email", "naveed at example", "digest", "weekly")).has(t, 422, "Is not an e-mail address", `value="naveed at example"`, `value="weekly" checked`)
	if got := s.post("/me/notices", p.fill("email", "naveed@example.org", "digest", "weekly")); got.StatusCode != 303 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	s.get("/me").has(t, 200, `value="naveed@example.org"`, `value="weekly" checked`)
}
