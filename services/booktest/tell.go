package booktest

import (
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/notices"
)

// walkTell tells a webhook of something, which cannot be reached, gives up and is
// told again.
func walkTell(t *testing.T, w *World, is func(name string, got, want any, err error)) {
	t.Helper()
	admin := w.As("admin")
	hook, err := w.Notices.AddWebhook(admin, notices.NewWebhook{Name: "Centre", URL: "https://127.0.0.1:1/in", Events: []string{"asset.taken_on_charge"}})
	if err != nil {
		t.Fatal(err)
	}
	w.Radios(1)
	sent, err := w.Notices.Deliver(w.Operator())
	is("accepted by nobody", sent, 0, err)
	list, _, err := w.Notices.Messages(admin, notices.Filter{To: hook.ID, State: "waiting"}, "", 10)
	is("waiting", len(list), 1, err)
	off := false
	_, err = w.Notices.EditWebhook(admin, hook.ID, 0, notices.WebhookEdit{On: &off})
	is("switched off", err, nil, err)
	w.Pass(time.Hour)
	_, err = w.Notices.Deliver(w.Operator())
	is("given up", err, nil, err)
	counts, err := w.Notices.Counts(admin)
	is("dead", counts[models.MessageDead], int64(1), err)
	again, err := w.Notices.ResendAll(admin, hook.ID)
	is("again", again, 1, err)
	_, err = w.Notices.Resend(admin, list[0].ID)
	is("now", err, nil, err)
	for name, f := range map[string]notices.Filter{"all": {}, "of a state": {State: "waiting"}, "of a webhook": {To: hook.ID}} {
		list, _, err := w.Notices.Messages(admin, f, "", 10)
		is("messages "+name, len(list), 1, err)
	}
	is("removed", w.Notices.RemoveWebhook(admin, hook.ID, 0), nil, nil)
	_, err = w.Notices.Deliver(w.Operator())
	is("given up again", err, nil, err)
	w.Pass(100 * 24 * time.Hour)
	swept, err := w.Notices.Sweep(w.Operator())
	is("swept", swept, 1, err)

	email, daily := "naveed@example.org", models.DailyDigest
	_, err = w.Access.ChooseNotices(w.As("keeper-north"), 0, access.NoticeChoice{Email: &email, Digest: &daily})
	is("chosen", err, nil, err)
	for _, code := range []string{"admin", "keeper-north", "auditor-a"} {
		_, _, err = w.Flags.OpenedSince(w.As(code), models.At(Start), 10)
		is("new for "+code, err, nil, err)
		_, err = w.Flags.Coming(w.As(code), models.Expiring, "2026-01-01", "2027-01-01", 10)
		is("coming for "+code, err, nil, err)
	}
}
