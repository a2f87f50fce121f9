package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/store"
)

const (
	get   = fiber.MethodGet
	post  = fiber.MethodPost
	patch = fiber.MethodPatch
	del   = fiber.MethodDelete

	ok      = fiber.StatusOK
	created = fiber.StatusCreated
	gone    = fiber.StatusNoContent
)

// Routes is the table of all that can be asked.
func (a *API) Routes() []Route {
	return []Route{
		{Method: get, Path: "/openapi.json", Summary: "This description", Status: ok, Public: true, Handle: a.openapi},
		{Method: post, Path: "/sessions", Summary: "Sign in", Status: created, Public: true, Body: access.Credentials{}, Answer: access.SignedIn{}, Handle: a.signIn},
		{Method: get, Path: "/sessions/current", Summary: "Who is signed in", Status: ok, Answer: models.Person{}, Handle: a.whoAmI},
		{Method: del, Path: "/sessions/current", Summary: "Sign out", Status: gone, Handle: a.signOut},
		{Method: post, Path: "/password", Summary: "Change one's own password; every sign-in of it ends", Status: gone, Body: passwords{}, Handle: a.changePassword},

		{Method: post, Path: "/assets", Summary: "Take an item on charge", Status: created, Body: register.NewAsset{}, Answer: models.Asset{}, Handle: a.takeOnCharge},
		{Method: post, Path: "/assets/lots", Summary: "Take several items alike on charge, all or none", Status: created, Body: register.Lot{}, Answer: register.Batch{}, Handle: a.takeLotOnCharge},
		{Method: get, Path: "/assets", Summary: "List and search the register", Status: ok, Answer: models.Asset{}, List: true, Query: filters(paging...), Handle: a.listAssets},
		{Method: get, Path: "/assets.csv", Summary: "Export the register, as import takes it", Status: ok, Query: filters(), Handle: a.exportAssets},
		{Method: post, Path: "/assets/import", Summary: "Take the rows of a CSV file on charge, all or none", Status: ok, Answer: register.Imported{},
			Query: []Param{{"dry_run", "true to check and show, and change nothing"}, {"map", "HEADING=field, as often as needed; - leaves a column out"}, {"name", "of the file"}}, Handle: a.importAssets},
		{Method: get, Path: "/assets/:tag", Summary: "One item, by tag or alias", Status: ok, Answer: models.Asset{}, Handle: a.asset},
		{Method: patch, Path: "/assets/:tag", Summary: "Change what is recorded of an item", Status: ok, Body: register.AssetEdit{}, Answer: models.Asset{}, Handle: a.editAsset},
		{Method: get, Path: "/assets/:tag/events", Summary: "An item's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: a.assetEvents},
		{Method: get, Path: "/assets/:tag/label.png", Summary: "An item's label as a picture", Status: ok, Query: []Param{{"stock", "label stock"}, {"scale", "pixels a module, 1 to 30"}}, Handle: a.labelPNG},
		{Method: get, Path: "/assets/:tag/label.svg", Summary: "An item's label as a drawing", Status: ok, Query: []Param{{"stock", "label stock"}}, Handle: a.labelSVG},
		{Method: get, Path: "/assets/:tag/label.zpl", Summary: "An item's label for a Zebra printer", Status: ok, Query: []Param{{"stock", "label stock"}, {"dpi", "of the printer: 203, 300 or 600"}}, Handle: a.labelZPL},
		{Method: post, Path: "/labels", Summary: "Sheets of labels, or a stock's test page, as PDF", Status: ok, Body: register.Print{}, Handle: a.printLabels},
		{Method: post, Path: "/assets/:tag/retag", Summary: "Give an item whose label was lost a new tag", Status: ok, Body: reason{}, Answer: models.Asset{}, Handle: a.retag},
		{Method: post, Path: "/assets/:tag/issue", Summary: "Issue an item in store", Status: ok, Body: custody.Issue{}, Answer: models.Asset{}, Handle: a.issue},
		{Method: post, Path: "/assets/:tag/return", Summary: "Take an issued item back", Status: ok, Body: custody.Return{}, Answer: models.Asset{}, Handle: a.takeBack},
		{Method: post, Path: "/assets/:tag/transfer", Summary: "Transfer an item in store to another unit", Status: ok, Body: custody.Transfer{}, Answer: models.Asset{}, Handle: a.transfer},
		{Method: post, Path: "/assets/:tag/files", Summary: "Attach a photo or document: a form's part \"file\", or the whole body", Status: created, Answer: models.Asset{}, Query: []Param{{"name", "of the file"}}, Handle: a.attach},
		{Method: get, Path: "/assets/:tag/files/:id", Summary: "A photo or document", Status: ok, Handle: a.file},
		{Method: del, Path: "/assets/:tag/files/:id", Summary: "Take a photo or document away", Status: ok, Answer: models.Asset{}, Query: []Param{{"reason", "why"}}, Handle: a.detach},
		{Method: post, Path: "/scans", Summary: "Find the item behind a tag, a label's text, an alias, a serial number or a photo (JPEG or PNG)", Status: ok, Body: scan{}, Answer: register.Found{}, Handle: a.scan},

		{Method: get, Path: "/units", Summary: "The unit tree", Status: ok, Answer: models.Unit{}, List: true, Query: paging, Handle: list(a.Register.Units)},
		{Method: post, Path: "/units", Summary: "Add a unit", Status: created, Body: models.Unit{}, Answer: models.Unit{}, Handle: add(a.Register.AddUnit)},
		{Method: get, Path: "/units/:code", Summary: "One unit", Status: ok, Answer: models.Unit{}, Handle: a.place(store.Units)},
		{Method: patch, Path: "/units/:code", Summary: "Change a unit", Status: ok, Body: register.UnitEdit{}, Answer: models.Unit{}, Handle: edit(a.Register.EditUnit)},
		{Method: get, Path: "/categories", Summary: "The categories and their fields", Status: ok, Answer: models.Category{}, List: true, Query: paging, Handle: list(a.Register.Categories)},
		{Method: post, Path: "/categories", Summary: "Add a category", Status: created, Body: models.Category{}, Answer: models.Category{}, Handle: add(a.Register.AddCategory)},
		{Method: get, Path: "/categories/:code", Summary: "One category", Status: ok, Answer: models.Category{}, Handle: a.place(store.Categories)},
		{Method: patch, Path: "/categories/:code", Summary: "Change a category", Status: ok, Body: register.CategoryEdit{}, Answer: models.Category{}, Handle: edit(a.Register.EditCategory)},
		{Method: get, Path: "/donors", Summary: "The donors", Status: ok, Answer: models.Donor{}, List: true, Query: paging, Handle: list(a.Register.Donors)},
		{Method: post, Path: "/donors", Summary: "Add a donor", Status: created, Body: models.Donor{}, Answer: models.Donor{}, Handle: add(a.Register.AddDonor)},
		{Method: get, Path: "/donors/:code", Summary: "One donor", Status: ok, Answer: models.Donor{}, Handle: a.place(store.Donors)},
		{Method: patch, Path: "/donors/:code", Summary: "Change a donor", Status: ok, Body: register.DonorEdit{}, Answer: models.Donor{}, Handle: edit(a.Register.EditDonor)},
		{Method: get, Path: "/grants", Summary: "The grants", Status: ok, Answer: models.Grant{}, List: true, Query: paging, Handle: list(a.Register.Grants)},
		{Method: post, Path: "/grants", Summary: "Add a grant", Status: created, Body: models.Grant{}, Answer: models.Grant{}, Handle: add(a.Register.AddGrant)},
		{Method: get, Path: "/grants/:code", Summary: "One grant", Status: ok, Answer: models.Grant{}, Handle: a.place(store.Grants)},
		{Method: patch, Path: "/grants/:code", Summary: "Change a grant", Status: ok, Body: register.GrantEdit{}, Answer: models.Grant{}, Handle: edit(a.Register.EditGrant)},
		{Method: get, Path: "/people", Summary: "The people in one's part of the unit tree", Status: ok, Answer: models.Person{}, List: true, Query: paging, Handle: list(a.Access.People)},
		{Method: post, Path: "/people", Summary: "Add a person", Status: created, Body: access.NewPerson{}, Answer: models.Person{}, Handle: add(a.Access.AddPerson)},
		{Method: get, Path: "/people/:code", Summary: "One person", Status: ok, Answer: models.Person{}, Handle: a.person},
		{Method: patch, Path: "/people/:code", Summary: "Change a person or their sign-in", Status: ok, Body: access.PersonEdit{}, Answer: models.Person{}, Handle: edit(a.Access.EditPerson)},
	}
}

var filterNames = []Param{
	{"status", "in_store, issued, in_transit, in_workshop, missing or struck_off"}, {"category", "code"},
	{"unit", "code; units below it are included"}, {"donor", "code"}, {"grant", "code"}, {"custodian", "code"},
	{"q", "words that begin words of the tag, name, make, model, serial number, other tags and fields"},
	{"sort", "tag, name, acquired_on, due_back or updated_at; - before it for the reverse"},
}

func filters(more ...Param) []Param { return append(append([]Param{}, filterNames...), more...) }
