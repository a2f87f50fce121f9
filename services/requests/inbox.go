package requests

import (
	"context"
	"slices"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Waiting is something that waits for somebody.
type Waiting struct {
	For      string          `json:"for"`    // accept, dispatch, approve, fulfil, inquire, appoint, decide, strike_off, visit, finish, answer, judge, confirm
	Number   string          `json:"number"` // of the voucher, request, loss, write-off, visit or finding; the ID of a report
	Kind     string          `json:"kind"`   // voucher, request, loss, writeoff, visit, finding or report
	What     string          `json:"what"`
	Says     models.Text     `json:"-"`    // of which What is the English
	Unit     string          `json:"unit"` // that waits, or that sends
	Since    models.Time     `json:"since"`
	Priority models.Priority `json:"priority,omitempty"`
	NeededBy models.Day      `json:"needed_by,omitempty"`
}

// Task says what is to be done.
func (w Waiting) Task() models.Text { return tasks[w.For] }

var tasks = map[string]models.Text{
	"accept": models.Say("to accept or refuse"), "dispatch": models.Say("to dispatch"), "approve": models.Say("to decide"), "fulfil": models.Say("to fulfil"),
	"inquire": models.Say("to inquire into"), "appoint": models.Say("to appoint an officer for"), "decide": models.Say("to decide"), "strike_off": models.Say("to strike off charge"),
	"visit": models.Say("visit to make"), "finish": models.Say("visit to finish"), "answer": models.Say("finding to answer"), "judge": models.Say("answer to look at"),
	"confirm": models.Say("report from the public"),
}

// Page is where people look at it.
func (w Waiting) Page() string {
	switch w.Kind {
	case "loss":
		return "/losses/" + w.Number
	case "finding":
		return "/visit-findings/" + w.Number
	case "report":
		return "/public-reports#" + w.Number
	}
	return "/" + w.Kind + "s/" + w.Number
}

// Inbox is what waits for one person: the first of each sort, and whether there
// are more.
type Inbox struct {
	Count int       `json:"count"` // of the items listed
	More  bool      `json:"more,omitempty"`
	Items []Waiting `json:"items"`
}

// mostWaiting is how many of each sort are listed.
const mostWaiting = 100

// Inbox lists what waits for the caller: vouchers to accept, their own drafts,
// requests to decide on and to fulfil, losses and write-offs, visits, reports of
// faults and finds.
func (s *Service) Inbox(ctx context.Context) (*Inbox, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	inbox := &Inbox{Items: []Waiting{}}
	for _, sort := range []func(context.Context, *models.Person) ([]Waiting, error){s.toAccept, s.toDispatch, s.toDecide, s.toFulfil, s.toDispose, s.toVisit, s.toConfirm} {
		some, err := sort(ctx, caller)
		if err != nil {
			return nil, err
		}
		if len(some) > mostWaiting {
			some, inbox.More = some[:mostWaiting], true
		}
		inbox.Items = append(inbox.Items, some...)
	}
	inbox.Count = len(inbox.Items)
	for i := range inbox.Items {
		inbox.Items[i].What = inbox.Items[i].Says.String()
	}
	return inbox, nil
}

// firstOf reads the documents of a query that keep takes, until there is one more
// than is listed.
func firstOf[T any](ctx context.Context, from store.Store, q store.Query, keep func(*T) bool) ([]*T, error) {
	q.Limit = mostWaiting + 1
	var kept []*T
	for {
		records, err := from.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			doc, err := store.Decode[T](record)
			if err != nil {
				return nil, err
			}
			if keep(doc) {
				kept = append(kept, doc)
			}
		}
		if len(records) < q.Limit || len(kept) >= q.Limit {
			return kept, nil
		}
		q.After = records[len(records)-1].Place
	}
}

func (s *Service) toAccept(ctx context.Context, caller *models.Person) ([]Waiting, error) {
	underway := store.Is("state", string(models.Underway))
	queries := []store.Query{{In: store.Vouchers, By: "receiver", Where: []store.Cond{store.Is("receiver", caller.Code), underway}}}
	switch {
	case caller.Role == models.Auditor || !access.May(caller.Role, access.Receive):
	case access.Everywhere(caller): // an administrator of the whole sees all, and is waited for by nobody in particular
	default:
		queries = append(queries, store.Query{In: store.Vouchers, By: "to_state", Where: []store.Cond{store.Is("to_units", caller.Scope), underway}})
	}
	var list []Waiting
	for _, q := range queries {
		vouchers, err := firstOf(ctx, s.Book.Store, q, func(v *models.Voucher) bool {
			own := v.Outgoing != nil && v.Outgoing.TakenBy == caller.Code && v.Receiver != caller.Code // who sent it waits for others
			return !own && s.Custody.MayReceive(ctx, caller, v) && !slices.ContainsFunc(list, func(w Waiting) bool { return w.Number == v.Number })
		})
		if err != nil {
			return nil, err
		}
		for _, v := range vouchers {
			list = append(list, voucherWaits("accept", v, v.From))
		}
	}
	return list, nil
}

func voucherWaits(what string, v *models.Voucher, unit string) Waiting {
	return Waiting{For: what, Number: v.Number, Kind: "voucher", Says: Summary(v), Unit: unit, Since: v.UpdatedAt}
}

// Summary says in a few words what is on a voucher.
func Summary(v *models.Voucher) models.Text {
	if len(v.Lines) == 0 {
		return models.Say(v.Kind.Words())
	}
	first := v.Lines[0]
	text := models.Say("%v × %v", first.Quantity, first.Name)
	if first.Tag != "" {
		text = models.Say("%v %v", first.Name, first.Tag)
	}
	if more := len(v.Lines) - 1; more > 0 {
		text = models.Say("%v and %v more", text, more)
	}
	return text
}

// toDispatch lists the drafts that the caller raised.
func (s *Service) toDispatch(ctx context.Context, caller *models.Person) ([]Waiting, error) {
	if !access.May(caller.Role, access.Move) {
		return nil, nil
	}
	vouchers, err := store.Find[models.Voucher](ctx, s.Book.Store, store.Query{In: store.Vouchers, By: "raised_by",
		Where: []store.Cond{store.Is("raised_by", caller.Code), store.Is("state", string(models.Draft))}, Limit: mostWaiting + 1})
	list := make([]Waiting, len(vouchers))
	for i, v := range vouchers {
		list[i] = voucherWaits("dispatch", v, v.To)
	}
	return list, err
}

func (s *Service) toDecide(ctx context.Context, caller *models.Person) ([]Waiting, error) {
	return s.requestsWaiting(ctx, caller, "approve", models.Submitted, MayDecide)
}

func (s *Service) toFulfil(ctx context.Context, caller *models.Person) ([]Waiting, error) {
	if !access.May(caller.Role, access.Move) || access.Everywhere(caller) {
		return nil, nil
	}
	return s.requestsWaiting(ctx, caller, "fulfil", models.Approved,
		func(_ *models.Person, r *models.Request) bool { return r.Remaining() > 0 })
}

// requestsWaiting lists requests that the caller reaches, most urgent first.
func (s *Service) requestsWaiting(ctx context.Context, caller *models.Person, what string, state models.RequestState, which func(*models.Person, *models.Request) bool) ([]Waiting, error) {
	reach, err := s.Custody.Reach(ctx, caller)
	if err != nil {
		return nil, err
	}
	q, err := s.query(ctx, reach, Filter{State: string(state)})
	if err != nil || q == nil {
		return nil, err
	}
	requests, err := firstOf(ctx, s.Book.Store, *q, func(r *models.Request) bool { return which(caller, r) })
	if err != nil {
		return nil, err
	}
	list := make([]Waiting, len(requests))
	for i, r := range requests {
		quantity := r.Quantity
		if r.Waits() {
			quantity = r.Remaining()
		}
		list[i] = Waiting{For: what, Number: r.Number, Kind: "request", Says: models.Say("%v × %v", quantity, r.What), Unit: r.Unit,
			Since: r.UpdatedAt, Priority: r.Priority, NeededBy: r.NeededBy}
	}
	return list, nil
}

// Holder says who has the request now, in words.
func Holder(r *models.Request) models.Text {
	switch {
	case r.State == models.Submitted:
		return models.Say("waits for a %v to decide", r.Approver)
	case r.Waits() && r.Remaining() > 0:
		return models.Say("waits for a storekeeper to make a voucher")
	case r.Waits():
		for _, f := range r.Fulfilment {
			if f.State == models.Draft {
				return models.Say("voucher %v waits to be dispatched", f.Voucher)
			}
		}
		return models.Say("on its way; the receiver accepts it")
	}
	return models.Text{}
}
