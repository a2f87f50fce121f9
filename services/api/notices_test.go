package api_test

import (
	"encoding/json"
	"testing"

	"quartermaster/models"
	"quartermaster/services/notices"
)

func TestWebhooksOverHTTP(t *testing.T) {
	f := open(t)
	add := `{"name":"Centre","url":"https://hooks.invalid/in","events":["asset.taken_on_charge"]}`
	got := f.ask("admin", "POST", "/api/v1/webhooks", add, "Idempotency-Key: hook")
	var made notices.WithSecret
	if err := json.Unmarshal([]byte(got.body), &made); err != nil || made.Secret == "" {
		t.Fatalf("%s %v", got.body, err)
	}
	hook := "/api/v1/webhooks/" + made.ID
	f.run([]scenario{
		{name: "a repetition is answered as the first", who: "admin", method: "POST", path: "/api/v1/webhooks", body: add, headers: []string{"Idempotency-Key: hook"}, status: 201, holds: []string{made.ID, made.Secret}},
		{name: "the secret is not shown again", who: "admin", method: "GET", path: hook, status: 200, holds: []string{"Centre"}, lacks: []string{"secret", "whsec"}},
		{name: "not to others", who: "auditor-a", method: "GET", path: hook, status: 403},
		{name: "a kind that is none", who: "admin", method: "PATCH", path: hook, body: `{"events":["asset.eaten"]}`, status: 422, holds: []string{`"field":"events"`}},
		{name: "an old version", who: "admin", method: "PATCH", path: hook, body: `{"name":"x"}`, headers: []string{`If-Match: "7"`}, status: 412},
		{name: "switched off", who: "admin", method: "PATCH", path: hook, body: `{"on":false}`, headers: []string{`If-Match: "1"`}, status: 200, holds: []string{"switched off by an administrator"}},
		{name: "switched on", who: "admin", method: "PATCH", path: hook, body: `{"on":true}`, status: 200, lacks: []string{`"off"`}},
		{name: "a trial", who: "admin", method: "POST", path: hook + "/test", status: 202, holds: []string{`"kind":"ping"`, `"state":"waiting"`}},
		{name: "something happens", who: "keeper-north", method: "POST", path: "/api/v1/assets", body: radio, status: 201},
		{name: "the outbox", who: "admin", method: "GET", path: "/api/v1/messages?state=waiting&to=" + made.ID, status: 200, holds: []string{"asset.taken_on_charge", "ping"}, lacks: []string{`"body"`}},
		{name: "a state that is none", who: "admin", method: "GET", path: "/api/v1/messages?state=lost", status: 422, holds: []string{`"field":"state"`}},
		{name: "nothing was given up", who: "admin", method: "POST", path: hook + "/resend", status: 200, holds: []string{`{"count":0}`}},
		{name: "removed", who: "admin", method: "DELETE", path: hook, status: 204},
		{name: "gone", who: "admin", method: "GET", path: hook, status: 404},
	})
	list, _, err := f.Notices.Messages(f.As("admin"), notices.Filter{}, "", 10)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	if _, err := f.Notices.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	message := "/api/v1/messages/" + list[0].ID
	f.run([]scenario{
		{name: "given up, the webhook being gone", who: "admin", method: "GET", path: message, status: 200, holds: []string{`"state":"` + string(models.MessageDead), "was removed", `"body":{`}},
		{name: "again", who: "admin", method: "POST", path: message + "/resend", status: 200, holds: []string{`"again_by":"admin"`}},
		{name: "not by others", who: "keeper-north", method: "POST", path: message + "/resend", status: 403},
	})
}
