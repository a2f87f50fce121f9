package web

import (
	"encoding/base64"
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/reports"
	"quartermaster/services/server"
	"quartermaster/services/shares"
	"quartermaster/services/titles"
)

// mountShared is for whoever holds a link: they need no sign-in.
func (w *Web) mountShared(app fiber.Router) {
	app.Get(shares.Path+":secret", w.shared)
	app.Get(shares.Path+":secret/:kind", w.sharedReport)
	app.Get(shares.Path+":secret/:kind/file", w.sharedFile)
}

// openShare opens the link in the address, and keeps its address out of search engines
// and of what browsers tell other sites.
func (w *Web) openShare(c *fiber.Ctx, what string) (*shares.Opened, error) {
	c.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	return w.Shares.Open(c.UserContext(), c.Params("secret"), shares.Visitor{Address: server.Address(c), Agent: c.Get(fiber.HeaderUserAgent)}, what)
}

// sharedGrant is a grant as whoever holds a link to it sees it.
type sharedGrant struct {
	closingPage
	Share    *models.Share
	Address  string
	Kinds    []*reports.Kind
	InTheWay []obstacles
}

func (w *Web) shared(c *fiber.Ctx) error {
	opened, err := w.openShare(c, "page")
	if err != nil {
		return err
	}
	if opened.Kind != models.GrantShare {
		return w.showShared(c, opened, opened.Kind)
	}
	survey, err := w.Titles.Closing(opened.Context, opened.Asked.Grant)
	if err != nil {
		return err
	}
	p := &sharedGrant{closingPage: closingPage{Closing: survey}, Share: opened.Share, Address: shares.Path + c.Params("secret")}
	for _, name := range opened.Kinds() {
		kind, err := reports.Find(name)
		if err != nil {
			return err
		}
		p.Kinds = append(p.Kinds, kind)
	}
	for _, kind := range titles.ObstacleKinds {
		if n := survey.Counts[kind]; n > 0 {
			p.InTheWay = append(p.InTheWay, obstacles{Kind: kind, Count: n})
		}
	}
	return w.render(c, fiber.StatusOK, "shared-grant", view{Title: survey.Grant.Name, Data: p})
}

func (w *Web) sharedReport(c *fiber.Ctx) error {
	opened, err := w.openShare(c, c.Params("kind"))
	if err != nil {
		return err
	}
	return w.showShared(c, opened, c.Params("kind"))
}

// sharedReport is a report as whoever holds a link to it sees it.
type sharedReportPage struct {
	reportPage
	Share *models.Share
	Back  string       // to the grant that it belongs to
	QR    template.URL // opens the page that checks it
}

func (w *Web) showShared(c *fiber.Ctx, opened *shares.Opened, name string) error {
	kind, err := sharedKind(opened, name)
	if err != nil {
		return err
	}
	p := &sharedReportPage{reportPage: reportPage{Kind: kind, Query: opened.Asked}, Share: opened.Share}
	address := shares.Path + c.Params("secret")
	if opened.Kind == models.GrantShare {
		p.Back = address
	}
	reportVoice(c, &p.Query)
	err = w.fillReport(opened.Context, &p.reportPage, func(format string) string { return address + "/" + kind.Name + "/file?format=" + format })
	if err != nil {
		return err
	}
	p.unlinked()
	if p.Number != "" {
		code, err := labels.NewPaperCode(w.Reports.Address(p.Number))
		if err != nil {
			return err
		}
		p.QR = template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(code.SVG())) //nolint:gosec // our own drawing
	}
	return w.render(c, fiber.StatusOK, "shared-report", view{Title: kind.Title, Data: p})
}

func sharedKind(opened *shares.Opened, name string) (*reports.Kind, error) {
	if !opened.Shows(name) {
		return nil, models.Refuse(models.NotFound, "", "this link does not show that")
	}
	return reports.Find(name)
}

func (w *Web) sharedFile(c *fiber.Ctx) error {
	name, format := c.Params("kind"), c.Query("format")
	f, err := reports.FormatOf(format)
	if err != nil {
		return err
	}
	opened, err := w.openShare(c, name+" as "+strings.ToUpper(f.Name))
	if err != nil {
		return err
	}
	kind, err := sharedKind(opened, name)
	if err != nil {
		return err
	}
	file, err := w.Reports.Pull(opened.Context, kind.Name, f.Name, opened.Asked)
	if err != nil {
		return err
	}
	return api.Download(c, file.Name, file.Type, file.Size, file)
}
