package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/search"
)

func (w *Web) mountSearch(in fiber.Router) { in.Get("/search", w.search) }

// kinds are what a search finds, in the order in which it finds them, by collection:
// what they are called together and where their pages are.
var kinds = map[string]struct {
	Name models.Text
	Page string
}{
	"assets": {say("Items"), "/assets/"}, "people": {say("People"), "/people/"}, "stock_items": {say("Stock"), "/stock/"},
	"units": {say("Units"), "/units/"}, "categories": {say("Categories"), "/assets?category="}, "donors": {say("Donors"), "/assets?donor="}, "grants": {say("Grants"), "/assets?grant="},
	"vouchers": {say("Vouchers"), "/vouchers/"}, "requests": {say("Requests"), "/requests/"}, "repairs": {say("Workshop"), "/workshop/"}, "stocktakes": {say("Stocktakes"), "/stocktakes/"},
	"losses": {say("Losses"), "/losses/"}, "write_offs": {say("Write-offs"), "/write-offs/"}, "title_transfers": {say("Title transfers"), "/titles/"}, "visits": {say("End-use visits"), "/visits/"},
}

// found is the hits of one kind.
type found struct {
	Is   string // the collection
	Name models.Text
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
		return w.render(c, fiber.StatusUnprocessableEntity, "search", view{Title: say("Search"), Here: "search", Refusal: refusal, Data: data})
	}
	for _, hit := range hits {
		kind := kinds[hit.Is]
		if n := len(data.Found); n == 0 || data.Found[n-1].Is != hit.Is {
			data.Found = append(data.Found, found{Is: hit.Is, Name: kind.Name})
		}
		last := &data.Found[len(data.Found)-1]
		last.Hits = append(last.Hits, foundOne{hit, kind.Page + url.PathEscape(hit.Code)})
	}
	return w.render(c, fiber.StatusOK, "search", view{Title: say("Search"), Here: "search", Data: data})
}
