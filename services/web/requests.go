package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/ledger"
	"quartermaster/services/requests"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

func (w *Web) mountRequests(in fiber.Router) {
	in.Get("/requests", w.requests)
	in.Get("/requests/new", w.newRequest)
	in.Post("/requests/new", w.submitRequest)
	in.Get("/requests/:number", w.request)
	in.Post("/requests/:number/approve", w.requestStep("approve", "approved", w.approveRequest))
	in.Post("/requests/:number/decline", w.requestStep("decline", "declined", w.declineRequest))
	in.Post("/requests/:number/close", w.requestStep("close", "closed", w.closeRequest))
	in.Post("/requests/:number/fulfil", w.requestStep("fulfil", "drafted", w.fulfilRequest))
}

type homePage struct {
	Inbox  *requests.Inbox
	Sorts  []waitingSort
	Glance *glance
	Guide  *guide // through the first days; nil when it is not shown

	Counting []*models.Stocktake // of which the caller is an officer
}

type waitingSort struct {
	Heading models.Text
	More    string // where all of the sort are listed
	Items   []requests.Waiting
}

var waitingHeadings = []struct {
	what    string
	heading models.Text
	more    string
}{
	{"accept", say("To accept or refuse"), "/vouchers?state=dispatched"}, {"approve", say("To decide"), "/requests?state=submitted"},
	{"fulfil", say("To fulfil"), "/requests?state=approved"}, {"dispatch", say("Your drafts"), "/vouchers?state=draft"},
	{"inquire", say("To inquire into"), "/losses?state=inquiry"}, {"appoint", say("To appoint an officer for"), "/losses?state=reported"}, {"decide", say("Losses and write-offs to decide"), "/losses?state=to_decide"},
	{"strike_off", say("To strike off charge"), "/writeoffs?state=approved"},
	{"visit", say("Visits to make"), "/visits?state=planned"}, {"finish", say("Visits to finish"), "/visits?state=under_way"},
	{"answer", say("Findings to answer"), "/visit-findings?state=open"}, {"judge", say("Answers to look at"), "/visit-findings?state=answered"},
	{"confirm", say("Reports from the public"), "/public-reports"},
}

// home is the first page: what waits for whoever signed in, and what they do most.
func (w *Web) home(c *fiber.Ctx) error {
	inbox, err := w.Requests.Inbox(c.UserContext())
	if err != nil {
		return err
	}
	p := homePage{Inbox: inbox}
	for _, h := range waitingHeadings {
		sort := waitingSort{Heading: h.heading, More: h.more}
		for _, item := range inbox.Items {
			if item.For == h.what {
				sort.Items = append(sort.Items, item)
			}
		}
		if len(sort.Items) > 0 {
			p.Sorts = append(p.Sorts, sort)
		}
	}
	if p.Counting, err = w.Stocktakes.Counting(c.UserContext()); err != nil {
		return err
	}
	if p.Glance, err = w.glance(c.UserContext(), speaks(c)); err != nil {
		return err
	}
	g, err := w.Starting.For(c.UserContext())
	if err != nil {
		return err
	}
	if g.Shown() {
		p.Guide = guideOf(g)
	}
	return w.render(c, fiber.StatusOK, "home", view{Title: say("Waiting for you"), Here: "home", Live: "home", Data: p})
}

type requestsPage struct {
	Filter   requests.Filter
	States   []option
	Units    []option
	Requests []requestRow
	Query    url.Values
	Next     string
	First    bool
}

type requestRow struct {
	*models.Request
	Holder any
	Here   any // what the caller has in store of it
}

func (w *Web) requests(c *fiber.Ctx) error {
	f, err := api.RequestFilter(c)
	if err != nil {
		return err
	}
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := requestsPage{Filter: f, States: choose(requestStateOptions, f.State), Units: choose(ch.Units, f.Unit), Query: queryOf(c), First: c.Query("cursor") == ""}
	v := view{Title: say("Requests"), Here: "requests", Data: &p}
	list, err := w.Requests.List(c.UserContext(), f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		refusal, ok := shown(err)
		if !ok {
			return err
		}
		v.Refusal = refusal
		return w.render(c, fiber.StatusUnprocessableEntity, "requests", v)
	}
	p.Next = list.Next
	var open []*models.Request
	for _, record := range list.Records {
		r, err := store.Decode[models.Request](record)
		if err != nil {
			return err
		}
		open = append(open, r)
	}
	here, err := w.Requests.Here(c.UserContext(), open)
	if err != nil {
		return err
	}
	for _, r := range open {
		row := requestRow{Request: r, Holder: orNothing(requests.Holder(r))}
		if n, counted := here[r.Number]; counted {
			row.Here = say("%v in store with you", n)
		}
		p.Requests = append(p.Requests, row)
	}
	return w.render(c, fiber.StatusOK, "requests", v)
}

var requestStateOptions = func() []option {
	var options []option
	for _, s := range models.RequestStates {
		options = append(options, option{Value: string(s), Label: words.Capital{Of: s}})
	}
	return options
}()

type requestForm struct {
	Units, Categories, Items, Priorities []option
	Form                                 map[string]string
}

func (w *Web) newRequest(c *fiber.Ctx) error {
	form := map[string]string{}
	for key, values := range queryOf(c) {
		form[key] = values[0]
	}
	return w.requestForm(c, fiber.StatusOK, form, nil)
}

func (w *Web) requestForm(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	items, err := everything[models.StockItem](c.UserContext(), w.Stock.Items)
	if err != nil {
		return err
	}
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	if form["unit"] == "" {
		form["unit"] = caller.Unit
	}
	f := requestForm{Units: choose(ch.Units, form["unit"]), Categories: choose(ch.Categories, form["category"]), Form: form}
	for _, i := range items {
		f.Items = append(f.Items, option{Value: i.Code, Label: say("%v, by the %v", i.Name, i.Measure), Chosen: i.Code == form["item"]})
	}
	for _, p := range []models.Priority{"routine", "urgent", "immediate"} {
		f.Priorities = append(f.Priorities, option{Value: string(p), Label: words.Capital{Of: p}, Chosen: string(p) == form["priority"]})
	}
	return w.render(c, status, "request-form", view{Title: say("Ask for equipment"), Here: "requests", Refusal: refusal, Data: f})
}

func (w *Web) submitRequest(c *fiber.Ctx) error {
	form := formOf(c)
	to := "/requests"
	err := w.act(c, func(c *fiber.Ctx) error {
		quantity, err := models.ParseQuantity(form["quantity"])
		if err != nil {
			return err
		}
		r, err := w.Requests.Submit(c.UserContext(), requests.NewRequest{Unit: form["unit"], Category: form["category"], Make: strings.TrimSpace(form["make"]), Model: strings.TrimSpace(form["model"]),
			Item: form["item"], Quantity: quantity, Purpose: strings.TrimSpace(form["purpose"]), Priority: models.Priority(form["priority"]), NeededBy: models.Day(form["needed_by"])})
		if err == nil {
			to = "/requests/" + r.Number + "?done=asked"
		}
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.requestForm(c, status, form, refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

type requestPage struct {
	*models.Request
	UnitName   string
	Flags      []finding // about it, open
	Names      map[string]string
	Holder     any
	Progress   []progress
	MayDecide  bool
	MayFulfil  bool
	MayClose   bool
	Available  []requests.InStore
	UnitNames  map[string]string
	Custodians []option
	Events     []happening
	Open       string
	Form       map[string]string
}

func (w *Web) request(c *fiber.Ctx) error { return w.requestPage(c, fiber.StatusOK, "", nil) }

func (w *Web) requestPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	r, err := w.Requests.Request(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := &requestPage{Request: r, Holder: orNothing(requests.Holder(r)), Open: open, Form: formOf(c), UnitNames: map[string]string{}, Progress: requestProgress(r),
		MayDecide: requests.MayDecide(caller, r), MayFulfil: requests.MayFulfil(caller, r),
		MayClose: requests.MayClose(caller, r)}
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	for _, u := range ch.units {
		p.UnitNames[u.Code] = u.Name
	}
	p.UnitName = p.UnitNames[r.Unit]
	if p.Names, err = w.names(ctx, r.RequestedBy, r.DecidedBy); err != nil {
		return err
	}
	if p.MayDecide || p.MayFulfil {
		if p.Available, err = w.Requests.Available(ctx, r.Number); err != nil {
			return err
		}
	}
	events, _, err := w.Requests.Events(ctx, r.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	if p.Flags, err = w.about(ctx, ledger.Subject(store.Requests, r.Number)); err != nil {
		return err
	}
	undo := undoing(c, "asked", p.MayClose && r.State == models.Submitted, "/requests/"+r.Number+"/close", r.Version, nil)
	return w.render(c, status, "request", view{Title: r.Number, Here: "requests", Undo: undo, Refusal: refusal, Data: p})
}

func requestProgress(r *models.Request) []progress {
	steps := []progress{{say("Asked for"), "past"}, {say("Approved"), ""}, {say("Given"), ""}}
	switch r.State {
	case models.Submitted:
		steps[1].State = "now"
	case models.Declined:
		steps[1] = progress{say("Declined"), "over"}
	case models.Fulfilled:
		steps[1].State, steps[2].State = "past", "past"
	case models.Closed:
		steps[2] = progress{say("Closed"), "over"}
	default:
		steps[1].State, steps[2].State = "past", "now"
	}
	return steps
}

// names returns rank and name of people by their codes.
func (w *Web) names(ctx context.Context, codes ...string) (map[string]string, error) {
	names := map[string]string{}
	for _, code := range codes {
		if code == "" || names[code] != "" {
			continue
		}
		name, err := w.nameOf(ctx, code)
		if err != nil {
			return nil, err
		}
		names[code] = name
	}
	return names, nil
}

func (w *Web) requestStep(form, done string, do func(c *fiber.Ctx, number string, form map[string]string) (to string, err error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		to := "/requests/" + c.Params("number") + "?done=" + done
		err := w.act(c, func(c *fiber.Ctx) error {
			other, err := do(c, c.Params("number"), formOf(c))
			if other != "" {
				to = other
			}
			return err
		})
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.requestPage(c, status, form, refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect(to, fiber.StatusSeeOther)
	}
}

func (w *Web) approveRequest(c *fiber.Ctx, number string, form map[string]string) (string, error) {
	a := requests.Approval{Remarks: strings.TrimSpace(form["remarks"])}
	if form["quantity"] != "" {
		quantity, err := models.ParseQuantity(form["quantity"])
		if err != nil {
			return "", err
		}
		a.Quantity = quantity
	}
	_, err := w.Requests.Approve(c.UserContext(), number, 0, a)
	return "", err
}

func (w *Web) declineRequest(c *fiber.Ctx, number string, form map[string]string) (string, error) {
	_, err := w.Requests.Decline(c.UserContext(), number, 0, strings.TrimSpace(form["reason"]))
	return "", err
}

func (w *Web) closeRequest(c *fiber.Ctx, number string, form map[string]string) (string, error) {
	version, err := versionIfRead(form["version"])
	if err == nil {
		_, err = w.Requests.Close(c.UserContext(), number, version, strings.TrimSpace(form["reason"]))
	}
	return "", err
}

func (w *Web) fulfilRequest(c *fiber.Ctx, number string, form map[string]string) (string, error) {
	receiver, err := w.Access.Called(c.UserContext(), "receiver", form["receiver"])
	if err != nil {
		return "", err
	}
	f := requests.Fulfilment{From: form["from"], Receiver: receiver}
	if form["quantity"] != "" {
		quantity, err := models.ParseQuantity(form["quantity"])
		if err != nil {
			return "", err
		}
		f.Quantity = quantity
	}
	v, err := w.Requests.Fulfil(c.UserContext(), number, f)
	if err != nil {
		return "", err
	}
	return "/vouchers/" + v.Number + "?done=drafted", nil
}
