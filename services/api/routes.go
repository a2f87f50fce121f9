package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/stock"
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
		{Method: post, Path: "/pin", Summary: "Set one's own PIN to sign with", Status: gone, Body: pin{}, Handle: a.setPIN},

		{Method: post, Path: "/assets", Summary: "Take an item on charge", Status: created, Body: register.NewAsset{}, Answer: models.Asset{}, Handle: a.takeOnCharge},
		{Method: post, Path: "/assets/lots", Summary: "Take several items alike on charge, all or none", Status: created, Body: register.Lot{}, Answer: register.Batch{}, Handle: a.takeLotOnCharge},
		{Method: get, Path: "/assets", Summary: "List and search the register", Status: ok, Answer: models.Asset{}, List: true, Query: filters(paging...), Handle: a.listAssets},
		{Method: get, Path: "/assets.csv", Summary: "Export the register, as import takes it", Status: ok, Query: filters(), Handle: a.exportAssets},
		{Method: post, Path: "/assets/import", Summary: "Take the rows of a CSV file on charge, all or none", Status: ok, Answer: register.Imported{},
			Query: []Param{{"dry_run", "true to check and show, and change nothing"}, {"map", "HEADING=field, as often as needed; - leaves a column out"}, {"name", "of the file"}}, Handle: a.importAssets},
		{Method: get, Path: "/assets/:tag", Summary: "One item, by tag or alias", Status: ok, Answer: models.Asset{}, Handle: a.asset},
		{Method: patch, Path: "/assets/:tag", Summary: "Change what is recorded of an item", Status: ok, Body: register.AssetEdit{}, Answer: models.Asset{}, Handle: a.editAsset},
		{Method: get, Path: "/assets/:tag/events", Summary: "An item's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: a.assetEvents},
		{Method: get, Path: "/assets/:tag/label.png", Summary: "An item's label as a picture", Status: ok, Query: []Param{{"stock", "label stock"}, {"scale", "pixels a module, 1 to 30"}}, Handle: LabelRoutes["label.png"](AssetLabel(a.Register))},
		{Method: get, Path: "/assets/:tag/label.svg", Summary: "An item's label as a drawing", Status: ok, Query: []Param{{"stock", "label stock"}}, Handle: LabelRoutes["label.svg"](AssetLabel(a.Register))},
		{Method: get, Path: "/assets/:tag/label.zpl", Summary: "An item's label for a Zebra printer", Status: ok, Query: []Param{{"stock", "label stock"}, {"dpi", "of the printer: 203, 300 or 600"}}, Handle: LabelRoutes["label.zpl"](AssetLabel(a.Register))},
		{Method: post, Path: "/labels", Summary: "Sheets of labels, or a stock's test page, as PDF", Status: ok, Body: register.Print{}, Handle: a.printLabels},
		{Method: post, Path: "/assets/:tag/retag", Summary: "Give an item whose label was lost a new tag", Status: ok, Body: reason{}, Answer: models.Asset{}, Handle: a.retag},
		{Method: post, Path: "/assets/:tag/issue", Summary: "Issue an item in store", Status: ok, Body: custody.Issue{}, Answer: models.Asset{}, Handle: a.issue},
		{Method: post, Path: "/assets/:tag/return", Summary: "Take an issued item back", Status: ok, Body: custody.Return{}, Answer: models.Asset{}, Handle: a.takeBack},
		{Method: post, Path: "/assets/:tag/transfer", Summary: "Transfer an item in store to another unit", Status: ok, Body: custody.Transfer{}, Answer: models.Asset{}, Handle: a.transfer},
		{Method: post, Path: "/assets/:tag/files", Summary: "Attach a photo or document: a form's part \"file\", or the whole body", Status: created, Answer: models.Asset{}, Query: []Param{{"name", "of the file"}}, Handle: a.attach},
		{Method: get, Path: "/assets/:tag/files/:id", Summary: "A photo or document", Status: ok, Handle: a.file},
		{Method: del, Path: "/assets/:tag/files/:id", Summary: "Take a photo or document away", Status: ok, Answer: models.Asset{}, Query: []Param{{"reason", "why"}}, Handle: a.detach},
		{Method: post, Path: "/scans", Summary: "Find the item, stock lot or arriving voucher behind a tag, a label's text, an alias, a serial number or a photo (JPEG or PNG)", Status: ok, Body: scan{}, Answer: custody.Found{}, Handle: a.scan},

		{Method: post, Path: "/assets/:tag/contents", Summary: "Make an item a kit of parts, or say what of it is missing", Status: ok, Body: register.Contents{}, Answer: models.Asset{}, Handle: a.setContents},

		{Method: post, Path: "/vouchers", Summary: "Draft a voucher", Status: created, Body: custody.NewVoucher{}, Answer: models.Voucher{}, Handle: a.draftVoucher},
		{Method: get, Path: "/vouchers", Summary: "List vouchers, newest first", Status: ok, Answer: custody.Shown{}, List: true, Query: voucherFilters, Handle: a.vouchers},
		{Method: get, Path: "/vouchers/:number", Summary: "One voucher, and which of its signatures do not match it", Status: ok, Answer: custody.Shown{}, Handle: a.voucher},
		{Method: patch, Path: "/vouchers/:number", Summary: "Change a draft", Status: ok, Body: custody.VoucherEdit{}, Answer: models.Voucher{}, Handle: step(a.revise)},
		{Method: get, Path: "/vouchers/:number/events", Summary: "A voucher's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Custody.Events)},
		{Method: get, Path: "/vouchers/:number/voucher.pdf", Summary: "A voucher as it is printed", Status: ok, Handle: a.voucherPDF},
		{Method: post, Path: "/vouchers/:number/dispatch", Summary: "Dispatch a draft: every line or none", Status: ok, Body: signed{}, Answer: models.Voucher{}, Handle: step(a.dispatch)},
		{Method: post, Path: "/vouchers/:number/accept", Summary: "Accept or refuse each line; without lines all are accepted", Status: ok, Body: custody.Acceptance{}, Answer: models.Voucher{}, Handle: step(a.accept)},
		{Method: post, Path: "/vouchers/:number/refuse", Summary: "Refuse all of it; it goes back", Status: ok, Body: custody.Refusal{}, Answer: models.Voucher{}, Handle: step(a.refuse)},
		{Method: post, Path: "/vouchers/:number/cancel", Summary: "Cancel a draft, or a dispatch that is not accepted yet", Status: ok, Body: reason{}, Answer: models.Voucher{}, Handle: step(a.cancel)},

		{Method: get, Path: "/stock", Summary: "The stock items", Status: ok, Answer: models.StockItem{}, List: true, Query: paging, Handle: list(a.Stock.Items)},
		{Method: post, Path: "/stock", Summary: "Add a stock item", Status: created, Body: models.StockItem{}, Answer: models.StockItem{}, Handle: add(a.Stock.AddItem)},
		{Method: get, Path: "/stock/totals", Summary: "What there is of each item: on hand, expired, expiring within 90 days, below the reorder level", Status: ok, Answer: stock.Total{}, List: true, Query: stockFilters, Handle: a.totals},
		{Method: get, Path: "/stock/:code", Summary: "One stock item", Status: ok, Answer: models.StockItem{}, Handle: a.stockItem},
		{Method: patch, Path: "/stock/:code", Summary: "Change a stock item", Status: ok, Body: stock.ItemEdit{}, Answer: models.StockItem{}, Handle: edit(a.Stock.EditItem)},
		{Method: post, Path: "/stock/:code/levels", Summary: "Set a unit's reorder level; 0 takes it away", Status: ok, Body: models.Level{}, Answer: models.StockItem{}, Handle: edit(a.Stock.SetLevel)},
		{Method: post, Path: "/stock/:code/receive", Summary: "Take a delivery into stock, as a lot of its own", Status: created, Body: stock.Receipt{}, Answer: models.Lot{}, Handle: a.receiveItem},
		{Method: post, Path: "/stock/:code/consume", Summary: "Use up some of an item, from the lots that expire soonest", Status: ok, Body: stock.Use{}, Answer: stock.Used{}, Handle: a.consumeItem},
		{Method: get, Path: "/lots", Summary: "The balances of lots at units, what expires soonest first", Status: ok, Answer: models.Balance{}, List: true, Query: append(stockFilters, paging...), Handle: a.lots},
		{Method: post, Path: "/lots", Summary: "Take a delivery into stock, as a lot of its own", Status: created, Body: stock.Receipt{}, Answer: models.Lot{}, Handle: add(a.Stock.Receive)},
		{Method: get, Path: "/lots/:code", Summary: "One lot and its balances", Status: ok, Answer: stock.LotAt{}, Handle: a.lot},
		{Method: get, Path: "/lots/:code/movements", Summary: "A lot's movements, newest first", Status: ok, Answer: models.Movement{}, List: true, Query: paging, Handle: a.movements},
		{Method: post, Path: "/lots/:code/receive", Summary: "Take more of a lot into stock", Status: ok, Body: stock.Receipt{}, Answer: models.Lot{}, Handle: onLot(a.Stock.ReceiveMore)},
		{Method: post, Path: "/lots/:code/consume", Summary: "Use up some of a lot", Status: ok, Body: stock.Use{}, Answer: models.Lot{}, Handle: onLot(a.Stock.Consume)},
		{Method: post, Path: "/lots/:code/adjust", Summary: "Correct a balance by the difference that a count found", Status: ok, Body: stock.Correction{}, Answer: models.Lot{}, Handle: onLot(a.Stock.Adjust)},
		{Method: post, Path: "/lots/:code/dispose", Summary: "Destroy some of an expired lot", Status: ok, Body: stock.Correction{}, Answer: models.Lot{}, Handle: onLot(a.Stock.Dispose)},
		{Method: get, Path: "/lots/:code/label.png", Summary: "A lot's label as a picture", Status: ok, Query: []Param{{"stock", "label stock"}, {"scale", "pixels a module, 1 to 30"}}, Handle: LabelRoutes["label.png"](LotLabel(a.Stock))},
		{Method: get, Path: "/lots/:code/label.svg", Summary: "A lot's label as a drawing", Status: ok, Query: []Param{{"stock", "label stock"}}, Handle: LabelRoutes["label.svg"](LotLabel(a.Stock))},
		{Method: get, Path: "/lots/:code/label.zpl", Summary: "A lot's label for a Zebra printer", Status: ok, Query: []Param{{"stock", "label stock"}, {"dpi", "of the printer: 203, 300 or 600"}}, Handle: LabelRoutes["label.zpl"](LotLabel(a.Stock))},
		{Method: post, Path: "/lots/labels", Summary: "Sheets of labels of lots, and of bins written UNIT/BIN, as PDF", Status: ok, Body: register.Print{}, Handle: a.printStockLabels},
		{Method: get, Path: "/bins/:unit/:bin/label.png", Summary: "A bin's label as a picture", Status: ok, Query: []Param{{"stock", "label stock"}, {"scale", "pixels a module, 1 to 30"}}, Handle: LabelRoutes["label.png"](BinLabel(a.Stock))},

		{Method: post, Path: "/requests", Summary: "Ask for equipment or stock", Status: created, Body: requests.NewRequest{}, Answer: models.Request{}, Handle: a.submitRequest},
		{Method: get, Path: "/requests", Summary: "List requests: of one state the most urgent first, otherwise the newest", Status: ok, Answer: models.Request{}, List: true, Query: requestFilters, Handle: a.requests},
		{Method: get, Path: "/requests/:number", Summary: "One request", Status: ok, Answer: models.Request{}, Handle: a.request},
		{Method: get, Path: "/requests/:number/events", Summary: "A request's history, newest first", Status: ok, Answer: models.Event{}, List: true, Query: paging, Handle: events(a.Requests.Events)},
		{Method: get, Path: "/requests/:number/available", Summary: "What is in store of it, here and nearby", Status: ok, Answer: requests.InStore{}, List: true, Handle: a.available},
		{Method: post, Path: "/requests/:number/approve", Summary: "Approve a request, in whole or in part", Status: ok, Body: requests.Approval{}, Answer: models.Request{}, Handle: step(a.approve)},
		{Method: post, Path: "/requests/:number/decline", Summary: "Decline a request", Status: ok, Body: reason{}, Answer: models.Request{}, Handle: step(a.decline)},
		{Method: post, Path: "/requests/:number/close", Summary: "Withdraw a request, or end one before all was given", Status: ok, Body: reason{}, Answer: models.Request{}, Handle: step(a.closeRequest)},
		{Method: post, Path: "/requests/:number/fulfil", Summary: "Draft a voucher for an approved request, with suggested items", Status: created, Body: requests.Fulfilment{}, Answer: models.Voucher{}, Handle: a.fulfil},
		{Method: get, Path: "/inbox", Summary: "What waits for whoever is signed in", Status: ok, Answer: requests.Inbox{}, Handle: a.inbox},

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
		{Method: get, Path: "/people/:code/outstanding", Summary: "What stands on a person's name", Status: ok, Answer: access.Outstanding{}, Handle: a.outstanding},
		{Method: get, Path: "/people/:code/no-demand.pdf", Summary: "The certificate that nothing stands on a person's name", Status: ok, Handle: a.noDemand},
	}
}

var filterNames = []Param{
	{"status", "in_store, issued, in_transit, in_workshop, missing or struck_off"}, {"category", "code"},
	{"unit", "code; units below it are included"}, {"donor", "code"}, {"grant", "code"}, {"custodian", "code"},
	{"q", "words that begin words of the tag, name, make, model, serial number, other tags and fields"},
	{"sort", "tag, name, acquired_on, due_back or updated_at; - before it for the reverse"},
}

func filters(more ...Param) []Param { return append(append([]Param{}, filterNames...), more...) }
