package web

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// happening is an event as the timeline tells it.
type happening struct {
	models.Event
	What    models.Text
	Who     string
	Sign    string // the class that gives it its colour
	Details []fact
}

var tellings = map[string]struct {
	what models.Text
	sign string
}{
	"asset.taken_on_charge":    {say("Taken on charge"), "start"},
	"asset.issued":             {say("Issued"), "out"},
	"asset.returned":           {say("Returned to store"), "in"},
	"asset.transferred":        {say("Transferred"), "move"},
	"asset.dispatched":         {say("Dispatched"), "move"},
	"asset.handed_over":        {say("Handed over by the donor"), "in"},
	"asset.lent":               {say("Lent"), "out"},
	"asset.taken_over":         {say("Taken over"), "out"},
	"asset.not_accepted":       {say("Not accepted; back where it was"), "in"},
	"asset.dispatch_cancelled": {say("Called back"), "in"},
	"asset.succeeded":          {say("Another answers for it"), "edit"},
	"asset.seen":               {say("Scanned"), "in"},
	"asset.sighted":            {say("Counted in a stocktake"), "in"},
	"stocktake.opening":        {say("List begun"), "start"},
	"stocktake.opened":         {say("Opened"), "start"},
	"stocktake.more_seen":      {say("Something was seen that is not on the list"), "edit"},
	"stocktake.recount_asked":  {say("To be counted again"), "edit"},
	"stocktake.closing":        {say("Counting ended"), "edit"},
	"stocktake.closed":         {say("Closed"), "in"},
	"asset.kit_set":            {say("Kit recorded"), "edit"},
	"asset.joined_kit":         {say("Made part of a kit"), "edit"},
	"asset.left_kit":           {say("Taken out of its kit"), "edit"},
	"voucher.drafted":          {say("Drafted"), "start"},
	"voucher.revised":          {say("Draft changed"), "edit"},
	"voucher.dispatched":       {say("Dispatched"), "move"},
	"voucher.accepted":         {say("Received"), "in"},
	"voucher.refused":          {say("Refused"), "out"},
	"voucher.cancelled":        {say("Cancelled"), "out"},
	"webhook.added":            {say("Added"), "start"},
	"webhook.changed":          {say("Changed"), "edit"},
	"webhook.failing":          {say("Began to fail"), "out"},
	"webhook.recovered":        {say("Works again"), "in"},
	"webhook.switched_off":     {say("Switched off by the program"), "out"},
	"report_schedule.added":    {say("Set up"), "start"},
	"report_schedule.changed":  {say("Changed"), "edit"},
	"report_schedule.sent":     {say("Put into the outbox"), "move"},
	"report_schedule.failed":   {say("Could not be made"), "out"},
	"share.made":               {say("Given"), "start"},
	"share.opened":             {say("Opened"), "in"},
	"share.withdrawn":          {say("Withdrawn"), "out"},
	"request.submitted":        {say("Asked for"), "start"},
	"request.approved":         {say("Approved"), "in"},
	"request.declined":         {say("Declined"), "out"},
	"request.followed":         {say("Voucher"), "move"},
	"request.closed":           {say("Closed"), "out"},
	"flag.opened":              {say("Found"), "start"},
	"flag.reopened":            {say("Found again"), "start"},
	"flag.followed":            {say("Changed"), "edit"},
	"flag.rose":                {say("Rose to the unit above"), "move"},
	"flag.acknowledged":        {say("Looked at"), "edit"},
	"flag.closed":              {say("Closed"), "in"},
	"asset.serviced":           {say("Serviced"), "edit"},
	"asset.meter_read":         {say("Meter read"), "edit"},
	"asset.care_planned":       {say("Due day worked out anew"), "edit"},
	"asset.entered_workshop":   {say("Put into the workshop"), "out"},
	"asset.unserviceable":      {say("Reported as unusable"), "out"},
	"asset.serviceable":        {say("Usable after all"), "in"},
	"asset.left_workshop":      {say("Out of the workshop"), "in"},
	"repair.reported":          {say("Reported"), "start"},
	"repair.confirmed":         {say("Confirmed"), "in"},
	"repair.waits":             {say("Waits for parts"), "move"},
	"repair.started":           {say("Work began"), "move"},
	"repair.noted":             {say("Noted"), "edit"},
	"repair.finished":          {say("Mended"), "in"},
	"repair.dismissed":         {say("Dismissed"), "out"},
	"asset.missing":            {say("Reported missing"), "out"},
	"asset.damaged":            {say("Damage reported"), "out"},
	"asset.found":              {say("Found again"), "in"},
	"asset.repaired":           {say("Repaired after damage"), "in"},
	"asset.loss_closed":        {say("Loss closed"), "in"},
	"asset.kit_incomplete":     {say("A part of the kit is missing"), "out"},
	"asset.kit_complete":       {say("The part of the kit is back"), "in"},
	"asset.write_off_proposed": {say("Proposed to be written off"), "edit"},
	"asset.write_off_approved": {say("Write-off decided"), "edit"},
	"asset.write_off_dropped":  {say("Not written off"), "in"},
	"asset.struck_off":         {say("Struck off charge"), "out"},
	"asset.title_passed":       {say("Title passed"), "edit"},
	"asset.recipient_proposed": {say("Recipient proposed"), "edit"},
	"loss.reported":            {say("Reported"), "start"},
	"loss.officer_appointed":   {say("Officer appointed"), "edit"},
	"loss.inquiry_waived":      {say("Inquiry waived"), "edit"},
	"loss.findings":            {say("Findings of the inquiry"), "edit"},
	"loss.decided":             {say("Decided"), "move"},
	"loss.found":               {say("Found again"), "in"},
	"loss.repaired":            {say("Repaired"), "in"},
	"loss.recovered":           {say("Recovered"), "in"},
	"loss.struck_off":          {say("Struck off charge"), "out"},
	"loss.file_added":          {say("File attached"), "edit"},
	"write_off.proposed":       {say("Proposed"), "start"},
	"write_off.ordered":        {say("Ordered by the decision on a loss"), "start"},
	"write_off.approved":       {say("Approved"), "in"},
	"write_off.declined":       {say("Declined"), "out"},
	"write_off.withdrawn":      {say("Withdrawn"), "out"},
	"write_off.consent":        {say("Donor consented"), "in"},
	"write_off.struck_off":     {say("Struck off charge"), "out"},
	"write_off.file_added":     {say("File attached"), "edit"},
	"title.recorded":           {say("Recorded"), "start"},
	"title.file_added":         {say("File attached"), "edit"},
	"grant.closed":             {say("Closed"), "in"},
	"asset.visited":            {say("Seen on an end-use visit"), "in"},
	"visit.planned":            {say("Planned"), "start"},
	"visit.postponed":          {say("Planned for another day"), "edit"},
	"visit.begun":              {say("Begun"), "move"},
	"visit.item_seen":          {say("Result of an item entered"), "edit"},
	"visit.checked":            {say("Checklist answered"), "edit"},
	"visit.finding_raised":     {say("Finding raised"), "out"},
	"visit.made":               {say("Signed"), "in"},
	"visit.cancelled":          {say("Cancelled"), "out"},
	"asset.changed":            {say("Record changed"), "edit"},
	"asset.retagged":           {say("Given a new tag"), "edit"},
	"asset.file_added":         {say("File attached"), "edit"},
	"asset.file_removed":       {say("File taken away"), "edit"},
}

// fieldNames are the names of fields in the timeline; those without one are told
// as they are, those with "" follow from others and are not told.
var fieldNames = map[string]models.Text{
	"inquiry": {}, "decision": {}, "waived": {}, "recovered": {}, "repaired": {}, "found": {}, "consent": {}, "struck": {}, "noted": {}, "demands": {}, "disposal": {}, "issued": {}, "authority": {}, // of losses and write-offs
	"begun_at": {}, "made_at": {}, "checklist": {}, "extras": {}, "findings": {}, "sample": {}, "on": say("Planned for"), "impact": {},
	"write_off": say("Write-off"), "loss": say("Loss"), "recipient": say("Proposed recipient"), "method": {},
	"failing_since": {}, "off": say("Off"), "url": say("Address"), "events": say("Told of"),
	"parts": {}, "photos": {}, "ended_at": {}, "service": {}, "mechanic": say("Mended by"), "waiting_for": say("Waits for"), // of jobs in the workshop
	"id": {}, "tag": say("Tag"), "number": {}, "path": {}, "status": {}, "issued_at": {}, "issued_from": {}, "last_seen_at": {}, "last_seen_by": {}, "last_seen_in": say("Seen in"), "closing_at": {}, "closed_at": {}, "opened_at": {}, "opened_by": {}, "signed_by": {}, "digest": {}, "result": {}, "within": {}, "payers": {}, "units": {}, "expected": say("Expected"), "stored_at": {}, "voucher": {}, "owner_path": {}, "kit": {}, "care": {}, "workshop": {}, "contents": {}, "files": {}, "origin": {},
	"owner": say("On charge of"), "title": say("Title"), "lines": {}, "outgoing": {}, "incoming": {}, "from_path": {}, "to_path": {}, "raised_at": {}, "raised_by": {}, "series": {}, "serial_no": {},
	"decided_at": {}, "decided_by": {}, "urgency": {}, "fulfilment": {}, "requested_at": {}, "requested_by": {}, "approver": {}, "remarks": {}, "reason": {}, "state": say("State"), "approved": say("Approved"),
	"acknowledged": {}, "mark": {}, "level": {}, "raised_to": say("Raised to"), "rises_on": {}, "times": {}, "outcome": {}, "also": {}, "detail": {}, "ref": {}, "what": {}, "kind": {}, "subject": {}, "since": say("Since"),
	"unit": say("Unit"), "custodian": say("Custodian"), "due_back": say("Due back"), "condition": say("Condition"), "name": say("Name"), "category": say("Category"),
	"make": say("Make"), "model": say("Model"), "serial": say("Serial number"), "aliases": say("Other tags"), "location": say("Room or shelf"), "donor": say("Donor"),
	"grant": say("Grant"), "supplier": say("Supplier"), "order": say("Purchase order"), "share": say("Share of the cost"), "invoice": say("Invoice"), "value": say("Value"), "use": say("Use"), "use_verified_on": say("Use verified on"),
	"insurance": say("Insurance"), "insured_to": say("Insured until"), "acquired_on": say("Acquired on"), "warranty_to": say("Warranty until"), "cost": say("Cost"), "note": say("Note"),
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
		if t.what.Format == "" {
			t.what = say(e.Kind)
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
		if known && name.Format == "" || strings.HasSuffix(field, "_said") {
			continue
		}
		if !known {
			name = say(words.UpperFirst(strings.ReplaceAll(strings.TrimPrefix(field, "fields."), "_", " ")))
		}
		before, after := told(field, changes[field].Before), told(field, changes[field].After)
		switch {
		case before == nil && after == nil:
		case before == nil:
			facts = append(facts, fact{name, after})
		case after == nil:
			facts = append(facts, fact{name, say("was %v", before)})
		default:
			facts = append(facts, fact{name, say("%v → %v", before, after)})
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

// told writes the JSON value of a field as people do; nil is none.
func told(field string, raw json.RawMessage) any {
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return nil
	}
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		switch {
		case v == "":
			return nil
		case len(v) == len("2026-03-31") && models.Day(v).Valid():
			return models.Day(v)
		case field == "condition":
			return models.Condition(v)
		case field == "state":
			return say(strings.ReplaceAll(v, "_", " "))
		}
		return v
	case bool:
		if v {
			return say("yes")
		}
		return say("no")
	case []any:
		if len(v) == 0 {
			return nil
		}
		parts := make(words.List, len(v))
		for i, each := range v {
			one, _ := json.Marshal(each)
			parts[i] = told(field, one)
		}
		return parts
	case map[string]any:
		if amount, ok := v["amount"].(string); ok {
			currency, _ := v["currency"].(string)
			return models.Money{Amount: amount, Currency: currency}
		}
	}
	return string(raw)
}
