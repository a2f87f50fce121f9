package web

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"math/bits"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/proofs"
	"quartermaster/services/server"
	"quartermaster/services/words"
)

func (w *Web) mountLedger(in fiber.Router) { in.Get("/ledger", w.ledger) }

// mountVerify is for whoever holds a report: they need no sign-in.
func (w *Web) mountVerify(app fiber.Router) {
	app.Get("/ledger.key", func(c *fiber.Ctx) error { return api.LedgerKey(c, w.Proofs) })
	app.Get("/verify", w.verifyPage)
	app.Post("/verify", sameSite, w.verify)
}

type ledgerPage struct {
	*models.LogHead
	Name, Root, Fingerprint string
	Trees                   int
	Drawing                 template.HTML
	Address                 string
}

func (w *Web) ledger(c *fiber.Ctx) error {
	if _, err := access.Allow(c.UserContext(), access.Read); err != nil {
		return err
	}
	head, err := w.Proofs.Head(c.UserContext())
	if err != nil {
		return err
	}
	signed, err := proofs.ReadCheckpoint(head.Checkpoint, head.Key)
	if err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "ledger", view{Title: say("Ledger"), Here: "ledger", Data: ledgerPage{
		LogHead: head, Name: signed.Origin, Root: base64.StdEncoding.EncodeToString(signed.Root), Fingerprint: proofs.Fingerprint(head.Key),
		Trees: bits.OnesCount64(uint64(head.Size)), Drawing: treesOf(uint64(head.Size)), Address: w.address(c)}})
}

// address is where the server is reached, for the commands that pages show.
func (w *Web) address(c *fiber.Ctx) string {
	if w.Register.Base != "" {
		return w.Register.Base
	}
	return c.BaseURL()
}

// treesOf draws a log as what it is made of: complete trees, each of twice as many
// events as the next smaller can have, and one root over them.
func treesOf(size uint64) template.HTML {
	const unit, gap, top, ground = 13, 10, 26, 210
	var trees strings.Builder
	type peak struct{ x, y int }
	var peaks []peak
	x := 6
	for rest := size; rest > 0; {
		level := bits.Len64(rest) - 1
		rest &^= 1 << level
		width, height := unit*(level+2), 8*(level+1)
		middle, y := x+width/2, ground-height
		fmt.Fprintf(&trees, `<path class="tree" d="M%d %d L%d %d L%d %d Z"/><text x="%d" y="%d">%d</text>`, x, ground, middle, y, x+width, ground, middle, ground+16, uint64(1)<<level)
		peaks = append(peaks, peak{middle, y})
		x += width + gap
	}
	var root strings.Builder
	middle := x / 2
	for _, p := range peaks {
		fmt.Fprintf(&root, `<path class="tie" d="M%d %d L%d %d"/>`, middle, top, p.x, p.y)
	}
	return template.HTML(fmt.Sprintf(`<svg class="trees" viewBox="0 0 %d %d" role="img" aria-label="%d events in %d complete trees under one root"><g>%s%s<circle cx="%d" cy="%d" r="7"/></g></svg>`,
		x, ground+24, size, len(peaks), root.String(), trees.String(), middle, top)) // numbers alone
}

type verifyPage struct {
	Found   *proofs.Examined
	Wrong   any // what does not agree, as a sentence
	Address string
	Pasted  string
}

// largestReport is the most that a report to be checked may hold, in bytes.
const largestReport = 48 << 20

func (w *Web) verifyPage(c *fiber.Ctx) error {
	return w.render(c, fiber.StatusOK, "verify", view{Title: say("Check a report"), Data: verifyPage{Address: w.address(c)}})
}

func (w *Web) verify(c *fiber.Ctx) error {
	p := verifyPage{Address: w.address(c)}
	upload, err := server.OneFile(c, largestReport)
	if err == nil {
		content := upload.Content
		if len(content) == 0 {
			p.Pasted = upload.Values["text"]
			content = []byte(p.Pasted)
		}
		if len(content) == 0 {
			err = models.Refuse(models.Invalid, "", "choose a report, or paste a checkpoint")
		} else {
			p.Found, err = w.Proofs.Examine(c.UserContext(), content)
		}
	}
	v, status := view{Title: say("Check a report"), Data: p}, fiber.StatusOK
	if refusal, ok := shown(err); ok {
		status, _ = server.Refusal(err)
		p.Found, p.Wrong = nil, disagreement(refusal)
		v.Data = p
	} else if err != nil {
		return err
	}
	return w.render(c, status, "verify", v)
}

// disagreement tells a donor what of what they brought does not agree.
func disagreement(r *models.Error) any {
	what, named := map[string]models.Text{"report": say("The report %v", r), "seal": say("The report %v", r), "checkpoint": say("The checkpoint %v", r), "proof": say("The report's proof %v", r), "file": say("It %v", r)}[r.Field]
	if !named {
		return words.Capital{Of: r}
	}
	return what
}
