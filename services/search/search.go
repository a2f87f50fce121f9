// Package search looks for a few words in everything that somebody may see.
package search

import (
	"context"
	"regexp"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/stock"
	"quartermaster/services/store"
)

// Service searches the book.
type Service struct {
	Book     *ledger.Book
	Access   *access.Service
	Register *register.Service
	Stock    *stock.Service
}

// Hit is something that was found. Is names its collection and Code what leads to it.
type Hit struct {
	Is   string `json:"is"`
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
	More string `json:"more,omitempty"` // what tells it from others of the same name
}

// Few is how many hits of one kind are returned.
const Few = 5

// paper is the number of a paper, or its beginning: V-KHY, V-KHY-2026-0042.
var paper = regexp.MustCompile(`^([A-Z]{1,2})-[A-Z0-9][A-Z0-9-]*$`)

// papers are the collections of papers by the letters that their numbers begin with.
var papers = map[string]*store.Collection{
	"V": store.Vouchers, "R": store.Requests, "W": store.Repairs, "ST": store.Stocktakes, "L": store.Losses, "WO": store.WriteOffs, "T": store.TitleTransfers, "EV": store.Visits,
}

// Search returns a few hits of each kind: items by any word of theirs, people, stock
// items, units, categories, donors and grants by code and name, and papers by the
// beginning of their number. Words may be cut short.
func (s *Service) Search(ctx context.Context, text string) ([]Hit, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return nil, err
	}
	words, err := register.SearchWords(text)
	if err != nil || len(words) == 0 {
		return nil, err
	}
	number := strings.ToUpper(strings.TrimSpace(text))
	if at := paper.FindStringSubmatch(number); at != nil && papers[at[1]] != nil {
		hits, err := s.papers(ctx, caller, papers[at[1]], number)
		if err != nil || len(hits) > 0 {
			return hits, err
		}
	}
	var hits []Hit
	for _, find := range []func(context.Context, string, []string) ([]Hit, error){s.items, s.people, s.stock, s.places} {
		found, err := find(ctx, text, words)
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
	return hits, nil
}

func (s *Service) items(ctx context.Context, text string, _ []string) ([]Hit, error) {
	page, err := s.Register.List(ctx, register.Filter{Search: text}, "", Few)
	return hits(page, err, func(a *models.Asset) Hit {
		return Hit{Is: store.Assets.Name, Code: a.Tag, Name: a.Name, More: joined(a.Make, a.Model, a.Serial, a.Unit)}
	})
}

func (s *Service) people(ctx context.Context, _ string, words []string) ([]Hit, error) {
	page, err := s.Access.PeopleNamed(ctx, words, Few)
	return hits(page, err, func(p *models.Person) Hit {
		return Hit{Is: store.People.Name, Code: p.Code, Name: joined(p.Rank, p.Name), More: joined(p.ServiceNumber, p.Unit)}
	})
}

func (s *Service) stock(ctx context.Context, _ string, words []string) ([]Hit, error) {
	page, err := s.Stock.ItemsNamed(ctx, words, Few)
	return hits(page, err, func(i *models.StockItem) Hit { return Hit{Is: store.StockItems.Name, Code: i.Code, Name: i.Name} })
}

func (s *Service) places(ctx context.Context, _ string, words []string) ([]Hit, error) {
	var all []Hit
	for _, in := range []*store.Collection{store.Units, store.Categories, store.Donors, store.Grants} {
		page, err := s.Register.PlacesNamed(ctx, in, words, Few)
		found, err := hits(page, err, func(p *place) Hit { return Hit{Is: in.Name, Code: p.Code, Name: p.Name} })
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// place is what units, categories, donors and grants have in common.
type place struct{ Code, Name string }

// papers returns those in the caller's scope whose number begins like this. Of papers
// that name no payer auditors see none.
func (s *Service) papers(ctx context.Context, caller *models.Person, in *store.Collection, number string) ([]Hit, error) {
	if caller.Role == models.Auditor && !in.IsMany("paid_by") {
		return nil, nil
	}
	q := store.Query{In: in, By: store.ID, Where: append(access.Assets(caller), store.Starts(store.ID, number)), Desc: true}
	page, err := store.FindPage(ctx, s.Book.Store, q, Few)
	if err != nil {
		return nil, err
	}
	found := make([]Hit, len(page.Records))
	for i, r := range page.Records {
		found[i] = Hit{Is: in.Name, Code: r.ID}
	}
	return found, nil
}

func hits[T any](page *store.Page, err error, show func(*T) Hit) ([]Hit, error) {
	if err != nil {
		return nil, err
	}
	found := make([]Hit, len(page.Records))
	for i, r := range page.Records {
		doc, err := store.Decode[T](r)
		if err != nil {
			return nil, err
		}
		found[i] = show(doc)
	}
	return found, nil
}

func joined(parts ...string) string {
	var given []string
	for _, part := range parts {
		if part != "" {
			given = append(given, part)
		}
	}
	return strings.Join(given, " · ")
}
