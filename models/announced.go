package models

// Announced is a kind of event of which webhooks can be told.
type Announced struct {
	Kind string `json:"kind"`
	Says string `json:"says"` // in words
}

// Announcements lists the kinds of event that webhooks can be told of, in the order
// that pages show them.
var Announcements = []Announced{
	{"flag.opened", "a matter that somebody must look at"},
	{"flag.reopened", "a matter that was settled has come back"},
	{"flag.rose", "a matter has risen to the unit above by its age"},
	{"flag.acknowledged", "somebody has looked at a matter"},
	{"flag.closed", "a matter that is settled"},
	{"voucher.drafted", "a voucher was drafted"},
	{"voucher.dispatched", "a voucher was signed and dispatched"},
	{"voucher.accepted", "what a voucher carries was accepted, in whole or part"},
	{"voucher.refused", "what a voucher carries was refused"},
	{"voucher.cancelled", "a voucher was cancelled"},
	{"request.submitted", "somebody asks for equipment"},
	{"request.approved", "a request was approved, in whole or part"},
	{"request.declined", "a request was declined"},
	{"request.closed", "a request was withdrawn or ended"},
	{"stocktake.opened", "a stocktake was opened"},
	{"stocktake.closed", "a stocktake was closed and signed"},
	{"share.made", "a donor was given a link"},
	{"share.opened", "a donor's link was opened"},
	{"share.withdrawn", "a donor's link was withdrawn"},
	{"service.recorded", "an item was serviced"},
	{"asset.taken_on_charge", "an item was taken on charge"},
	{"asset.issued", "an item was issued"},
	{"asset.returned", "an item came back to store"},
	{"asset.transferred", "an item was transferred"},
	{"asset.handed_over", "an item was handed over by its donor"},
	{"asset.lent", "an item was lent"},
	{"asset.changed", "what is recorded of an item was changed"},
	{"lot.received", "stock came in"},
}
