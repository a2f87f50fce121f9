package web

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
)

// happening is an event as the timeline tells it.
type happening struct {
	models.Event
	What    string
	Who     string
	Sign    string // the class that gives it its colour
	Details []fact
}

var tellings = map[string]struct{ what, sign string }{
	"asset.taken_on_charge":    {"Taken on charge", "start"},
	"asset.issued":             {"Issued", "out"},
	"asset.returned":           {"Returned to store", "in"},
	"asset.transferred":        {"Transferred", "move"},
	"asset.dispatched":         {"Dispatched", "move"},
	"asset.handed_over":        {"Handed over by the donor", "in"},
	"asset.lent":               {"Lent", "out"},
	"asset.taken_over":         {"Taken over", "out"},
	"asset.not_accepted":       {"Not accepted; back where it was", "in"},
	"asset.dispatch_cancelled": {"Called back", "in"},
	"asset.succeeded":          {"Another answers for it", "edit"},
	"asset.seen":               {"Scanned", "in"},
	"asset.sighted":            {"Counted in a stocktake", "in"},
	"stocktake.opening":        {"List begun", "start"},
	"stocktake.opened":         {"Opened", "start"},
	"stocktake.closing":        {"Counting ended", "edit"},
	"stocktake.closed":         {"Closed", "in"},
	"asset.kit_set":            {"Kit recorded", "edit"},
	"asset.joined_kit":         {"Made part of a kit", "edit"},
	"asset.left_kit":           {"Taken out of its kit", "edit"},
	"voucher.drafted":          {"Drafted", "start"},
	"voucher.revised":          {"Draft changed", "edit"},
	"voucher.dispatched":       {"Dispatched", "move"},
	"voucher.accepted":         {"Received", "in"},
	"voucher.refused":          {"Refused", "out"},
	"voucher.cancelled":        {"Cancelled", "out"},
	"webhook.added":            {"Added", "start"},
	"webhook.changed":          {"Changed", "edit"},
	"webhook.failing":          {"Began to fail", "out"},
	"webhook.recovered":        {"Works again", "in"},
	"webhook.switched_off":     {"Switched off by the program", "out"},
	"request.submitted":        {"Asked for", "start"},
	"request.approved":         {"Approved", "in"},
	"request.declined":         {"Declined", "out"},
	"request.followed":         {"Voucher", "move"},
	"request.closed":           {"Closed", "out"},
	"flag.opened":              {"Found", "start"},
	"flag.reopened":            {"Found again", "start"},
	"flag.followed":            {"Changed", "edit"},
	"flag.rose":                {"Rose to the unit above", "move"},
	"flag.acknowledged":        {"Looked at", "edit"},
	"flag.closed":              {"Closed", "in"},
	"asset.serviced":           {"Serviced", "edit"},
	"asset.meter_read":         {"Meter read", "edit"},
	"asset.care_planned":       {"Due day worked out anew", "edit"},
	"asset.entered_workshop":   {"Put into the workshop", "out"},
	"asset.left_workshop":      {"Out of the workshop", "in"},
	"repair.reported":          {"Reported", "start"},
	"repair.confirmed":         {"Confirmed", "in"},
	"repair.waits":             {"Waits for parts", "move"},
	"repair.started":           {"Work began", "move"},
	"repair.noted":             {"Noted", "edit"},
	"repair.finished":          {"Mended", "in"},
	"repair.dismissed":         {"Dismissed", "out"},
	"asset.missing":            {"Reported missing", "out"},
	"asset.damaged":            {"Damage reported", "out"},
	"asset.found":              {"Found again", "in"},
	"asset.repaired":           {"Repaired after damage", "in"},
	"asset.loss_closed":        {"Loss closed", "in"},
	"asset.kit_incomplete":     {"A part of the kit is missing", "out"},
	"asset.kit_complete":       {"The part of the kit is back", "in"},
	"asset.write_off_proposed": {"Proposed to be written off", "edit"},
	"asset.write_off_approved": {"Write-off decided", "edit"},
	"asset.write_off_dropped":  {"Not written off", "in"},
	"asset.struck_off":         {"Struck off charge", "out"},
	"asset.title_passed":       {"Title passed", "edit"},
	"asset.recipient_proposed": {"Recipient proposed", "edit"},
	"loss.reported":            {"Reported", "start"},
	"loss.officer_appointed":   {"Officer appointed", "edit"},
	"loss.inquiry_waived":      {"Inquiry waived", "edit"},
	"loss.findings":            {"Findings of the inquiry", "edit"},
	"loss.decided":             {"Decided", "move"},
	"loss.found":               {"Found again", "in"},
	"loss.repaired":            {"Repaired", "in"},
	"loss.recovered":           {"Recovered", "in"},
	"loss.struck_off":          {"Struck off charge", "out"},
	"loss.file_added":          {"File attached", "edit"},
	"write_off.proposed":       {"Proposed", "start"},
	"write_off.ordered":        {"Ordered by the decision on a loss", "start"},
	"write_off.approved":       {"Approved", "in"},
	"write_off.declined":       {"Declined", "out"},
	"write_off.withdrawn":      {"Withdrawn", "out"},
	"write_off.consent":        {"Donor consented", "in"},
	"write_off.struck_off":     {"Struck off charge", "out"},
	"write_off.file_added":     {"File attached", "edit"},
	"title.recorded":           {"Recorded", "start"},
	"title.file_added":         {"File attached", "edit"},
	"grant.closed":             {"Closed", "in"},
	"asset.visited":            {"Seen on an end-use visit", "in"},
	"visit.planned":            {"Planned", "start"},
	"visit.postponed":          {"Planned for another day", "edit"},
	"visit.begun":              {"Begun", "move"},
	"visit.item_seen":          {"Result of an item entered", "edit"},
	"visit.checked":            {"Checklist answered", "edit"},
	"visit.finding_raised":     {"Finding raised", "out"},
	"visit.made":               {"Signed", "in"},
	"visit.cancelled":          {"Cancelled", "out"},
	"asset.changed":            {"Record changed", "edit"},
	"asset.retagged":           {"Given a new tag", "edit"},
	"asset.file_added":         {"File attached", "edit"},
	"asset.file_removed":       {"File taken away", "edit"},
}

// fieldNames are the names of fields in the timeline; those without one are told
// as they are, those with "" follow from others and are not told.
var fieldNames = map[string]string{
	"inquiry": "", "decision": "", "waived": "", "recovered": "", "repaired": "", "found": "", "consent": "", "struck": "", "noted": "", "demands": "", "disposal": "", "issued": "", "authority": "", // of losses and write-offs
	"begun_at": "", "made_at": "", "checklist": "", "extras": "", "findings": "", "sample": "", "on": "Planned for", "impact": "",
	"write_off": "Write-off", "loss": "Loss", "recipient": "Proposed recipient", "method": "",
	"failing_since": "", "off": "Off", "url": "Address", "events": "Told of",
	"parts": "", "photos": "", "ended_at": "", "service": "", "mechanic": "Mended by", "waiting_for": "Waits for", // of jobs in the workshop
	"id": "", "tag": "Tag", "number": "", "path": "", "status": "", "issued_at": "", "issued_from": "", "last_seen_at": "", "last_seen_by": "", "last_seen_in": "Seen in", "closing_at": "", "closed_at": "", "opened_at": "", "opened_by": "", "signed_by": "", "digest": "", "result": "", "within": "", "payers": "", "units": "", "expected": "Expected", "stored_at": "", "voucher": "", "owner_path": "", "kit": "", "care": "", "workshop": "", "contents": "", "files": "", "origin": "",
	"owner": "On charge of", "title": "Title", "lines": "", "outgoing": "", "incoming": "", "from_path": "", "to_path": "", "raised_at": "", "raised_by": "", "series": "", "serial_no": "",
	"decided_at": "", "decided_by": "", "urgency": "", "fulfilment": "", "requested_at": "", "requested_by": "", "approver": "", "remarks": "", "reason": "", "state": "State", "approved": "Approved",
	"acknowledged": "", "mark": "", "level": "", "raised_to": "Raised to", "rises_on": "", "times": "", "outcome": "", "also": "", "detail": "", "ref": "", "what": "", "kind": "", "subject": "", "since": "Since",
	"unit": "Unit", "custodian": "Custodian", "due_back": "Due back", "condition": "Condition", "name": "Name", "category": "Category",
	"make": "Make", "model": "Model", "serial": "Serial number", "aliases": "Other tags", "location": "Room or shelf", "donor": "Donor",
	"grant": "Grant", "supplier": "Supplier", "order": "Purchase order", "share": "Share of the cost", "invoice": "Invoice", "value": "Value", "use": "Use", "use_verified_on": "Use verified on",
	"insurance": "Insurance", "insured_to": "Insured until", "acquired_on": "Acquired on", "warranty_to": "Warranty until", "cost": "Cost", "note": "Note",
}

var fieldOrder = []string{"unit", "custodian", "due_back", "condition"}

func (w *Web) happenings(ctx context.Context, events []models.Event) ([]happening, error) {
	names := map[string]string{}
	told := make([]happening, len(events))
	for i, e := range events {
		if _, known := names[e.Actor]; !known {
			name, err := w.nameOf(ctx, e.Actor)
			if err != nil {
				return nil, err
			}
			names[e.Actor] = name
		}
		t := tellings[e.Kind]
		if t.what == "" {
			t.what = e.Kind
		}
		told[i] = happening{Event: e, What: t.what, Sign: t.sign, Who: names[e.Actor]}
		if t.sign != "start" {
			told[i].Details = differences(e.Changes)
		}
	}
	return told, nil
}

// nameOf returns a person's rank and name, or the code when there is no such
// person.
func (w *Web) nameOf(ctx context.Context, code string) (string, error) {
	person, err := store.Get[models.Person](ctx, w.Book.Store, store.People, code)
	if errors.Is(err, store.ErrNotFound) {
		return code, nil
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(person.Rank + " " + person.Name), nil
}

func differences(changes map[string]models.Change) []fact {
	var fields []string
	for field := range changes {
		fields = append(fields, field)
	}
	slices.SortFunc(fields, func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var facts []fact
	for _, field := range fields {
		name, known := fieldNames[field]
		if known && name == "" {
			continue
		}
		if !known {
			name = upperFirst(strings.ReplaceAll(strings.TrimPrefix(field, "fields."), "_", " "))
		}
		before, after := told(changes[field].Before), told(changes[field].After)
		switch {
		case before == "" && after == "":
		case before == "":
			facts = append(facts, fact{name, after})
		case after == "":
			facts = append(facts, fact{name, "was " + before})
		default:
			facts = append(facts, fact{name, before + " → " + after})
		}
	}
	return facts
}

func place(field string) int {
	if at := slices.Index(fieldOrder, field); at >= 0 {
		return at
	}
	return len(fieldOrder)
}

// told writes a JSON value as people do.
func told(raw json.RawMessage) string {
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return ""
	}
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		if len(v) == len("2026-03-31") && models.Day(v).Valid() {
			return longDay(models.Day(v))
		}
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		parts := make([]string, len(v))
		for i, each := range v {
			one, _ := json.Marshal(each)
			parts[i] = told(one)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		if amount, ok := v["amount"].(string); ok {
			currency, _ := v["currency"].(string)
			return amount + " " + currency
		}
	}
	return string(raw)
}
