package web

import (
	"embed"
	"path"
	"slices"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/words"
)

func (w *Web) mountHelp(in fiber.Router) {
	in.Get("/help", w.help)
	in.Get("/help/:role", w.help)
	in.Get("/help/pictures/:language/:name", helpPicture)
}

// helpPictures are made by the browser tests from the running product: make pictures.
//
//go:embed help/pictures
var helpPictures embed.FS

// topic is something that somebody does, in a few steps, and how it looks.
type topic struct {
	Name    string // in the page's address
	Title   models.Text
	Steps   []models.Text
	Picture string
	Width   int
	Height  int
}

// Size in which the pictures are made, in CSS pixels: most of a phone's screen.
const (
	helpWidth  = 360
	helpHeight = 560
)

var (
	withoutNetwork = topic{Name: "offline", Title: say("Without a network"), Steps: []models.Text{
		say("Open the book once where there is a network; the phone then carries your part of the register."),
		say("Scan, issue, take back, accept, count and record services as ever. What you do waits in the outbox, with its time."),
		say("When the network is back it is sent by itself. What the book does not take comes back as a question in the outbox; nothing is lost."),
	}}
	findAnything = topic{Name: "find", Title: say("Find anything"), Steps: []models.Text{
		say("Press / or the magnifying glass and type: a tag, a serial number, a person, a voucher's number, the name of a page."),
	}}
	received = []models.Text{
		say("Open what is sent to you from the first page."),
		say("Look at each thing. Say Yes for what is there and No for what is not, with its condition."),
		say("Draw your signature, or sign with your PIN, and press Sign for what is there."),
	}
)

// topics are what each role does, in the order of a day.
var topics = map[models.Role][]topic{
	models.Storekeeper: {
		{Name: "begin", Title: say("Begin the day"), Picture: "inbox", Steps: []models.Text{say("The first page shows what waits for you: what to accept, to count, to give out. Begin at the top.")}},
		{Name: "receive", Title: say("Receive an item"), Picture: "receive", Steps: received},
		{Name: "new", Title: say("Take a new item on charge"), Picture: "take-on-charge", Steps: []models.Text{
			say("Press Take on charge and choose the kind of thing."),
			say("Write the name and the serial numbers, one a line: each becomes an item with a tag of its own."),
			say("Choose the store and the grant that paid, and press Take on charge."),
		}},
		{Name: "label", Title: say("Label it"), Picture: "label", Steps: []models.Text{
			say("On the item's page choose the label stock and press Print. For many, choose them in the register and press Print chosen."),
			say("Stick the label where it is seen and not rubbed off, and scan it once."),
		}},
		{Name: "issue", Title: say("Issue it to somebody"), Picture: "issue", Steps: []models.Text{
			say("Scan the label, press Issue and say to whom."),
			say("If the receiver stands before you, open Who receives it signs now and let them sign. If not, it is in transit until they sign."),
			say("It makes a numbered voucher that can be printed."),
		}},
		{Name: "back", Title: say("Take an item back"), Picture: "scan", Steps: []models.Text{say("Scan the label, press Take back, and say in which condition it is.")}},
		{Name: "count", Title: say("Count in a stocktake"), Picture: "count", Steps: []models.Text{
			say("Open the count from the first page and scan one label after the other, by camera or scanner."),
			say("Green is counted. A label that was counted before is told, and not counted twice."),
		}},
		{Name: "torn", Title: say("When the label is torn"), Picture: "torn", Steps: []models.Text{
			say("Find the item by its serial number, open The label was lost under its label, and say what became of it."),
			say("It gets a new tag. Print it; the old one still leads to the item."),
		}},
		{Name: "defect", Title: say("When it is broken"), Picture: "defect", Steps: []models.Text{say("Open Report a defect on the item's page, say what is wrong and add a photo. The workshop sees it at once.")}},
		withoutNetwork, findAnything,
	},
	models.Commander: {
		{Name: "decide", Title: say("Decide on a request"), Picture: "decide", Steps: []models.Text{
			say("Open the request from the first page. You see the purpose and what is in store."),
			say("Approve all of it or less, or decline it with a reason. The store then makes the voucher."),
		}},
		{Name: "receive", Title: say("Accept what was sent"), Picture: "receive", Steps: received},
		{Name: "findings", Title: say("Answer a finding"), Picture: "answer", Steps: []models.Text{
			say("Findings are what is overdue, missing or running out. They come by themselves and close once their cause is gone."),
			say("Open one, write what you found or what is done about it, and the day on which to look again. Until then it does not rise to your superiors."),
		}},
		{Name: "ask", Title: say("Ask for equipment"), Picture: "ask", Steps: []models.Text{say("Say what, how many, for which unit and what for. The page of the request shows with whom it is.")}},
		withoutNetwork, findAnything,
	},
	models.Maintenance: {
		{Name: "board", Title: say("Take a job"), Picture: "board", Steps: []models.Text{
			say("The workshop's board shows what was reported. Open a job and look at the item."),
			say("Confirm what is defective, or dismiss it with a reason. Then begin; the item is out of service until it is back."),
		}},
		{Name: "mended", Title: say("When it is mended"), Picture: "mended", Steps: []models.Text{
			say("Note parts and cost on the job while you work."),
			say("Open It is mended, say what was done and in which condition it is. That records the service and takes it out of the workshop."),
		}},
		{Name: "service", Title: say("Record a service"), Picture: "service", Steps: []models.Text{
			say("Due for service shows what is overdue first. Press Record."),
			say("Tick what was done, read the meter and press Record it. The next due day is worked out from the use."),
		}},
		withoutNetwork, findAnything,
	},
	models.Auditor: {
		{Name: "report", Title: say("Pull a report"), Picture: "report", Steps: []models.Text{
			say("Choose a report, a grant and a period. You see what your donors or grants paid for, and nothing else."),
			say("Download it as PDF, XLSX or CSV, as of any day."),
		}},
		{Name: "check", Title: say("Check that nothing was altered"), Picture: "genuine", Steps: []models.Text{
			say("Open Check a report and bring the file as it was downloaded. One letter altered in it is found."),
			say("Take nobody's word for it: the program checks it on your own computer, with the public key that you kept."),
		}},
		{Name: "history", Title: say("Follow one item"), Picture: "history", Steps: []models.Text{say("An item's page tells its whole history: who had it, by which voucher, with both signatures.")}},
		{Name: "visit", Title: say("Visit the equipment"), Steps: []models.Text{say("Plan an end-use visit. A sample is drawn when it begins; note each item by its serial number, and have the unit sign.")}},
		findAnything,
	},
	models.Admin: {
		{Name: "set-up", Title: say("Set up the book"), Picture: "guide", Steps: []models.Text{say("The first page leads through units, people, categories, donors, equipment and labels, and shows what is next.")}},
		{Name: "people", Title: say("Add somebody"), Picture: "person", Steps: []models.Text{
			say("Give a code that stays for good, the unit, and a role if they sign in."),
			say("They see their unit and what is below it. Auditors see what their donors or grants paid for."),
		}},
		{Name: "categories", Title: say("Take ready-made categories"), Picture: "ready", Steps: []models.Text{say("Choose those that fit. They bring fields, useful life, service schedules and training; change what differs.")}},
		{Name: "import", Title: say("Import a spreadsheet"), Picture: "import", Steps: []models.Text{
			say("Download the sheet and fill it in, or bring a list that you have, saved as CSV."),
			say("You see how each column is read and what is wrong before anything is taken in."),
		}},
		{Name: "labels", Title: say("Print labels"), Picture: "labels", Steps: []models.Text{say("Choose items in the register, choose the label stock, and press Print chosen. Print a test page first and set the offsets.")}},
		{Name: "backup", Title: say("Keep the book safe"), Steps: []models.Text{say("Set up a nightly backup and keep the signing key elsewhere. The page Jobs shows when the last backup was good.")}},
		withoutNetwork, findAnything,
	},
}

type helpPage struct {
	Role   models.Role
	Roles  []models.Role
	Topics []topic
}

// help shows what somebody of a role does, in the order of their day.
func (w *Web) help(c *fiber.Ctx) error {
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	role := caller.Role
	if asked := models.Role(c.Params("role")); asked != "" {
		role = asked
	}
	if !slices.Contains(models.Roles, role) {
		return models.Refuse(models.NotFound, "role", "there is no role %q", role)
	}
	p := helpPage{Role: role, Roles: models.Roles}
	for _, t := range topics[role] {
		if t.Picture != "" {
			t.Picture = "/help/pictures/" + speaks(c).Language + "/" + string(role) + "-" + t.Picture + ".webp"
			t.Width, t.Height = helpWidth, helpHeight
		}
		p.Topics = append(p.Topics, t)
	}
	return w.render(c, fiber.StatusOK, "help", view{Title: say("Help"), Here: "help", Data: p})
}

// helpPicture sends a picture in a language, in English where that has none of it.
func helpPicture(c *fiber.Ctx) error {
	for _, language := range []string{c.Params("language"), words.English} {
		picture, err := helpPictures.ReadFile(path.Join("help/pictures", path.Base(language), path.Base(c.Params("name"))))
		if err == nil {
			c.Set(fiber.HeaderContentType, "image/webp")
			c.Set(fiber.HeaderCacheControl, "private, max-age=86400")
			return c.Send(picture)
		}
	}
	return models.Refuse(models.NotFound, "name", "there is no picture of this name")
}
