package web

import (
	"cmp"
	"io"
	"net"
	"slices"
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
	homeTopics  = append(slices.Clone(inboxTopics), live.Topic{In: store.Assets}, live.Topic{In: store.Balances})
	boardTopics = []live.Topic{{In: store.Repairs}}
)

func (w *Web) mountLive(in fiber.Router) {
	in.Get("/live/home", func(c *fiber.Ctx) error { return w.tell(c, homeTopics...) })
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
	slowestReader = 10 * time.Second
)

// begins is what every stream begins with: how soon a page comes back when it ends.
const begins = "retry: 1000\n\n"

// tell sends a server-sent event whenever something of the topics changes. A page says
// when it was made, and a browser that comes back the id of the last event that it got:
// it is told at once when something changed since.
//
// The answer has no end that is known before, and so ends with its connection. That is
// taken from the server when the head is sent: a page that is open then costs one small
// goroutine, and neither the buffers nor the place of a request that is worked on.
func (w *Web) tell(c *fiber.Ctx, topics ...live.Topic) error {
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	changed := false
	if since := cmp.Or(c.Get("Last-Event-ID"), c.Query("since")); since != "" {
		if changed, err = w.Live.Since(c.UserContext(), since); err != nil {
			return err
		}
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // so that nginx passes events on as they come
	if w.Live.Ended() {
		return c.SendString(begins) // the page comes back when the server does
	}
	c.Response().SkipBody = true // no length is said
	c.Context().Hijack(func(conn net.Conn) {
		if under, ok := conn.(interface{ UnsafeConn() net.Conn }); ok {
			conn = under.UnsafeConn()
		}
		go w.follow(conn, caller, topics, changed)
	})
	return nil
}

// follow tells a page of changes until it is closed.
func (w *Web) follow(conn net.Conn, caller *models.Person, topics []live.Topic, changed bool) {
	defer func() { _ = conn.Close() }()
	l := w.Live.Listen(caller, topics...)
	defer w.Live.Leave(l)
	end, beat := time.NewTimer(longestStream), time.NewTicker(heartbeat)
	defer end.Stop()
	defer beat.Stop()
	event := func() string { return "event: changed\nid: " + w.Live.Latest() + "\ndata:\n\n" }
	says := begins
	if changed {
		says += event()
	}
	for {
		if conn.SetWriteDeadline(time.Now().Add(slowestReader)) != nil {
			return
		}
		if _, err := io.WriteString(conn, says); err != nil {
			return // the page was closed
		}
		select {
		case _, goesOn := <-l.News:
			if !goesOn {
				return
			}
			says = event()
		case <-beat.C:
			says = ":\n\n"
		case <-end.C:
			return
		}
	}
}
