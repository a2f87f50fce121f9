package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/disposal"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// disposalRoutes is losses, thefts and damage, and write-offs.
func (a *API) disposalRoutes() []Route {
	d := a.Disposal
	return []Route{
		{Method: post, Path: "/losses", Summary: "Report a loss, theft or damage; what is lost or stolen is missing from then on", Status: created, Body: disposal.NewLoss{}, Answer: models.Loss{}, Handle: a.reportLoss},
		{Method: get, Path: "/losses", Summary: "List losses, newest first", Status: ok, Answer: models.Loss{}, List: true, Query: lossFilters, Handle: pages(a.losses)},
		{Method: get, Path: "/losses/:number", Summary: "One loss, its inquiry, decision and outcome", Status: ok, Answer: models.Loss{}, Handle: numbered(d.Loss)},
		{Method: get, Path: "/losses/:number/events", Summary: "A loss's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(d.LossEvents)},
		{Method: post, Path: "/losses/:number/files", Summary: "Attach a photo, police report or opinion: a form's part \"file\", or the whole body", Status: created, Answer: models.Loss{}, Query: paperQuery, Handle: attaching(d.AttachToLoss)},
		{Method: get, Path: "/losses/:number/files/:id", Summary: "A photo or document of a loss", Status: ok, Handle: a.lossFile},
		{Method: post, Path: "/losses/:number/appoint", Summary: "Appoint who inquires: neither who reported the item nor who held it", Status: ok, Body: officer{}, Answer: models.Loss{}, Handle: onPaper(a.appoint)},
		{Method: post, Path: "/losses/:number/waive", Summary: "Have a loss of small book value decided on without an inquiry", Status: ok, Body: reason{}, Answer: models.Loss{}, Handle: onPaper(a.waiveInquiry)},
		{Method: post, Path: "/losses/:number/findings", Summary: "Enter what the inquiry found and recommends", Status: ok, Body: disposal.Findings{}, Answer: models.Loss{}, Handle: onPaper(d.Conclude)},
		{Method: post, Path: "/losses/:number/decide", Summary: "Decide on a loss, as the authority that its value requires", Status: ok, Body: disposal.Ruling{}, Answer: models.Loss{}, Handle: onPaper(d.Decide)},
		{Method: post, Path: "/losses/:number/found", Summary: "Enter that a missing item was found again", Status: ok, Body: disposal.Outcome{}, Answer: models.Loss{}, Handle: onPaper(d.Found)},
		{Method: post, Path: "/losses/:number/repaired", Summary: "Enter that a damaged item was repaired", Status: ok, Body: disposal.Outcome{}, Answer: models.Loss{}, Handle: onPaper(d.Repaired)},
		{Method: post, Path: "/losses/:number/recovered", Summary: "Enter what was recovered, and from whom", Status: ok, Body: disposal.Receipt{}, Answer: models.Loss{}, Handle: onPaper(d.Recover)},

		{Method: post, Path: "/writeoffs", Summary: "Propose to write off what is worn out, obsolete or surplus", Status: created, Body: disposal.Proposal{}, Answer: models.WriteOff{}, Handle: a.propose},
		{Method: get, Path: "/writeoffs", Summary: "List write-offs, newest first", Status: ok, Answer: models.WriteOff{}, List: true, Query: writeOffFilters, Handle: pages(a.writeOffs)},
		{Method: get, Path: "/writeoffs/:number", Summary: "One write-off", Status: ok, Answer: models.WriteOff{}, Handle: numbered(d.WriteOff)},
		{Method: get, Path: "/writeoffs/:number/events", Summary: "A write-off's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(d.WriteOffEvents)},
		{Method: post, Path: "/writeoffs/:number/files", Summary: "Attach a certificate of destruction or another paper: a form's part \"file\", or the whole body", Status: created, Answer: models.WriteOff{}, Query: paperQuery, Handle: attaching(d.AttachToWriteOff)},
		{Method: get, Path: "/writeoffs/:number/files/:id", Summary: "A photo or document of a write-off", Status: ok, Handle: a.writeOffFile},
		{Method: post, Path: "/writeoffs/:number/approve", Summary: "Approve a write-off, as the authority that its value requires", Status: ok, Body: remarks{}, Answer: models.WriteOff{}, Handle: onPaper(a.approveWriteOff)},
		{Method: post, Path: "/writeoffs/:number/decline", Summary: "Decline a write-off", Status: ok, Body: reason{}, Answer: models.WriteOff{}, Handle: onPaper(a.declineWriteOff)},
		{Method: post, Path: "/writeoffs/:number/withdraw", Summary: "Take a proposal back", Status: ok, Body: reason{}, Answer: models.WriteOff{}, Handle: onPaper(a.withdrawWriteOff)},
		{Method: post, Path: "/writeoffs/:number/consent", Summary: "Record by which document the donor consents", Status: ok, Body: disposal.Consenting{}, Answer: models.WriteOff{}, Handle: onPaper(d.Consent)},
		{Method: post, Path: "/writeoffs/:number/strike-off", Summary: "Strike the item off charge, by an approved write-off", Status: ok, Body: disposal.Leaving{}, Answer: models.WriteOff{}, Handle: onPaper(d.StrikeOff)},
	}
}

var (
	lossFilters = papers(Param{"state", "reported, inquiry, to_decide, decided or closed"}, Param{"kind", "loss, theft or damage"}, Param{"tag", "of an item"})
	// noted is what an auditor asks for.
	writeOffFilters = papers(Param{"state", "proposed, approved, declined, withdrawn or struck_off"}, Param{"tag", "of an item"},
		Param{"noted", "true for those just under a limit or split below it"})
	paperQuery = []Param{{"is", "photo, police_report, opinion, consent, certificate, transfer or other; photo when not given"}, {"name", "of the file"}}
)

type (
	officer struct {
		Officer string `json:"officer"` // code of the person
	}
	remarks struct {
		Remarks string `json:"remarks,omitempty"`
	}
)

// numbered handles the reading of one paper.
func numbered[P models.Document](read func(context.Context, string) (P, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		doc, err := read(c.UserContext(), c.Params("number"))
		return document(c, ok, doc, err)
	}
}

// onPaper handles a step of the paper in the address.
func onPaper[T any, P models.Document](do func(ctx context.Context, number string, version int64, body T) (P, error)) fiber.Handler {
	return step(func(c *fiber.Ctx, number string, version int64, body T) (P, error) {
		return do(c.UserContext(), number, version, body)
	})
}

// attaching handles a document or photo for the paper in the address.
func attaching[P models.Document](do func(ctx context.Context, number string, version int64, p register.Paper) (P, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		read, err := version(c)
		if err != nil {
			return err
		}
		upload, err := server.OneFile(c, register.LargestFile)
		if err != nil {
			return err
		}
		is := c.Query("is", upload.Values["is"])
		if is == "" {
			is = string(models.PhotoExhibit)
		}
		doc, err := do(c.UserContext(), c.Params("number"), read, register.Paper{Is: models.ExhibitKind(is), Name: upload.Name, Content: upload.Content})
		return document(c, created, doc, err)
	}
}

// LossFilter reads which losses are asked for.
func LossFilter(c *fiber.Ctx) disposal.LossFilter {
	return disposal.LossFilter{Papers: Papers(c), State: c.Query("state"), Kind: c.Query("kind"), Tag: c.Query("tag")}
}

// WriteOffFilter reads which write-offs are asked for.
func WriteOffFilter(c *fiber.Ctx) (disposal.WriteOffFilter, error) {
	noted, err := yes("noted", c.Query("noted"))
	return disposal.WriteOffFilter{Papers: Papers(c), State: c.Query("state"), Tag: c.Query("tag"), Noted: noted}, err
}

func (a *API) reportLoss(c *fiber.Ctx) error {
	n, err := server.JSON[disposal.NewLoss](c)
	if err != nil {
		return err
	}
	l, err := a.Disposal.Report(c.UserContext(), n)
	if err == nil {
		c.Location(Root + "/losses/" + l.Number)
	}
	return document(c, created, l, err)
}

func (a *API) propose(c *fiber.Ctx) error {
	p, err := server.JSON[disposal.Proposal](c)
	if err != nil {
		return err
	}
	w, err := a.Disposal.Propose(c.UserContext(), p)
	if err == nil {
		c.Location(Root + "/writeoffs/" + w.Number)
	}
	return document(c, created, w, err)
}

func (a *API) losses(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Disposal.Losses(c.UserContext(), LossFilter(c), cursor, limit)
}

func (a *API) writeOffs(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	f, err := WriteOffFilter(c)
	if err != nil {
		return nil, err
	}
	return a.Disposal.WriteOffs(c.UserContext(), f, cursor, limit)
}

func (a *API) appoint(ctx context.Context, number string, version int64, o officer) (*models.Loss, error) {
	return a.Disposal.Appoint(ctx, number, version, o.Officer)
}

func (a *API) waiveInquiry(ctx context.Context, number string, version int64, r reason) (*models.Loss, error) {
	return a.Disposal.WaiveInquiry(ctx, number, version, r.Reason)
}

func (a *API) approveWriteOff(ctx context.Context, number string, version int64, r remarks) (*models.WriteOff, error) {
	return a.Disposal.Approve(ctx, number, version, r.Remarks)
}

func (a *API) declineWriteOff(ctx context.Context, number string, version int64, r reason) (*models.WriteOff, error) {
	return a.Disposal.Decline(ctx, number, version, r.Reason)
}

func (a *API) withdrawWriteOff(ctx context.Context, number string, version int64, r reason) (*models.WriteOff, error) {
	return a.Disposal.Withdraw(ctx, number, version, r.Reason)
}

func (a *API) lossFile(c *fiber.Ctx) error     { return Exhibit(c, a.Disposal.LossFile) }
func (a *API) writeOffFile(c *fiber.Ctx) error { return Exhibit(c, a.Disposal.WriteOffFile) }

// Exhibit serves a photo or document of the paper in the address.
func Exhibit(c *fiber.Ctx, read func(ctx context.Context, number, id string) (*models.Attachment, []byte, error)) error {
	attachment, content, err := read(c.UserContext(), c.Params("number"), c.Params("id"))
	if err != nil {
		return err
	}
	return SendFile(c, attachment, content)
}
