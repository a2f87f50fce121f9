package api

import (
	"context"
	"io"
	"mime"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

// assetRoutes is the register.
func (a *API) assetRoutes() []Route {
	return []Route{
		{Method: post, Path: "/assets", Summary: "Take an item on charge", Status: created, Body: register.NewAsset{}, Answer: models.Asset{}, Handle: a.takeOnCharge},
		{Method: post, Path: "/assets/lots", Summary: "Take several items alike on charge, all or none", Status: created, Body: register.Lot{}, Answer: register.Batch{}, Handle: a.takeLotOnCharge},
		{Method: get, Path: "/assets", Summary: "List and search the register", Status: ok, Answer: models.Asset{}, List: true, Query: filters(paging...), Handle: pages(a.listAssets)},
		{Method: get, Path: "/assets.csv", Summary: "Export the register, as import takes it", Status: ok, Query: filters(), Handle: a.exportAssets},
		{Method: post, Path: "/assets/import", Summary: "Take the rows of a CSV file on charge, all or none", Status: ok, Answer: register.Imported{},
			Query: []Param{{"dry_run", "true to check and show, and change nothing"}, {"map", "HEADING=field, as often as needed; - leaves a column out"}, {"name", "of the file"}}, Handle: a.importAssets},
		{Method: get, Path: "/assets/:tag", Summary: "One item, by tag or alias", Status: ok, Answer: models.Asset{}, Handle: a.asset},
		{Method: patch, Path: "/assets/:tag", Summary: "Change what is recorded of an item", Status: ok, Body: register.AssetEdit{}, Answer: models.Asset{}, Handle: a.editAsset},
		{Method: get, Path: "/assets/:tag/events", Summary: "An item's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: pages(a.assetEvents)},
		{Method: get, Path: "/assets/:tag/label.png", Summary: "An item's label as a picture", Status: ok, Query: append([]Param{{"stock", "label stock"}, {"scale", "pixels a module, 1 to 30"}}, paperLanguage...), Handle: LabelRoutes["label.png"](AssetLabel(a.Register))},
		{Method: get, Path: "/assets/:tag/label.svg", Summary: "An item's label as a drawing", Status: ok, Query: append([]Param{{"stock", "label stock"}}, paperLanguage...), Handle: LabelRoutes["label.svg"](AssetLabel(a.Register))},
		{Method: get, Path: "/assets/:tag/label.zpl", Summary: "An item's label for a Zebra printer", Status: ok, Query: append([]Param{{"stock", "label stock"}, {"dpi", "of the printer: 203, 300 or 600"}}, paperLanguage...), Handle: LabelRoutes["label.zpl"](AssetLabel(a.Register))},
		{Method: post, Path: "/labels", Summary: "Sheets of labels, or a stock's test page, as PDF", Status: ok, Body: register.Print{}, Handle: a.printLabels},
		{Method: post, Path: "/assets/:tag/retag", Summary: "Give an item whose label was lost a new tag", Status: ok, Body: reason{}, Answer: models.Asset{}, Handle: a.retag},
		{Method: post, Path: "/assets/:tag/issue", Summary: "Issue an item in store", Status: ok, Body: custody.Issue{}, Answer: custody.Moved{}, Handle: a.issue},
		{Method: post, Path: "/assets/:tag/return", Summary: "Take an issued item back", Status: ok, Body: custody.Return{}, Answer: models.Asset{}, Handle: a.takeBack},
		{Method: post, Path: "/assets/:tag/transfer", Summary: "Transfer an item in store to another unit", Status: ok, Body: custody.Transfer{}, Answer: custody.Moved{}, Handle: a.transfer},
		{Method: post, Path: "/assets/:tag/files", Summary: "Attach a photo or document: a form's part \"file\", or the whole body", Status: created, Answer: models.Asset{}, Query: []Param{{"name", "of the file"}}, Handle: a.attach},
		{Method: get, Path: "/assets/:tag/files/:id", Summary: "A photo or document", Status: ok, Handle: a.file},
		{Method: del, Path: "/assets/:tag/files/:id", Summary: "Take a photo or document away", Status: ok, Answer: models.Asset{}, Query: []Param{{"reason", "why"}}, Handle: a.detach},
		{Method: post, Path: "/scans", Summary: "Find the item, stock lot or arriving voucher behind a tag, a label's text, an alias, a serial number or a photo (JPEG or PNG)", Status: ok, Body: scan{}, Answer: custody.Found{}, Handle: a.scan},
		{Method: post, Path: "/assets/:tag/contents", Summary: "Make an item a kit of parts, or say what of it is missing", Status: ok, Body: register.Contents{}, Answer: models.Asset{}, Handle: a.setContents},
	}
}

type reason struct {
	Reason string `json:"reason"`
}

type scan struct {
	Code string `json:"code"`
}

func (a *API) takeOnCharge(c *fiber.Ctx) error {
	n, err := server.JSON[register.NewAsset](c)
	if err != nil {
		return err
	}
	asset, err := a.Register.TakeOnCharge(c.UserContext(), n)
	if err == nil {
		c.Location(Root + "/assets/" + asset.Tag)
	}
	return document(c, created, asset, err)
}

func (a *API) takeLotOnCharge(c *fiber.Ctx) error {
	lot, err := server.JSON[register.Lot](c)
	if err != nil {
		return err
	}
	batch, err := a.Register.TakeLotOnCharge(c.UserContext(), lot)
	return answer(c, created, batch, err)
}

// Filter reads which assets are asked for.
func Filter(c *fiber.Ctx) register.Filter {
	return register.Filter{
		Status: c.Query("status"), Category: c.Query("category"), Unit: c.Query("unit"), Donor: c.Query("donor"),
		Grant: c.Query("grant"), Custodian: c.Query("custodian"), Search: c.Query("q"), Sort: c.Query("sort"),
	}
}

func (a *API) listAssets(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Register.List(c.UserContext(), Filter(c), cursor, limit)
}

func (a *API) exportAssets(c *fiber.Ctx) error {
	return Export(c, a.Register, Filter(c))
}

// Export streams the assets of a list as CSV, once it is known that nothing refuses it.
func Export(c *fiber.Ctx, r *register.Service, f register.Filter) error {
	if err := r.MayExport(c.UserContext(), f); err != nil {
		return err
	}
	return csv(c, "assets", func(ctx context.Context, w io.Writer) error { return r.Export(ctx, f, w) })
}

func (a *API) importAssets(c *fiber.Ctx) error {
	in, err := Import(c)
	if err != nil {
		return err
	}
	result, err := a.Register.Import(c.UserContext(), in)
	return answer(c, ok, result, err)
}

// Import reads a file to be taken in, and how.
func Import(c *fiber.Ctx) (register.Import, error) {
	in := register.Import{}
	upload, err := server.OneFile(c, register.LargestImport)
	if err != nil {
		return in, err
	}
	in.File = upload.Content
	if in.DryRun, err = yes("dry_run", c.Query("dry_run", upload.Values["dry_run"])); err != nil {
		return in, err
	}
	in.Columns = map[string]string{}
	for _, pair := range c.Context().QueryArgs().PeekMulti("map") {
		heading, field, ok := strings.Cut(string(pair), "=")
		if !ok {
			return in, models.Refuse(models.Malformed, "map", "must be HEADING=field")
		}
		in.Columns[heading] = field
	}
	return in, nil
}

func yes(field, text string) (bool, error) {
	if text == "" {
		return false, nil
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		return false, models.Refuse(models.Malformed, field, "must be true or false")
	}
	return value, nil
}

func (a *API) asset(c *fiber.Ctx) error {
	r, err := a.Register.Asset(c.UserContext(), c.Params("tag"))
	return record(c, r, err)
}

func (a *API) editAsset(c *fiber.Ctx) error {
	return change(c, func(tag string, version int64, e register.AssetEdit) (*models.Asset, error) {
		return a.Register.Edit(c.UserContext(), tag, version, e)
	})
}

func (a *API) retag(c *fiber.Ctx) error {
	return change(c, func(tag string, version int64, r reason) (*models.Asset, error) {
		return a.Register.Retag(c.UserContext(), tag, version, r.Reason)
	})
}

// change decodes what is to be done to the asset in the address, has it done and
// answers with the asset as it then is.
func change[T any, P models.Document](c *fiber.Ctx, do func(tag string, version int64, what T) (P, error)) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	what, err := server.JSON[T](c)
	if err != nil {
		return err
	}
	asset, err := do(c.Params("tag"), read, what)
	return document(c, ok, asset, err)
}

func (a *API) assetEvents(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	return a.Register.EventTexts(c.UserContext(), c.Params("tag"), cursor, limit)
}

func (a *API) attach(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	upload, err := server.OneFile(c, register.LargestFile)
	if err != nil {
		return err
	}
	asset, err := a.Register.Attach(c.UserContext(), c.Params("tag"), read, upload.Name, upload.Content)
	return document(c, created, asset, err)
}

func (a *API) file(c *fiber.Ctx) error { return File(c, a.Register) }

// File serves an attachment of the asset in the address.
func File(c *fiber.Ctx, r *register.Service) error {
	attachment, content, err := r.File(c.UserContext(), c.Params("tag"), c.Params("id"))
	if err != nil {
		return err
	}
	return SendFile(c, attachment, content)
}

// SendFile serves an attachment so that no browser takes it for a page of ours: with
// the type that its content has, as a download, and in a sandbox.
func SendFile(c *fiber.Ctx, attachment *models.Attachment, content []byte) error {
	disposition := "attachment"
	if strings.HasPrefix(attachment.Type, "image/") {
		disposition = "inline"
	}
	c.Set(fiber.HeaderContentType, attachment.Type)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType(disposition, map[string]string{"filename": attachment.Name}))
	c.Set(fiber.HeaderContentSecurityPolicy, server.Sandbox)
	c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	return c.Send(content)
}

func (a *API) detach(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	asset, err := a.Register.Detach(c.UserContext(), c.Params("tag"), read, c.Params("id"), c.Query("reason"))
	return document(c, ok, asset, err)
}

func (a *API) scan(c *fiber.Ctx) error {
	if media, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); media == fiber.MIMEMultipartForm || strings.HasPrefix(media, "image/") {
		upload, err := server.OneFile(c, register.LargestFile)
		if err != nil {
			return err
		}
		found, err := a.Stocktakes.ScanPhoto(c.UserContext(), upload.Content)
		if err != nil {
			return err
		}
		return c.JSON(found)
	}
	s, err := server.JSON[scan](c)
	if err != nil {
		return err
	}
	found, err := a.Stocktakes.Scan(c.UserContext(), s.Code)
	return answer(c, ok, found, err)
}

var filterNames = []Param{
	{"status", "in_store, issued, in_transit, in_workshop, missing or struck_off"}, {"category", "code"},
	{"unit", "code; units below it are included"}, {"donor", "code"}, {"grant", "code"}, {"custodian", "code"},
	{"q", "words that begin words of the tag, name, make, model, serial number, other tags and fields"},
	{"sort", "tag, name, acquired_on, due_back or updated_at; - before it for the reverse"},
}

func filters(more ...Param) []Param { return append(append([]Param{}, filterNames...), more...) }
