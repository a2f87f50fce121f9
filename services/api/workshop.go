package api

import (
	"mime"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/store"
	"quartermaster/services/workshop"
)

// workshopRoutes is defects and the jobs that mend them.
func (a *API) workshopRoutes() []Route {
	const job = "/workshop/:number"
	return []Route{
		{Method: post, Path: "/assets/:tag/defects", Summary: "Report a defect, as JSON or as a form with a photo as part \"file\"; it opens a job in the workshop", Status: created, Body: workshop.NewDefect{}, Answer: models.Repair{}, Handle: a.reportDefect},
		{Method: get, Path: "/assets/:tag/defects", Summary: "The workshop's jobs of an item, newest first", Status: ok, Answer: models.Repair{}, List: true, Query: paging, Handle: pages(a.defects)},
		{Method: get, Path: "/workshop", Summary: "The workshop's jobs, newest first", Status: ok, Answer: models.Repair{}, List: true, Query: repairFilters, Handle: pages(a.repairs)},
		{Method: get, Path: job, Summary: "One job", Status: ok, Answer: models.Repair{}, Handle: a.repair},
		{Method: get, Path: job + "/events", Summary: "A job's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Workshop.Events)},
		{Method: post, Path: job + "/confirm", Summary: "Confirm a reported defect", Status: ok, Body: remark{}, Answer: models.Repair{}, Handle: step(a.confirmRepair)},
		{Method: post, Path: job + "/wait", Summary: "Say which parts a job waits for", Status: ok, Body: waitingFor{}, Answer: models.Repair{}, Handle: step(a.waitRepair)},
		{Method: post, Path: job + "/start", Summary: "Begin work on a job, and take the item into the workshop", Status: ok, Body: workshop.Start{}, Answer: models.Repair{}, Handle: step(a.startRepair)},
		{Method: post, Path: job + "/note", Summary: "Note parts, labour and remarks on a job", Status: ok, Body: workshop.Work{}, Answer: models.Repair{}, Handle: step(a.noteRepair)},
		{Method: post, Path: job + "/photos", Summary: "Add a photo to a job: a form's part \"file\", or the whole body", Status: created, Answer: models.Repair{}, Query: []Param{{"name", "of the file"}}, Handle: a.addRepairPhoto},
		{Method: get, Path: job + "/photos/:id", Summary: "A photo of a job", Status: ok, Handle: a.repairPhoto},
		{Method: post, Path: job + "/finish", Summary: "End a job with the record of the service by which the item was mended", Status: ok, Body: maintenance.NewService{}, Answer: models.Repair{}, Handle: step(a.finishRepair)},
		{Method: post, Path: job + "/dismiss", Summary: "End a job of which nothing comes", Status: ok, Body: workshop.Dismissal{}, Answer: models.Repair{}, Handle: step(a.dismissRepair)},
	}
}

var repairFilters = papers(Param{"state", "reported, confirmed, waiting_for_parts, in_work, done or dismissed"})

type waitingFor struct {
	WaitingFor string `json:"waiting_for"`
}

// RepairFilter reads which jobs are asked for.
func RepairFilter(c *fiber.Ctx) workshop.Filter {
	return workshop.Filter{Papers: Papers(c), State: c.Query("state")}
}

func (a *API) reportDefect(c *fiber.Ctx) error {
	var n workshop.NewDefect
	if media, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); media == fiber.MIMEMultipartForm {
		upload, err := server.OneFile(c, register.LargestFile)
		if err != nil {
			return err
		}
		if n.Unusable, err = yes("unusable", upload.Values["unusable"]); err != nil {
			return err
		}
		n.What = upload.Values["what"]
		if len(upload.Content) > 0 {
			n.Photos = []workshop.Photo{{Name: upload.Name, Content: upload.Content}}
		}
	} else {
		var err error
		if n, err = server.JSON[workshop.NewDefect](c); err != nil {
			return err
		}
	}
	job, err := a.Workshop.Report(c.UserContext(), c.Params("tag"), n)
	if err == nil {
		c.Location(Root + "/workshop/" + job.Number)
	}
	return document(c, created, job, err)
}

func (a *API) defects(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Workshop.OfItem(c.UserContext(), c.Params("tag"), cursor, limit)
}

func (a *API) repairs(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Workshop.List(c.UserContext(), RepairFilter(c), cursor, limit)
}

func (a *API) repair(c *fiber.Ctx) error {
	job, err := a.Workshop.Job(c.UserContext(), c.Params("number"))
	return document(c, ok, job, err)
}

func (a *API) confirmRepair(c *fiber.Ctx, number string, version int64, r remark) (*models.Repair, error) {
	return a.Workshop.Confirm(c.UserContext(), number, version, r.Remark)
}

func (a *API) waitRepair(c *fiber.Ctx, number string, version int64, w waitingFor) (*models.Repair, error) {
	return a.Workshop.Wait(c.UserContext(), number, version, w.WaitingFor)
}

func (a *API) startRepair(c *fiber.Ctx, number string, version int64, s workshop.Start) (*models.Repair, error) {
	return a.Workshop.Start(c.UserContext(), number, version, s)
}

func (a *API) noteRepair(c *fiber.Ctx, number string, version int64, w workshop.Work) (*models.Repair, error) {
	return a.Workshop.Note(c.UserContext(), number, version, w)
}

func (a *API) finishRepair(c *fiber.Ctx, number string, version int64, n maintenance.NewService) (*models.Repair, error) {
	return a.Workshop.Finish(c.UserContext(), number, version, n)
}

func (a *API) dismissRepair(c *fiber.Ctx, number string, version int64, d workshop.Dismissal) (*models.Repair, error) {
	return a.Workshop.Dismiss(c.UserContext(), number, version, d)
}

func (a *API) addRepairPhoto(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	upload, err := server.OneFile(c, register.LargestFile)
	if err != nil {
		return err
	}
	job, err := a.Workshop.Note(c.UserContext(), c.Params("number"), read, workshop.Work{Photos: []workshop.Photo{{Name: upload.Name, Content: upload.Content}}})
	return document(c, created, job, err)
}

func (a *API) repairPhoto(c *fiber.Ctx) error { return RepairPhoto(c, a.Workshop) }

// RepairPhoto serves a photo of the job in the address.
func RepairPhoto(c *fiber.Ctx, s *workshop.Service) error {
	attachment, content, err := s.Photo(c.UserContext(), c.Params("number"), c.Params("id"))
	if err != nil {
		return err
	}
	return SendFile(c, attachment, content)
}
