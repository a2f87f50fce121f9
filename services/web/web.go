// Package web is the book as pages: rendered on the server, usable on a phone and
// without JavaScript. Each handler reads a form, calls one service method and
// shows a page or leads to one.
package web

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/server"
	"quartermaster/services/stock"
)

// Web serves the services as pages.
type Web struct {
	Log      *slog.Logger
	Book     *ledger.Book
	Access   *access.Service
	Register *register.Service
	Stock    *stock.Service
	Custody  *custody.Service
	Requests *requests.Service
	Secure   bool           // served over TLS
	Zone     *time.Location // in which pages tell the time
	Demo     []SignIn       // shown on the sign-in page of a demo
}

// SignIn is a demo's user name and password.
type SignIn struct{ Role, Username, Password string }

// Mount adds every page to the application.
func (w *Web) Mount(app *fiber.App) {
	app.Get("/static/:name", static)
	app.Get("/favicon.ico", func(c *fiber.Ctx) error { return c.Redirect(asset("icon.svg"), fiber.StatusMovedPermanently) })
	app.Get("/sign-in", w.signInPage)
	app.Post("/sign-in", sameSite, w.signIn)

	in := app.Group("", sameSite, w.signedIn)
	in.Post("/sign-out", w.signOut)
	in.Get("/me", w.me)
	in.Post("/me", w.changePassword)
	in.Post("/me/pin", w.setPIN)
	in.Get("/", w.home)
	in.Get("/t/:tag", w.openTag)

	in.Get("/scan", w.scan)
	in.Post("/scan", w.scanPhoto)

	in.Get("/assets", w.assets)
	in.Get("/assets/new", w.newAsset)
	in.Post("/assets/new", w.takeOnCharge)
	in.Get("/assets/import", w.importPage)
	in.Post("/assets/import", w.previewImport)
	in.Post("/assets/import/:id", w.runImport)
	in.Get("/assets/export.csv", w.export)
	in.Get("/assets/:tag", w.asset)
	for name, handler := range api.LabelRoutes {
		in.Get("/assets/:tag/"+name, handler(api.AssetLabel(w.Register)))
		in.Get("/lots/:code/"+name, handler(api.LotLabel(w.Stock)))
		in.Get("/bins/:unit/:bin/"+name, handler(api.BinLabel(w.Stock)))
	}
	in.Post("/labels", w.printLabels)
	in.Get("/assets/:tag/edit", w.editPage)
	in.Post("/assets/:tag/edit", w.edit)
	in.Post("/assets/:tag/issue", w.issue)
	in.Post("/assets/:tag/return", w.takeBack)
	in.Post("/assets/:tag/transfer", w.transfer)
	in.Post("/assets/:tag/retag", w.retag)
	in.Post("/assets/:tag/files", w.attach)
	in.Get("/assets/:tag/files/:id", w.file)

	in.Get("/assets/:tag/kit", w.kitPage)
	in.Post("/assets/:tag/kit", w.setKit)

	in.Get("/vouchers", w.vouchers)
	in.Get("/vouchers/new", w.newVoucher)
	in.Post("/vouchers/new", w.draftVoucher)
	in.Post("/vouchers/start", w.startVoucher)
	in.Get("/vouchers/:number", w.voucher)
	in.Get("/vouchers/:number/edit", w.editVoucher)
	in.Post("/vouchers/:number/edit", w.reviseVoucher)
	in.Post("/vouchers/:number/dispatch", w.voucherStep("dispatch", "dispatched", w.dispatchVoucher))
	in.Post("/vouchers/:number/accept", w.voucherStep("accept", "received", w.acceptVoucher))
	in.Post("/vouchers/:number/refuse", w.voucherStep("refuse", "refused", w.refuseVoucher))
	in.Post("/vouchers/:number/cancel", w.voucherStep("cancel", "cancelled", w.cancelVoucher))
	in.Get("/vouchers/:number/qr.svg", w.voucherQR)
	in.Get("/vouchers/:number/voucher.pdf", func(c *fiber.Ctx) error { return api.VoucherPDF(c, w.Custody) })
	in.Get("/people/:code/no-demand.pdf", func(c *fiber.Ctx) error { return api.NoDemand(c, w.Custody) })

	in.Get("/requests", w.requests)
	in.Get("/requests/new", w.newRequest)
	in.Post("/requests/new", w.submitRequest)
	in.Get("/requests/:number", w.request)
	in.Post("/requests/:number/approve", w.requestStep("approve", "approved", w.approveRequest))
	in.Post("/requests/:number/decline", w.requestStep("decline", "declined", w.declineRequest))
	in.Post("/requests/:number/close", w.requestStep("close", "closed", w.closeRequest))
	in.Post("/requests/:number/fulfil", w.requestStep("fulfil", "drafted", w.fulfilRequest))

	in.Get("/stock", w.stock)
	in.Post("/stock", w.addItem)
	in.Post("/stock/labels", w.printStockLabels)
	in.Get("/stock/:item", w.item)
	in.Post("/stock/:item/receive", w.stockStep("receive", "received", w.receiveStock))
	in.Post("/stock/:item/consume", w.stockStep("consume", "used", w.consumeItem))
	in.Post("/stock/:item/level", w.stockStep("level", "changed", w.setLevel))
	in.Get("/lots/:code", w.lot)
	in.Post("/lots/:code/consume", w.lotStep("consume", "used", w.consumeLot))
	in.Post("/lots/:code/adjust", w.lotStep("adjust", "changed", w.adjustLot))
	in.Post("/lots/:code/dispose", w.lotStep("dispose", "disposed", w.disposeLot))
	in.Get("/l/:code", w.openLot)
	in.Get("/b/:unit/:bin", w.openBin)
	in.Get("/bins/:unit/:bin", w.bin)

	in.Get("/units", w.units)
	in.Post("/units", w.addUnit)
	in.Get("/donors", w.donors)
	in.Post("/donors", w.addDonor)
	in.Post("/grants", w.addGrant)
	in.Get("/categories", w.categories)
	in.Post("/categories", w.addCategory)
	in.Get("/people", w.people)
	in.Get("/people/new", w.newPerson)
	in.Post("/people/new", w.addPerson)
	in.Get("/people/:code", w.person)
	in.Post("/people/:code", w.editPerson)
}

// ErrorPage shows a refusal as a page; whoever is not signed in is led to the
// sign-in and from there back.
func (w *Web) ErrorPage(c *fiber.Ctx, err error) error {
	status, refusal := server.Refusal(err)
	if status == fiber.StatusUnauthorized {
		next := "/"
		if c.Method() == fiber.MethodGet {
			next = c.OriginalURL()
		}
		w.clearSession(c)
		return c.Redirect("/sign-in?next="+url.QueryEscape(next), fiber.StatusSeeOther)
	}
	return w.render(c, status, "error", view{Title: title(status), Refusal: refusal, Data: server.RequestID(c)})
}

func title(status int) string {
	switch status {
	case fiber.StatusNotFound:
		return "Not found"
	case fiber.StatusForbidden:
		return "Not allowed"
	}
	if status >= fiber.StatusInternalServerError {
		return "Something went wrong"
	}
	return "That did not work"
}

// formKey names the hidden fields that every form carries.
const (
	formToken = "_token" // shows that the form is one of ours
	formOnce  = "_once"  // makes sending it twice take effect once
)

// act carries out a form: once, however often it is sent. It returns nil also
// when it was carried out before.
func (w *Web) act(c *fiber.Ctx, do func(*fiber.Ctx) error) error {
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	key := c.FormValue(formOnce)
	if key != "" {
		ctx, err := w.Book.OnlyOnce(c.UserContext(), caller.Code, "form "+key, []byte(c.Path()))
		if err != nil {
			return unlessReplayed(err)
		}
		c.SetUserContext(ctx)
	}
	return unlessReplayed(do(c))
}

func unlessReplayed(err error) error {
	var again *ledger.Replayed
	if errors.As(err, &again) {
		return nil
	}
	return err
}

// shown says whether err is something that a form shows beside its fields, rather
// than a page of its own.
func shown(err error) (*models.Error, bool) {
	var refusal *models.Error
	if !errors.As(err, &refusal) {
		return nil, false
	}
	switch refusal.Kind {
	case models.Unauthenticated, models.NotFound:
		return nil, false
	}
	return refusal, true
}

// openTag opens the asset whose label was scanned with a phone's camera.
func (w *Web) openTag(c *fiber.Ctx) error {
	return c.Redirect("/assets/"+url.PathEscape(strings.ToUpper(c.Params("tag"))), fiber.StatusSeeOther)
}

func newKey() string { return rand.Text() }

func (w *Web) zone() *time.Location {
	if w.Zone == nil {
		return time.UTC
	}
	return w.Zone
}
