package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// view is what every page shows besides its own Data.
type view struct {
	Title   string
	Here    string // the entry of the menu that the page belongs to
	Person  *models.Person
	Token   string // of forms
	Once    string // of forms
	Done    string // what was just done
	Refusal *models.Error
	Data    any
	zone    *time.Location
}

// May says whether the person who looks may do something.
func (v view) May(verb string) bool {
	return v.Person != nil && access.May(v.Person.Role, verbs[verb])
}

var verbs = map[string]access.Verb{
	"report loss": access.ReportLoss, "dispose": access.Dispose, "pass title": access.PassTitle, "monitor": access.Monitor, "train": access.Train, "triage": access.Triage, "report": access.ReportDefects, "ask": access.Ask, "stock": access.KeepStock, "take": access.TakeOnCharge, "edit": access.Edit, "move": access.Move,
	"jobs": access.RunJobs, "count": access.TakeStock, "places": access.ManagePlaces, "add people": access.AddPeople, "manage people": access.ManagePeople,
	"maintain": access.Maintain, "schedule": access.Schedule,
	"notices": access.ManageNotices,
}

// Wrong returns what is wrong with a field of the form, or "".
func (v view) Wrong(field string) string {
	if v.Refusal == nil {
		return ""
	}
	for _, d := range v.Refusal.Details {
		if d.Field == field && d.Line == 0 {
			return d.Message
		}
	}
	if v.Refusal.Field == field {
		return v.Refusal.Message
	}
	return ""
}

// When tells an instant in the zone of the house.
func (v view) When(t models.Time) string { return t.In(v.zone).Format("2 Jan 2006, 15:04") }

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

var pages = sync.OnceValue(func() map[string]*template.Template {
	base := template.Must(template.New("").Funcs(template.FuncMap{
		"static": asset, "day": longDay, "upper": upperFirst, "query": withQuery, "bytes": bytesText, "size": func(n int64) string { return bytesText(int(n)) }, "join": strings.Join, "week": weekdays, "bars": barsOf, "pick": pick,
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
})

func (w *Web) render(c *fiber.Ctx, status int, page string, v view) error {
	v.zone = w.Zone
	if v.zone == nil {
		v.zone = time.UTC
	}
	v.Person, _ = access.Caller(c.UserContext())
	v.Token, _ = c.Locals(tokenKey{}).(string)
	v.Once = newKey()
	if v.Done == "" {
		v.Done = done[c.Query("done")]
	}
	var body bytes.Buffer
	if err := pages()[page].ExecuteTemplate(&body, "layout", v); err != nil {
		return fmt.Errorf("web: page %s: %w", page, err)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(body.Bytes())
}

// done are the sentences that a page shows after a form led to it.
var done = map[string]string{
	"acknowledged": "Noted.", "run": "It has run; see what came of it.", "running": "It runs; this page shows what comes of it.",
	"lost": "Reported. Somebody is appointed to inquire.", "proposed": "Proposed.", "recorded": "Recorded.", "trained": "Recorded.", "decided": "Decided.", "reported": "Reported. The workshop looks at it.", "taken": "Taken on charge.", "changed": "Saved.", "issued": "Issued.", "returned": "Back in store.",
	"again": "It is sent again.", "trial": "A trial is on its way; open this page again to see how it went.", "removed": "Removed.",
	"transferred": "Transferred.", "retagged": "The item has a new tag. Print its label.", "attached": "Attached.",
	"added": "Added.", "imported": "Imported.", "drafted": "Drafted. Nothing has moved yet: sign to dispatch it.", "dispatched": "Dispatched. The receiver signs for it.",
	"received": "Recorded what was received.", "refused": "Refused; it goes back.", "cancelled": "Cancelled.", "asked": "Asked for.", "approved": "Approved.",
	"serviced": "Recorded. What is next due is below.", "read": "The meter was read.", "put_in": "In the workshop; it cannot be issued.", "taken_out": "Out of the workshop.",
	"declined": "Declined.", "closed": "Closed.", "opened": "Opened. What is expected is frozen; count it.", "recount": "To be counted again, by somebody else.", "counted": "Closed and signed. What nobody saw is flagged.", "pin": "Your PIN is set.", "used": "Recorded.", "disposed": "Recorded.",
}

// static files carry a hash of their content in their address, so that browsers
// keep them for good and still get the new ones after an upgrade.
var hashes = sync.OnceValue(func() map[string]string {
	files := map[string]string{}
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	for _, e := range entries {
		content, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(content)
		files[e.Name()] = hex.EncodeToString(sum[:6])
	}
	return files
})

func asset(name string) string { return "/static/" + name + "?" + hashes()[name] }

func static(c *fiber.Ctx) error {
	name := c.Params("name")
	content, err := staticFiles.ReadFile("static/" + path.Base(name))
	if err != nil {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, mime.TypeByExtension(path.Ext(name)))
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return c.Send(content)
}

func longDay(d models.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("2 January 2006")
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func bytesText(n int) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
