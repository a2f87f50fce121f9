package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/maintenance"
	"quartermaster/services/public"
	"quartermaster/services/store"
	"quartermaster/services/words"
	"quartermaster/services/workshop"
)

func (w *Web) mountWorkshop(in fiber.Router) {
	in.Post("/assets/:tag/defects", w.reportDefect)
	in.Get("/workshop", w.board)
	in.Get("/workshop/:number", w.repair)
	in.Get("/workshop/:number/photos/:id", func(c *fiber.Ctx) error { return api.RepairPhoto(c, w.Workshop) })
	for _, s := range []struct {
		name string
		do   func(*fiber.Ctx, map[string]string) error
	}{{"confirm", w.confirmRepair}, {"wait", w.waitRepair}, {"start", w.startRepair}, {"note", w.noteRepair}, {"finish", w.finishRepair}, {"dismiss", w.dismissRepair}} {
		in.Post("/workshop/:number/"+s.name, w.repairStep(s.name, s.do))
	}
}

// reportDefect handles the form on the item's page.
func (w *Web) reportDefect(c *fiber.Ctx) error {
	to := "/assets/" + url.PathEscape(c.Params("tag"))
	err := w.act(c, func(c *fiber.Ctx) error {
		form, upload := formOf(c), uploaded(c)
		n := workshop.NewDefect{What: form["what"], Unusable: form["unusable"] != ""}
		if len(upload.Content) > 0 {
			n.Photos = []workshop.Photo{{Name: upload.Name, Content: upload.Content}}
		}
		job, err := w.Workshop.Report(c.UserContext(), c.Params("tag"), n)
		if err == nil {
			to = "/workshop/" + job.Number + "?done=reported"
		}
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.assetPage(c, status, "defects", refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// repairsShown is how many jobs an item's page shows.
const repairsShown = 5

func (w *Web) repairsOf(ctx context.Context, tag string) ([]*models.Repair, error) {
	page, err := w.Workshop.OfItem(ctx, tag, "", repairsShown)
	if err != nil {
		return nil, err
	}
	jobs := make([]*models.Repair, len(page.Records))
	for i, record := range page.Records {
		if jobs[i], err = store.Decode[models.Repair](record); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

type boardPage struct {
	Columns []boardColumn
	Units   []option
	Unit    string
	Empty   bool
}

type boardColumn struct {
	workshop.Column
	Cards []repairCard
	More  int64 // that are not shown
}

type repairCard struct {
	*models.Repair
	UnitName string
	Days     int // since it was reported, or that it took
}

// Age says how long the job has waited, or how long it took.
func (r repairCard) Age() models.Text {
	switch {
	case r.EndedAt != nil && r.Days == 0:
		return say("mended within a day")
	case r.EndedAt != nil:
		return models.Count("took %d day", "took %d days", r.Days)
	case r.Days == 0:
		return say("since today")
	}
	return models.Count("for %d day", "for %d days", r.Days)
}

func (w *Web) board(c *fiber.Ctx) error {
	ctx := c.UserContext()
	f := api.RepairFilter(c)
	ch, err := w.choices(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, u := range ch.units {
		names[u.Code] = u.Name
	}
	columns, err := w.Workshop.Board(ctx, f)
	if err != nil {
		return err
	}
	p := boardPage{Units: choose(ch.Units, f.Unit), Unit: f.Unit, Empty: true}
	for _, column := range columns {
		shown := boardColumn{Column: column, More: column.Count - int64(len(column.Jobs))}
		for _, job := range column.Jobs {
			end := w.Book.Now()
			if job.EndedAt != nil {
				end = job.EndedAt.Time
			}
			shown.Cards = append(shown.Cards, repairCard{job, names[job.Unit], int(end.Sub(job.ReportedAt.Time).Hours() / 24)})
			p.Empty = false
		}
		p.Columns = append(p.Columns, shown)
	}
	return w.render(c, fiber.StatusOK, "workshop", view{Title: say("Workshop"), Here: "workshop", Live: "workshop", Data: p})
}

type repairPage struct {
	*models.Repair
	Item       *models.Asset // nil when it is out of the caller's sight now
	Reporter   any
	Remarks    []shownRemark
	Progress   []progress
	Parts      []partInput
	Currency   string
	Conditions []option
	Events     []happening
	Open       string // the form that was refused
	Form       map[string]string
	caller     *models.Person
}

type shownRemark struct {
	models.RepairRemark
	Who string
}

type partInput struct {
	N                    int
	Name, Quantity, Cost string
}

// freeParts is how many rows the form has for more parts.
const freeParts = 2

// Can says whether the caller can move the job to a state now.
func (p *repairPage) Can(state string) bool {
	return workshop.May(p.caller, p.Repair, models.RepairState(state))
}

// InWorkshop says whether the item is in the workshop.
func (p *repairPage) InWorkshop() bool { return p.Item != nil && p.Item.Status == models.InWorkshop }

// CanTakeIn says whether the item could be taken into the workshop.
func (p *repairPage) CanTakeIn() bool {
	return p.Item != nil && (p.Item.Status == models.InStore || p.Item.Status == models.Issued)
}

func (w *Web) repair(c *fiber.Ctx) error { return w.repairPage(c, fiber.StatusOK, "", nil) }

func (w *Web) repairPage(c *fiber.Ctx, status int, open string, refusal *models.Error) error {
	ctx := c.UserContext()
	job, err := w.Workshop.Job(ctx, c.Params("number"))
	if err != nil {
		return err
	}
	caller, err := access.Caller(ctx)
	if err != nil {
		return err
	}
	p := &repairPage{Repair: job, Open: open, Form: formOf(c), Conditions: conditionOptions, Progress: repairProgress(job), caller: caller}
	if record, err := w.Register.Asset(ctx, job.Tag); err == nil {
		if p.Item, err = store.Decode[models.Asset](record); err != nil {
			return err
		}
	} else if models.KindOf(err) != models.NotFound {
		return err
	}
	if p.Reporter, err = w.reporter(ctx, job.ReportedBy); err != nil {
		return err
	}
	for _, r := range slices.Backward(job.Remarks) {
		who, err := w.nameOf(ctx, r.By)
		if err != nil {
			return err
		}
		p.Remarks = append(p.Remarks, shownRemark{r, who})
	}
	p.fillParts()
	events, _, err := w.Workshop.Events(ctx, job.Number, "", historyShown)
	if err != nil {
		return err
	}
	if p.Events, err = w.happenings(ctx, events); err != nil {
		return err
	}
	return w.render(c, status, "repair", view{Title: job.Number, Here: "workshop", Refusal: refusal, Data: p})
}

func (w *Web) reporter(ctx context.Context, code string) (any, error) {
	if code == public.Person {
		return say("somebody without a sign-in"), nil
	}
	return w.nameOf(ctx, code)
}

// fillParts makes the rows of the form: as they came back, or as they are kept.
func (p *repairPage) fillParts() {
	p.Currency = "PKR"
	if total := p.Total(); len(total) > 0 {
		p.Currency = total[0].Currency
	}
	if p.Open == "note" {
		p.Currency = p.Form["currency"]
	}
	for i := range len(p.Repair.Parts) + freeParts {
		row := partInput{N: i, Quantity: "1"}
		switch {
		case p.Open == "note":
			row.Name, row.Quantity, row.Cost = p.Form[fmt.Sprintf("part.%d", i)], p.Form[fmt.Sprintf("quantity.%d", i)], p.Form[fmt.Sprintf("cost.%d", i)]
		case i < len(p.Repair.Parts):
			part := p.Repair.Parts[i]
			row.Name, row.Quantity = part.Name, part.Quantity.String()
			if part.Cost != nil {
				row.Cost = part.Cost.Amount
			}
		}
		p.Parts = append(p.Parts, row)
	}
}

func repairProgress(job *models.Repair) []progress {
	last := models.RepairDone
	if job.State == models.RepairDismissed {
		last = models.RepairDismissed
	}
	steps := []models.RepairState{models.RepairReported, models.RepairConfirmed, models.RepairInWork, last}
	at := slices.Index(steps, job.State)
	if job.State == models.RepairWaiting {
		at, steps[2] = 2, models.RepairWaiting
	}
	shown := make([]progress, len(steps))
	for i, s := range steps {
		shown[i] = progress{What: words.Capital{Of: s}}
		switch {
		case i < at, job.State == models.RepairDone && i == at:
			shown[i].State = "done"
		case i == at:
			shown[i].State = "now"
		}
	}
	return shown
}

// repairStep handles one of the forms on a job's page.
func (w *Web) repairStep(name string, do func(*fiber.Ctx, map[string]string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := w.act(c, func(c *fiber.Ctx) error { return do(c, formOf(c)) })
		if refusal, ok := shown(err); ok {
			status, _ := refusalOf(err)
			return w.repairPage(c, status, name, refusal)
		}
		if err != nil {
			return err
		}
		return c.Redirect("/workshop/"+url.PathEscape(c.Params("number"))+"?done=changed", fiber.StatusSeeOther)
	}
}

func (w *Web) confirmRepair(c *fiber.Ctx, form map[string]string) error {
	_, err := w.Workshop.Confirm(c.UserContext(), c.Params("number"), 0, form["remark"])
	return err
}

func (w *Web) waitRepair(c *fiber.Ctx, form map[string]string) error {
	_, err := w.Workshop.Wait(c.UserContext(), c.Params("number"), 0, form["waiting_for"])
	return err
}

func (w *Web) startRepair(c *fiber.Ctx, form map[string]string) error {
	_, err := w.Workshop.Start(c.UserContext(), c.Params("number"), 0, workshop.Start{Mechanic: form["mechanic"], TakeIn: form["take_in"] != ""})
	return err
}

func (w *Web) dismissRepair(c *fiber.Ctx, form map[string]string) error {
	_, err := w.Workshop.Dismiss(c.UserContext(), c.Params("number"), 0, workshop.Dismissal{Reason: form["reason"], Back: form["back"] != ""})
	return err
}

func (w *Web) finishRepair(c *fiber.Ctx, form map[string]string) error {
	_, err := w.Workshop.Finish(c.UserContext(), c.Params("number"), 0, finishOf(form))
	return err
}

func (w *Web) noteRepair(c *fiber.Ctx, form map[string]string) error {
	note, err := workOf(form)
	if err != nil {
		return err
	}
	if upload := uploaded(c); len(upload.Content) > 0 {
		note.Photos = []workshop.Photo{{Name: upload.Name, Content: upload.Content}}
	}
	_, err = w.Workshop.Note(c.UserContext(), c.Params("number"), 0, note)
	return err
}

// workOf reads parts, labour and a remark.
func workOf(form map[string]string) (workshop.Work, error) {
	money := func(amount string) *models.Money {
		return &models.Money{Amount: strings.TrimSpace(amount), Currency: strings.ToUpper(strings.TrimSpace(form["currency"]))}
	}
	mechanic, parts := strings.TrimSpace(form["mechanic"]), []models.Part{}
	for i := 0; ; i++ {
		name, there := form[fmt.Sprintf("part.%d", i)]
		if !there {
			break
		}
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		quantity, err := models.ParseQuantity(form[fmt.Sprintf("quantity.%d", i)])
		if err != nil {
			return workshop.Work{}, err
		}
		part := models.Part{Name: name, Quantity: quantity}
		if cost := form[fmt.Sprintf("cost.%d", i)]; strings.TrimSpace(cost) != "" {
			part.Cost = money(cost)
		}
		parts = append(parts, part)
	}
	work := workshop.Work{Mechanic: &mechanic, Parts: &parts, Labour: &models.Money{}, Remark: form["remark"]}
	if strings.TrimSpace(form["labour"]) != "" {
		work.Labour = money(form["labour"])
	}
	return work, nil
}

func finishOf(form map[string]string) maintenance.NewService {
	return maintenance.NewService{On: models.Day(form["on"]), Condition: models.Condition(form["condition"]), Note: strings.TrimSpace(form["note"]), Back: form["back"] != ""}
}
