package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

type writeOffsPage struct {
	Filter        disposal.WriteOffFilter
	States        []option
	Units, Donors []option
	WriteOffs     []*models.WriteOff
	Query         url.Values
	Next          string
	First         bool
}

func (w *Web) writeOffs(c *fiber.Ctx) error {
	f, err := api.WriteOffFilter(c)
	if err != nil {
		return err
	}
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	p := writeOffsPage{Filter: f, States: optionsOf(models.WriteOffStates, f.State), Units: choose(ch.Units, f.Unit), Donors: choose(ch.Donors, f.Donor), Query: queryOf(c), First: c.Query("cursor") == ""}
	v := view{Title: say("Write-offs"), Here: "losses", Data: &p}
	list, err := w.Disposal.WriteOffs(c.UserContext(), f, c.Query("cursor"), pageOfAssets)
	if err != nil {
		return w.refusedList(c, "write-offs", v, err)
	}
	p.Next = list.Next
	for _, record := range list.Records {
		one, err := store.Decode[models.WriteOff](record)
		if err != nil {
			return err
		}
		p.WriteOffs = append(p.WriteOffs, one)
	}
	return w.render(c, fiber.StatusOK, "write-offs", v)
}

type writeOffForm struct {
	Item    *models.Asset
	Holder  string
	Grounds []option
	Methods []option
	Form    map[string]string
}

func (w *Web) newWriteOff(c *fiber.Ctx) error {
	return w.writeOffForm(c, fiber.StatusOK, map[string]string{"tag": c.Query("tag")}, nil)
}

func (w *Web) writeOffForm(c *fiber.Ctx, status int, form map[string]string, refusal *models.Error) error {
	p := writeOffForm{Grounds: optionsOf(models.Grounds, form["ground"]), Methods: optionsOf(models.Methods[:len(models.Methods)-1], form["method"]), Form: form}
	var err error
	if p.Item, p.Holder, err = w.itemOf(c.UserContext(), form["tag"]); err != nil {
		return err
	}
	return w.render(c, status, "write-off-form", view{Title: say("Propose a write-off"), Here: "losses", Refusal: refusal, Data: p})
}

func (w *Web) proposeWriteOff(c *fiber.Ctx) error {
	form := formOf(c)
	to := "/writeoffs"
	err := w.act(c, func(c *fiber.Ctx) error {
		one, err := w.Disposal.Propose(c.UserContext(), disposal.Proposal{Tag: strings.TrimSpace(form["tag"]), Ground: models.Ground(form["ground"]), Why: form["why"], Method: models.Method(form["method"]),
			Papers: paper(c, models.PhotoExhibit)})
		if err == nil {
			to = "/writeoffs/" + one.Number + "?done=proposed"
		}
		return err
	})
	return w.sent(c, err, to, func(status int, refusal *models.Error) error { return w.writeOffForm(c, status, form, refusal) })
}

type writeOffPage struct {
	*models.WriteOff
	Waits    any
	Names    map[string]string
	Progress []progress
	Methods  []option
	Kinds    []option // of exhibits
	Can      disposal.Steps
	Today    models.Day
	Events   []happening
	Open     string
	Form     map[string]string
}

func (w *Web) writeOff(c *fiber.Ctx) error { return w.writeOffPage(c, fiber.StatusOK, "", nil) }

func (w *Web) writeOffPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	one, err := w.Disposal.WriteOff(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	p := &writeOffPage{WriteOff: one, Progress: writeOffProgress(one), Open: open, Form: formOf(c), Kinds: optionsOf(models.ExhibitKinds, string(models.Destruction)), Today: w.Book.Today()}
	if p.Can, err = disposal.WriteOffSteps(ctx, one); err != nil {
		return err
	}
	gone := one.Loss != "" && one.Method == models.NothingLeft
	for _, m := range models.Methods {
		if (m == models.NothingLeft) == gone {
			p.Methods = append(p.Methods, option{Value: string(m), Label: words.Capital{Of: m}, Chosen: m == one.Method})
		}
	}
	switch {
	case one.State == models.WriteOffProposed:
		p.Waits = say("waits for %v to decide", one.Authority)
	case one.State == models.WriteOffApproved && one.Demands != "" && one.Consent == nil:
		p.Waits = say("waits for the donor's consent: %v", one.Demanded())
	case one.State == models.WriteOffApproved:
		p.Waits = say("waits for a storekeeper to strike it off charge")
	}
	codes := []string{one.ProposedBy, one.Custodian}
	if one.Decision != nil {
		codes = append(codes, one.Decision.By)
	}
	if one.Struck != nil {
		codes = append(codes, one.Struck.By)
	}
	if p.Names, err = w.names(ctx, codes...); err != nil {
		return err
	}
	events, _, err := w.Disposal.WriteOffEvents(ctx, one.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	undo := undoing(c, "proposed", p.Can["withdraw"], "/writeoffs/"+one.Number+"/withdraw", one.Version, nil)
	return w.render(c, status, "write-off", view{Title: one.Number, Here: "losses", Undo: undo, Refusal: refusal, Data: p})
}

func writeOffProgress(one *models.WriteOff) []progress {
	var first any = say("Proposed")
	if one.Loss != "" {
		first = one.Loss
	}
	steps := []progress{{first, "past"}, {say("Approved"), ""}, {say("Consent"), ""}, {say("Struck off"), ""}}
	if one.Demands == "" && one.Consent == nil {
		steps = append(steps[:2], steps[3])
	}
	last := len(steps) - 1
	switch one.State {
	case models.WriteOffProposed:
		steps[1].State = "now"
	case models.WriteOffDeclined:
		steps[1] = progress{say("Declined"), "over"}
	case models.WriteOffWithdrawn:
		steps[last] = progress{say("Withdrawn"), "over"}
	case models.WriteOffDone:
		for i := range steps {
			steps[i].State = "past"
		}
	default:
		steps[1].State = "past"
		now := 2
		if one.Consent != nil && last == 3 {
			steps[2].State, now = "past", 3
		}
		steps[now].State = "now"
	}
	return steps
}

func (w *Web) approveWriteOff(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Approve(c.UserContext(), number, version, form["remarks"])
	return err
}

func (w *Web) declineWriteOff(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Decline(c.UserContext(), number, version, form["reason"])
	return err
}

func (w *Web) withdrawWriteOff(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Withdraw(c.UserContext(), number, version, form["reason"])
	return err
}

func (w *Web) consented(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	_, err := w.Disposal.Consent(c.UserContext(), number, version, disposal.Consenting{Document: form["document"], On: models.Day(form["on"]), Papers: paper(c, models.ConsentPaper)})
	return err
}

func (w *Web) strikeOff(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	is := models.OtherExhibit
	if models.Method(form["method"]) == models.Destroyed {
		is = models.Destruction
	}
	_, err := w.Disposal.StrikeOff(c.UserContext(), number, version, disposal.Leaving{Method: models.Method(form["method"]), On: models.Day(form["on"]), Recipient: form["recipient"],
		Proceeds: amount(form), Reference: form["reference"], Papers: paper(c, is)})
	return err
}

func (w *Web) attachToWriteOff(c *fiber.Ctx, number string, version int64, form map[string]string) error {
	upload := uploaded(c)
	_, err := w.Disposal.AttachToWriteOff(c.UserContext(), number, version, register.Paper{Is: models.ExhibitKind(form["is"]), Name: upload.Name, Content: upload.Content})
	return err
}
