package web_test

import (
	"strings"

	"quartermaster/services/booktest"
)

// forEverybody are the addresses that need no sign-in.
var forEverybody = []string{
	"GET /api/v1/openapi.json", "POST /api/v1/sessions", "GET /api/v1/ledger/checkpoint", "GET /api/v1/ledger.key", "GET /api/v1/ledger/proof/consistency",
	"GET /static/:name", "GET /favicon.ico", "GET /sign-in", "POST /sign-in", "POST /language", "POST /theme", "GET /ledger.key", "GET /verify", "POST /verify",
	"GET /sign-in/code", "POST /sign-in/code", "POST /sign-in/passkey/options", "POST /sign-in/passkey", "GET /sign-in/provider", "GET /sign-in/provider/callback",
	"GET /t/:tag", "POST /t/:tag", // the form by which whoever finds an item reports it
	"GET /calendar/:secret", "GET /s/:secret", "GET /s/:secret/:kind", "GET /s/:secret/:kind/file", // whoever has its address
	"GET /sw.js", "GET /manifest.webmanifest", "GET /offline/start", "GET /offline/scan", "GET /offline/asset", "GET /offline/service", "GET /offline/voucher", "GET /offline/count", "GET /offline/outbox",
}

// ofTheServer are addresses that are no part of the book.
var ofTheServer = []string{"/healthz", "/readyz", "/metrics"}

// ownSession ends a walker's sign-in, or changes it.
var ownSession = []string{"POST /sign-in/passkey/options", "POST /sign-in/passkey", "POST /sign-in/code", "DELETE /api/v1/sessions/current", "POST /sign-out", "POST /api/v1/sessions", "POST /sign-in", "GET /calendar/:secret", "POST /t/:tag", "GET /s/:secret", "GET /s/:secret/:kind", "GET /s/:secret/:kind/file"}

// recorded are the addresses of which being asked is itself an event, also where
// nothing of what is foreign is given out.
var recorded = []string{
	"GET /api/v1/reports/:kind", "POST /api/v1/reports/made", "GET /reports/:kind", "POST /reports/:kind", "GET /reports/:kind/file",
	"POST /api/v1/report-schedules", "POST /report-schedules/new", // of the part that an administrator of a part sees
}

// objects says which object of booktest.Everything the last parameter of a path names.
var objects = map[string]string{
	"/assets/:tag": "asset", "/assets/:tag/files/:id": "asset file", "/assets/:tag/services/:id": "service", "/assets/:tag/services/:id/files/:file": "service file",
	"/assets/import/:id": "import", "/t/:tag": "asset", "/static/:name": "static",
	"/outbox/assets/:tag": "asset", "/outbox/vouchers/:number": "voucher",
	"/schedules/:id": "schedule", "/care/schedules/:id": "schedule", "/calendar/:secret": "calendar",
	"/vouchers/:number": "voucher", "/requests/:number": "request",
	"/stock/:code": "item", "/stock/:item": "item", "/lots/:code": "lot", "/l/:code": "lot", "/bins/:unit": "unit", "/bins/:unit/:bin": "bin", "/b/:unit": "unit", "/b/:unit/:bin": "bin",
	"/stocktakes/:number": "stocktake", "/live/stocktakes/:number": "stocktake", "/stocktakes/:number/photos/:id": "sighting photo",
	"/losses/:number": "loss", "/losses/:number/files/:id": "loss file", "/writeoffs/:number": "write-off", "/writeoffs/:number/files/:id": "write-off file",
	"/titles/:number": "title", "/titles/:number/files/:id": "title file",
	"/visits/:number": "visit", "/visits/:number/photos/:id": "visit photo", "/visit-findings/:number": "finding", "/visit-findings/:number/files/:id": "finding file", "/checklists/:code": "checklist",
	"/workshop/:number": "repair", "/workshop/:number/photos/:id": "repair photo",
	"/flags/:id": "flag", "/findings/:id": "flag", "/jobs/:name": "job", "/public-reports/:id": "public report",
	"/people/:code": "person", "/people/:code/training/:id": "training", "/training/:id": "training", "/courses/:code": "course",
	"/help/:role": "role", "/help/pictures/:language": "language", "/help/pictures/:language/:name": "help picture",
	"/units/:code": "unit", "/categories/:code": "category", "/donors/:code": "donor", "/grants/:code": "grant",
	"/sessions/:id": "session", "/passkeys/:id": "passkey", "/me/second-factor/passkeys/:id": "passkey", "/me/sessions/:id": "session",
	"/webhooks/:id": "webhook", "/notices/webhooks/:id": "webhook", "/messages/:id": "message", "/notices/messages/:id": "message",
	"/reports/made/:id": "report", "/reports/:kind": "report kind", "/shares/:id": "share", "/report-schedules/:id": "report schedule", "/s/:secret": "link", "/s/:secret/:kind": "report kind",
}

// sharedObjects are those that everybody may know of; donors and grants are not, for
// an auditor.
var sharedObjects = map[string]string{
	"unit": "SOUTH", "donor": "DONOR-B", "grant": "B-2026", "bin": "", "item": "kit", "course": "voice", "category": "radio", "checklist": "radios", "job": "overdue_service", "report kind": "register", "static": "app.css",
	"role": "storekeeper", "language": "en", "help picture": "storekeeper-inbox.webp",
}

// unaddressed are names of Everything that no address is made of.
var unaddressed = map[string]bool{"asset id": true, "calendar": true, "link": true, "moved asset": true, "told asset": true, "import": true, "person xerxes": true, "person auditor-b": true, "session": true, "passkey": true, "service": true}

// kinds says which objects the parameters of an address name.
func (w *walk) kinds(a address) ([]string, bool) {
	var kinds []string
	path := a.bare()
	for _, at := range parameter.FindAllStringIndex(path, -1) {
		kind, known := objects[path[:at[1]]]
		if !known {
			return nil, false
		}
		kinds = append(kinds, kind)
	}
	return kinds, true
}

// filterValues are the values by which a list would find what is foreign: identities
// by their kind, or text.
var filterValues = map[string][]string{
	"q": {booktest.Marker, "asset"}, "unit": {"unit", "SOUTH-STORE"}, "donor": {"donor"}, "grant": {"grant"}, "category": {"vehicle"}, "custodian": {"person"}, "person": {"person"},
	"tag": {"asset"}, "code": {"asset"}, "course": {"course"}, "item": {"item"}, "lot": {"lot"}, "to": {"unit"}, "from": {"unit"}, "state": {"all", "any", "open"}, "status": {"in_store"},
	"event": {"asset event", "voucher event"}, "kind": {"theft", "issue"}, "format": {"csv", "xlsx"}, "location": {"bin"}, "bin": {"bin"}, "number": {"voucher"}, "visit": {"visit"},
	"limit": {"200"}, "request": {"request"}, "mine": {"false"}, "noted": {"true"}, "owner": {"person"}, "raised": {"person"}, "expiring": {"2030-01-01"},
	// what says nothing of one object
	"cursor": {}, "sort": {}, "since": {}, "until": {}, "as_of": {}, "stock": {}, "scale": {}, "dpi": {}, "dry_run": {}, "map": {}, "name": {}, "reason": {}, "is": {}, "meter": {}, "language": {}, "digits": {},
}

var pageFilters = []string{"q", "unit", "donor", "grant", "tag", "person", "state", "code"}

// naming are the bodies of what is written where no parameter names an object, and of
// what looks at its body first. A value that is a kind of object stands for its identity.
var naming = map[string]body{
	// one's own
	"POST /second-factor/app/offer": {}, "POST /second-factor/app": {}, "POST /second-factor/app/remove": {}, "POST /second-factor/recovery-codes": {}, "POST /tokens": {}, "POST /me/tokens": {},
	"POST /sign-in/code": {}, "POST /sign-in/passkey/options": {}, "POST /sign-in/passkey": {}, "POST /me/second-factor/passkeys/options": {}, "POST /me/second-factor/passkeys": {},
	"POST /me/second-factor/offer": {}, "POST /me/second-factor/app": {}, "POST /me/second-factor/app/remove": {}, "POST /me/second-factor/recovery-codes": {}, "POST /people/:code/second-factor/take": because,
	"POST /password": {}, "POST /pin": {}, "PATCH /me/notices": {"digest": "hourly"}, "POST /me": {}, "POST /me/password": {}, "POST /me/pin": {}, "POST /me/language": {"digits": "roman"}, "POST /language": {}, "POST /theme": {"theme": "neon"}, "POST /me/notices": {"digest": "hourly"}, "POST /sessions": {}, "POST /sessions/current/confirm": {}, "POST /me/confirm": {}, "DELETE /sessions/current": {}, "POST /sign-in": {}, "POST /sign-out": {},
	"POST /start/away": {}, "POST /start/categories": {}, "POST /starting/categories": {}, // what comes with the program
	"POST /phone/unbooked": {}, "POST /outbox/settled": {}, // what somebody says of what they did, whatever they name
	"POST /messages/test": {}, "POST /notices/test": {}, "POST /verify": {"text": "=asset"},
	// items
	"POST /assets": southern, "POST /assets/lots": {"asset": southern, "count": 2}, "POST /assets/new": southern,
	"POST /api/v1/assets/import": sheet, "POST /assets/import": {}, "POST /assets/import/:id": {}, "POST /labels": {"tags": []any{"=asset"}}, "POST /scans": {"code": "=asset"}, "POST /scan": {}, "POST /scan/frame": {}, "POST /scan/seen": {"code": "=asset"},
	"POST /assets/:tag/retag": because, "POST /assets/:tag/files": paper, "DELETE /assets/:tag/files/:id": {"query": "reason=x"}, "POST /assets/:tag/files/:id/remove": because,
	"POST /assets/:tag/issue": {"unit": "NORTH-POST"}, "POST /assets/:tag/transfer": {"unit": "NORTH-POST"},
	"POST /care/schedules": {"tag": "=asset", "name": "x", "days": "30"}, "POST /schedules": {"tag": "=asset", "name": "x", "days": 30}, "POST /schedules/:id/end": because,
	"POST /care/feeds": {"unit": "SOUTH"}, "POST /care/calendar": {"unit": "SOUTH"}, "POST /care/meters": {"category": "vehicle"},
	// papers
	"POST /api/v1/vouchers": {"kind": "transfer", "from": "SOUTH-STORE", "to": "NORTH-STORE", "lines": []any{body{"tag": "=asset"}, body{"lot": "=lot", "quantity": 1}}},
	"POST /vouchers/new":    {"kind": "transfer", "from": "SOUTH-STORE", "to": "NORTH-STORE", "lines": "=asset"}, "POST /vouchers/start": {"tag": "=asset"},
	"POST /vouchers/:number/dispatch": signed, "POST /vouchers/:number/accept": signed, "POST /vouchers/:number/refuse": because, "POST /vouchers/:number/cancel": because,
	"POST /requests": {"unit": "SOUTH", "category": "radio", "quantity": 1, "purpose": "x"}, "POST /requests/new": {"unit": "SOUTH", "category": "radio", "quantity": "1", "purpose": "x"},
	"POST /requests/:number/decline": because, "POST /requests/:number/close": because,
	"POST /titles": {"to": "AGENCY", "on": "2026-03-31", "document": "x", "tags": []any{"=asset"}, "lots": []any{"=lot"}}, "POST /titles/new": {"to": "AGENCY", "on": "2026-03-31", "document": "x", "tags": "=asset"},
	"POST /losses": {"tag": "=asset", "kind": "theft", "on": "2026-03-31", "where": "x", "what": "x"}, "POST /losses/new": {"tag": "=asset", "kind": "theft", "on": "2026-03-31", "where": "x", "what": "x"},
	"POST /losses/:number/waive": because, "POST /writeoffs": {"tag": "=asset", "ground": "obsolete", "why": "x"}, "POST /writeoffs/new": {"tag": "=asset", "ground": "obsolete", "why": "x"},
	"POST /writeoffs/:number/decline": because, "POST /writeoffs/:number/withdraw": because,
	"POST /visits": {"name": "x", "scope": body{"unit": "SOUTH", "donor": "=donor"}, "on": "2026-04-30"}, "POST /visits/new": {"name": "x", "unit": "SOUTH", "donor": "=donor", "on": "2026-04-30"}, "POST /visits/:number/cancel": because, "POST /visits/checklists": {},
	"POST /reports/made":               {"kind": "register", "format": "csv", "donor": "=donor"},
	"POST /public-reports/:id/dismiss": {"remark": "x"}, "POST /workshop/:number/dismiss": because, "POST /workshop/:number/wait": {"waiting_for": "x"},
	// stock and stocktakes
	"POST /stock": {}, "POST /lots": {"item": "kit", "number": "7", "expiry": "2027-01-31", "unit": "SOUTH-STORE", "quantity": 1}, "POST /lots/labels": {"tags": []any{"=lot"}}, "POST /stock/labels": {"tags": "=lot"},
	"POST /lots/:code/receive": {"unit": "SOUTH-STORE", "quantity": 1}, "POST /lots/:code/consume": {"unit": "SOUTH-STORE", "quantity": 1, "purpose": "x"}, "POST /lots/:code/adjust": ofUnit, "POST /lots/:code/dispose": ofUnit,
	"POST /stocktakes": south, "POST /stocktakes/preview": south, "POST /stocktakes/new": {"name": "x", "deadline": "2026-04-30", "unit": "SOUTH"},
	// people, places, training
	"POST /people": {"code": "x", "name": "x", "unit": "SOUTH"}, "POST /people/new": {"code": "x", "name": "x", "unit": "SOUTH"}, "POST /courses": {}, "POST /courses/demands": {},
	"POST /people/:code/training/:id/withdraw": because, "POST /training/:id/withdraw": because, "POST /people/:code/training": {"course": "voice", "trainer": "x", "on": "2026-01-10"},
	"POST /units": {}, "POST /categories": {}, "POST /donors": {}, "POST /donors/:code": {}, "POST /grants": {},
	"POST /api/v1/report-schedules": {"for": "x", "to": []any{"a@example.org"}, "kind": "register", "grant": "B-2026", "every": "month"}, "POST /report-schedules/new": {"for": "x", "to": "a@example.org", "kind": "register", "grant": "B-2026", "every": "month", "on": "5", "format": "pdf"},
	"POST /report-schedules/:id": {"for": "x", "to": "a@example.org", "every": "month", "on": "5", "format": "pdf"}, "PATCH /report-schedules/:id": {},
	"POST /shares": link, "POST /shares/new": link,
	"POST /webhooks": {}, "POST /notices/webhooks/new": {},
}

type body = map[string]any

var (
	southern = body{"name": "x", "category": "radio", "unit": "SOUTH-STORE", "custodian": "=person", "grant": "=grant"}
	south    = body{"name": "x", "deadline": "2026-04-30", "scope": body{"unit": "SOUTH"}}
	link     = body{"for": "x", "kind": "register", "grant": "B-2026", "report": "=report"}
	because  = body{"reason": "x"}
	ofUnit   = body{"unit": "SOUTH-STORE", "quantity": 1, "reason": "x"}
	signed   = body{"signature": body{"name": "x", "drawing": booktest.Drawing}}
	sheet    = body{"raw": "Tag,Name,Category,Unit\n,x,radio,SOUTH-STORE\n", "type": "text/csv"}
	paper    = body{"raw": "a text", "type": "text/plain"}
)

// onlyLeads are pages that look nothing up: they lead to another.
var onlyLeads = []string{"GET /t/:tag", "GET /l/:code"}

// given are writes that are answered although they name what is foreign, without any of it.
var given = []string{"POST /api/v1/second-factor/app/offer", "POST /me/second-factor/offer", "POST /me/second-factor/passkeys/options"}

// bodies returns the body for an address.
func (w *walk) bodies(a address) (map[string]any, bool) {
	body, written := naming[a.method+" "+a.bare()]
	if a.isAPI() {
		if own, ok := naming[a.String()]; ok {
			body, written = own, ok
		}
	}
	return w.named(body).(map[string]any), written
}

func (w *walk) named(value any) any {
	switch value := value.(type) {
	case string:
		if id := w.e.IDs[strings.TrimPrefix(value, "=")]; id != "" && strings.HasPrefix(value, "=") {
			return id
		}
	case []any:
		list := make([]any, len(value))
		for i, one := range value {
			list[i] = w.named(one)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, one := range value {
			object[name] = w.named(one)
		}
		return object
	}
	return value
}
