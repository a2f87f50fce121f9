package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/server"
	"quartermaster/services/words"
)

//go:embed templates
var templateFiles embed.FS

// view is what every page shows besides its own Data.
type view struct {
	Title   any    // words, or a name as it is
	Here    string // the entry of the menu that the page belongs to
	Person  *models.Person
	Phone   bool        // the page is filled from what a phone carries
	Token   string      // of forms
	Once    string      // of forms
	Live    string      // what tells of changes of what the page shows, below /live/; "" when it is not kept open
	Done    models.Text // what was just done
	Undo    *undo       // takes it back; nil when it cannot be
	Refusal *models.Error
	Data    any
	zone    *time.Location
	words   *words.Printer
	paper   string // in which language papers are made
	Path    string // of this page, to come back to
	Theme   string // that was chosen on this device; "" is as the device has it
}

// May says whether the person who looks may do something.
func (v view) May(verb string) bool {
	return v.Person != nil && access.May(v.Person.Role, verbs[verb])
}

var verbs = map[string]access.Verb{
	"report loss": access.ReportLoss, "dispose": access.Dispose, "pass title": access.PassTitle, "monitor": access.Monitor, "train": access.Train, "triage": access.Triage, "report": access.ReportDefects, "ask": access.Ask, "stock": access.KeepStock, "take": access.TakeOnCharge, "edit": access.Edit, "move": access.Move,
	"jobs": access.RunJobs, "count": access.TakeStock, "places": access.ManagePlaces, "add people": access.AddPeople, "manage people": access.ManagePeople,
	"maintain": access.Maintain, "schedule": access.Schedule,
	"notices": access.ManageNotices, "share": access.Share,
}

// Of is a timeline as the page's part for it takes it.
func (v view) Of(events []happening) timeline { return timeline{v, events} }

type timeline struct {
	view
	Events []happening
}

// With is the page with other data, for one of its parts.
func (v view) With(data any) view {
	v.Data = data
	return v
}

// Zone names the zone in which the pages tell the time.
func (v view) Zone() string { return v.zone.String() }

func parsePages(p *words.Printer) pageSet {
	base := template.Must(template.New("").Funcs(speech(p)).Funcs(template.FuncMap{
		"static": asset, "upper": words.UpperFirst, "query": withQuery, "bars": barsOf, "week": func() []weekday { return weekdays }, "pick": pick, "device": deviceOf,
	}).ParseFS(templateFiles, "templates/layout.html", "templates/parts/*.html"))
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	parsed := map[string]*template.Template{}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		if page == "layout" {
			continue
		}
		parsed[page] = template.Must(template.Must(base.Clone()).ParseFS(templateFiles, name))
	}
	return parsed
}

func (w *Web) render(c *fiber.Ctx, status int, page string, v view) error {
	if was := sent(c); was.refusal != nil && page != "error" {
		status, v.Refusal = was.status, was.refusal
	}
	if v.Refusal != nil && byScript(c) {
		return api.Problem(c, v.Refusal)
	}
	server.Waits(c, v.Refusal)
	var body bytes.Buffer
	if err := w.write(&body, c, page, v); err != nil {
		return err
	}
	shown := body.Bytes()
	if v.Refusal != nil {
		var err error
		if shown, err = beside(shown, c, v.Refusal, speaks(c)); err != nil {
			return err
		}
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, speaks(c).Language)
	return c.Status(status).Send(shown)
}

// write completes a view and writes its page.
func (w *Web) write(to *bytes.Buffer, c *fiber.Ctx, page string, v view) error {
	v.zone = w.Zone
	if v.zone == nil {
		v.zone = time.UTC
	}
	if !v.Phone {
		v.Person, _ = access.Caller(c.UserContext())
		v.Token, _ = c.Locals(tokenKey{}).(string)
		v.Once = newKey()
		if v.Done.Format == "" && v.Refusal == nil {
			v.Done = done[c.Query("done")]
		}
	}
	if v.Live != "" {
		asked := w.Book.Now().Add(-time.Since(c.Context().Time()))
		v.Live += "?since=" + models.At(asked).String()
	}
	v.words, v.Path, v.Theme, v.paper = speaks(c), pathOf(c), themeOf(c), paperVoice(c)
	if err := pagesIn(v.words)[page].ExecuteTemplate(to, "layout", v); err != nil {
		return fmt.Errorf("web: page %s: %w", page, err)
	}
	return nil
}

// pathOf is where what is shown can be opened again: a form that comes back with what is
// wrong in it, where it was opened.
func pathOf(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return c.OriginalURL()
	}
	from, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil {
		return "/"
	}
	return localPath(from.RequestURI())
}

// done are the sentences that a page shows after a form led to it.
var done = map[string]models.Text{
	"acknowledged": say("Noted."), "switched": say("Saved."), "retired": say("Saved."), "planned": say("Planned."), "run": say("It has run; see what came of it."), "running": say("It runs; this page shows what comes of it."),
	"lost": say("Reported. Somebody is appointed to inquire."), "proposed": say("Proposed."), "recorded": say("Recorded."), "trained": say("Recorded."), "decided": say("Decided."), "reported": say("Reported. The workshop looks at it."), "taken": say("Taken on charge."), "changed": say("Saved."), "issued": say("Issued."), "returned": say("Back in store."),
	"again": say("It is sent again."), "trial": say("A trial is on its way; open this page again to see how it went."), "removed": say("Removed."), "withdrawn": say("Withdrawn. The link opens nothing any more."),
	"transferred": say("Transferred."), "retagged": say("The item has a new tag. Print its label."), "attached": say("Attached."),
	"added": say("Added."), "ready": say("Taken. Change what differs from your makers' manuals."), "imported": say("Imported."), "drafted": say("Drafted. Nothing has moved yet: sign to dispatch it."), "dispatched": say("Dispatched. The receiver signs for it."),
	"received": say("Recorded what was received."), "refused": say("Refused; it goes back."), "cancelled": say("Cancelled."), "asked": say("Asked for."), "approved": say("Approved."),
	"serviced": say("Recorded. What is next due is below."), "read": say("The meter was read."), "put_in": say("In the workshop; it cannot be issued."), "taken_out": say("Out of the workshop."),
	"declined": say("Declined."), "closed": say("Closed."), "opened": say("Opened. What is expected is frozen; count it."), "recount": say("To be counted again, by somebody else."), "counted": say("Closed and signed. What nobody saw is flagged."), "pin": say("Your PIN is set."), "ended": say("Ended."), "factor": say("Your second factor is set up."), "factor_taken": say("Taken away. They are signed out."), "used": say("Recorded."), "disposed": say("Recorded."),
}
