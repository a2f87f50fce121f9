package web

import (
	"bufio"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/live"
	"quartermaster/services/store"
)

// What a page that is kept open says that it shows.
var (
	inboxTopics = []live.Topic{{In: store.Vouchers}, {In: store.Requests}, {In: store.Flags}, {In: store.Stocktakes}, {In: store.PublicReports}, {In: store.Losses},
		{In: store.WriteOffs}, {In: store.Visits}, {In: store.VisitFindings}, {In: store.Repairs}}
	boardTopics = []live.Topic{{In: store.Repairs}}
)

func (w *Web) mountLive(in fiber.Router) {
	in.Get("/live/inbox", func(c *fiber.Ctx) error { return w.tell(c, inboxTopics...) })
	in.Get("/live/workshop", func(c *fiber.Ctx) error { return w.tell(c, boardTopics...) })
	in.Get("/live/stocktakes/:number", func(c *fiber.Ctx) error {
		st, err := w.Stocktakes.Stocktake(c.UserContext(), c.Params("number"))
		if err != nil {
			return err
		}
		return w.tell(c, live.Topic{In: store.Stocktakes, Key: st.Number}, live.Topic{In: store.StocktakeLines, Key: st.Number + "/"})
	})
}

const (
	// longestStream is how long a page is told of changes before it asks again, and shows
	// again who it is.
	longestStream = 100 * time.Second
	heartbeat     = 20 * time.Second
)

// tell sends a server-sent event whenever something of the topics changes. Each new
// stream begins with one, since something may have changed before it.
func (w *Web) tell(c *fiber.Ctx, topics ...live.Topic) error {
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	again := c.Get("Last-Event-ID") != ""
	c.Context().SetBodyStreamWriter(func(out *bufio.Writer) { w.stream(out, caller, topics, again) })
	return nil
}

func (w *Web) stream(out *bufio.Writer, caller *models.Person, topics []live.Topic, again bool) {
	l := w.Live.Listen(caller, topics...)
	defer w.Live.Leave(l)
	end, beat := time.NewTimer(longestStream), time.NewTicker(heartbeat)
	defer end.Stop()
	defer beat.Stop()
	const changed = "event: changed\nid: 1\ndata:\n\n"
	says := "retry: 1000\n\n"
	if again {
		says += changed
	}
	for {
		if _, err := out.WriteString(says); err != nil {
			return
		}
		if out.Flush() != nil {
			return // the page was closed
		}
		select {
		case _, goesOn := <-l.News:
			if !goesOn {
				return
			}
			says = changed
		case <-beat.C:
			says = ":\n\n"
		case <-end.C:
			return
		}
	}
}
