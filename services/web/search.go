package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"quartermaster/services/search"
)

func (w *Web) mountSearch(in fiber.Router) { in.Get("/search", w.search) }

// kinds are what a search finds, in the order in which it finds them, by collection:
// what they are called together and where their pages are.
var kinds = map[string]struct{ Name, Page string }{
	"assets": {"Items", "/assets/"}, "people": {"People", "/people/"}, "stock_items": {"Stock", "/stock/"},
	"units": {"Units", "/units/"}, "categories": {"Categories", "/assets?category="}, "donors": {"Donors", "/assets?donor="}, "grants": {"Grants", "/assets?grant="},
	"vouchers": {"Vouchers", "/vouchers/"}, "requests": {"Requests", "/requests/"}, "repairs": {"Workshop", "/workshop/"}, "stocktakes": {"Stocktakes", "/stocktakes/"},
	"losses": {"Losses", "/losses/"}, "write_offs": {"Write-offs", "/write-offs/"}, "title_transfers": {"Title transfers", "/titles/"}, "visits": {"End-use visits", "/visits/"},
}

// found is the hits of one kind.
type found struct {
	Name string
	Hits []foundOne
}

type foundOne struct {
	search.Hit
	Page string
}

type searchPage struct {
	Query string
	Found []found
}

func (w *Web) search(c *fiber.Ctx) error {
	data := searchPage{Query: c.Query("q")}
	hits, err := w.Search.Search(c.UserContext(), data.Query)
	if err != nil {
		refusal, ok := shown(err)
		if !ok {
			return err
		}
		return w.render(c, fiber.StatusUnprocessableEntity, "search", view{Title: "Search", Here: "search", Refusal: refusal, Data: data})
	}
	for _, hit := range hits {
		kind := kinds[hit.Is]
		if n := len(data.Found); n == 0 || data.Found[n-1].Name != kind.Name {
			data.Found = append(data.Found, found{Name: kind.Name})
		}
		last := &data.Found[len(data.Found)-1]
		last.Hits = append(last.Hits, foundOne{hit, kind.Page + url.PathEscape(hit.Code)})
	}
	return w.render(c, fiber.StatusOK, "search", view{Title: "Search", Here: "search", Data: data})
}
