package main

import (
	"fmt"
	"math/rand/v2"
)

// day is what clients do: each is a storekeeper of a command with items of its own,
// which it scans again and again, issues, takes back and drives.
type day struct {
	assets  int
	clients []*client
}

type client struct {
	command  int
	token    string
	own      []int // what it scans
	issues   []*item
	vehicles []*item
	turn     int
}

// item is something that a client moves or drives; nobody else does.
type item struct {
	n      int
	issued bool
	km     int64
}

// few is how many items a client has of its own, of each kind.
const few = 8

// begin signs the clients in, and looks how the items stand that they will move.
func (s *child) begin(assets, clients int) (*day, error) {
	d := &day{assets: assets}
	var tokens [commands]string
	for i := range min(commands, clients) {
		var err error
		if tokens[i], err = s.signIn(keeperCode(i)); err != nil {
			return nil, err
		}
	}
	for i := range clients {
		c := &client{command: i % commands, token: tokens[i%commands]}
		c.own = d.those(i, clients, func(int) bool { return true })
		for _, n := range d.those(i, clients, func(n int) bool { return categoryOf(n) != "vehicle" }) {
			c.issues = append(c.issues, &item{n: n})
		}
		for _, n := range d.those(i, clients, func(n int) bool { return categoryOf(n) == "vehicle" }) {
			c.vehicles = append(c.vehicles, &item{n: n})
		}
		for _, it := range append(c.issues, c.vehicles...) {
			if err := s.look(c, it); err != nil {
				return nil, err
			}
		}
		d.clients = append(d.clients, c)
	}
	return d, nil
}

// those are some numbers of assets of a client's command, which no other client has.
func (d *day) those(index, clients int, fits func(int) bool) []int {
	var some []int
	command, nth := index%commands, 0
	peers := (clients - command + commands - 1) / commands // clients of the same command
	for n := command; n <= d.assets && len(some) < few; n += commands {
		if n == 0 || !fits(n) {
			continue
		}
		if nth%peers == index/commands {
			some = append(some, n)
		}
		nth++
	}
	return some
}

func (s *child) look(c *client, it *item) error {
	var a struct {
		Status string
		Care   struct{ Meters []struct{ Value float64 } }
	}
	if _, _, err := s.ask(request{method: "GET", path: "/api/v1/assets/" + tagOf(it.n), token: c.token}, &a); err != nil {
		return err
	}
	it.issued = a.Status == "issued"
	for _, m := range a.Care.Meters {
		it.km = int64(m.Value)
	}
	return nil
}

const receipt = `{"name":"Holder","drawing":"<svg width=\"90\" height=\"30\"><path d=\"M 5 5 L 60 20 L 80 9\"/></svg>"}`

// part is a kind of request, and how many of a hundred are of it.
type part struct {
	kind string
	of   int
	make func(*day, *client) request
}

// mix says how many of a hundred requests are of a kind: ninety read, ten write.
var mix = []part{
	{"item by tag", 40, func(d *day, c *client) request { return get("/assets/" + tagOf(d.any(c))) }},
	{"scan of what was seen", 20, func(_ *day, c *client) request {
		return post("/scans", `{"code":"https://qm.example.org/t/`+tagOf(c.own[rand.IntN(len(c.own))])+`"}`)
	}},
	{"search", 10, func(d *day, c *client) request {
		if rand.IntN(2) == 0 {
			return get("/assets?limit=50&q=" + serialOf(d.any(c)))
		}
		n := d.any(c)
		return get(fmt.Sprintf("/assets?limit=20&q=%s+%s", makes[n/10%len(makes)], serialOf(n)[:6]))
	}},
	{"list of 50", 6, func(*day, *client) request { return get("/assets?limit=50") }},
	{"filtered list of 50", 4, func(*day, *client) request { return get("/assets?limit=50&status=in_store&category=radio") }},
	{"findings", 5, func(*day, *client) request { return get("/flags?kind=overdue_service&limit=20") }},
	{"history", 5, func(d *day, c *client) request { return get("/assets/" + tagOf(d.any(c)) + "/events") }},
	{"sighting", 5, func(d *day, c *client) request { return post("/scans", `{"code":"`+tagOf(d.any(c))+`"}`) }},
	{"issue or return by voucher", 3, func(_ *day, c *client) request {
		c.turn++
		it := c.issues[c.turn%len(c.issues)]
		r := post("/assets/"+tagOf(it.n)+"/issue", fmt.Sprintf(`{"unit":%q,"custodian":%q,"note":"patrol","receipt":%s}`, postCode(c.command, 0), holderCode(c.command), receipt))
		if it.issued {
			r = post("/assets/"+tagOf(it.n)+"/return", `{"condition":"good","note":"back"}`)
		}
		r.done = func() { it.issued = !it.issued }
		return r
	}},
	{"meter reading", 2, func(_ *day, c *client) request {
		c.turn++
		it := c.vehicles[c.turn%len(c.vehicles)]
		r := post("/assets/"+tagOf(it.n)+"/meter", fmt.Sprintf(`{"value":"%d"}`, it.km+1))
		r.done = func() { it.km++ }
		return r
	}},
}

func get(path string) request { return request{method: "GET", path: "/api/v1" + path} }
func post(path, body string) request {
	return request{method: "POST", path: "/api/v1" + path, body: body}
}

// any is the number of an asset that a client sees.
func (d *day) any(c *client) int {
	n := rand.IntN(d.assets/commands)*commands + c.command
	if n == 0 {
		n = commands
	}
	return n
}

// next is what a client asks next.
func (d *day) next(index int) request {
	at := rand.IntN(100)
	for _, m := range mix {
		if at -= m.of; at < 0 {
			return d.only(m)(index)
		}
	}
	panic("the parts of the mix do not make a hundred")
}

// only has clients ask for one kind of thing.
func (d *day) only(m part) func(index int) request {
	return func(index int) request {
		c := d.clients[index]
		r := m.make(d, c)
		r.kind, r.token = m.kind, c.token
		return r
	}
}
