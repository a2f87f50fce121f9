package register

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
)

// Filter says which assets a list shows, and in which order. A unit includes the
// units below it. Search finds assets in which every word of it begins a word of
// the tag, name, make, model, serial number, other tags or custom fields.
type Filter struct {
	Status    string `json:"status,omitempty"`
	Category  string `json:"category,omitempty"`
	Unit      string `json:"unit,omitempty"`
	Donor     string `json:"donor,omitempty"`
	Grant     string `json:"grant,omitempty"`
	Custodian string `json:"custodian,omitempty"`
	Search    string `json:"q,omitempty"`
	Sort      string `json:"sort,omitempty"` // a name in Sorts, with "-" before it for the reverse
}

// Sorts are the orders of a list: by number of tag, or by the named field.
var Sorts = []string{"tag", "name", "acquired_on", "due_back", "updated_at"}

var sortIndex = map[string]string{"tag": "number", "name": "name", "acquired_on": "acquired", "due_back": "due", "updated_at": "updated"}

const (
	mostWords   = 8
	longestText = 200
	// weighed is how far candidates are counted to find the one that narrows most.
	weighed = 100
	// enough is how few are read sooner than an index is found that narrows further.
	enough = 20
	// gathered is how many matches are sorted in memory rather than picked out of
	// an index in the wanted order.
	gathered = 2000
)

// List returns a page of the assets in the caller's scope.
func (s *Service) List(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	if err := store.CheckLimit(limit); err != nil {
		return nil, err
	}
	return s.list(ctx, f, cursor, limit)
}

// Count returns how many assets a list shows, counting no further than limit.
func (s *Service) Count(ctx context.Context, f Filter, limit int) (int64, error) {
	sel, err := s.selection(ctx, f)
	if err != nil || sel.nothing {
		return 0, err
	}
	q, err := s.narrowest(ctx, sel.candidates)
	if err != nil {
		return 0, err
	}
	q.Limit = limit
	return s.Book.Store.Count(ctx, q)
}

// Each calls do with every asset that a list shows, page by page.
func (s *Service) Each(ctx context.Context, f Filter, do func(store.Record) error) error {
	for cursor := ""; ; {
		page, err := s.list(ctx, f, cursor, 1000)
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			if err := do(r); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		cursor = page.Next
	}
}

func (s *Service) list(ctx context.Context, f Filter, cursor string, limit int) (*store.Page, error) {
	sel, err := s.selection(ctx, f)
	if err != nil {
		return nil, err
	}
	if sel.nothing {
		return &store.Page{}, nil
	}
	q, gather, err := s.plan(ctx, sel, cursor)
	if err != nil {
		return nil, err
	}
	if gather == nil {
		return store.FindPage(ctx, s.Book.Store, q, limit)
	}
	q.Limit = limit + 1
	records, err := s.gather(ctx, q, *gather)
	if err != nil {
		return nil, err
	}
	return q.PageOf(records, limit), nil
}

// selection is a filter in the store's terms.
type selection struct {
	nothing    bool          // the filter and the caller's scope have nothing in common
	candidates []store.Query // the same documents, each narrowed by another index
	sorted     *store.Query  // the same in the wanted order, where that is not the tag's
	desc       bool
}

// plan chooses how to read a page. A search comes in the order of the words that
// it matched, any other list in the order asked for.
func (s *Service) plan(ctx context.Context, sel selection, cursor string) (q store.Query, gather *store.Query, err error) {
	if sel.sorted == nil {
		if cursor != "" { // continue with the index that the first page used
			for _, q := range sel.candidates {
				resumed, err := q.Resume(cursor)
				if err == nil || len(sel.candidates) == 1 {
					return resumed, nil, err
				}
			}
			_, err := sel.candidates[0].Resume(cursor)
			return q, nil, err
		}
		q, err = s.narrowest(ctx, sel.candidates)
		return q, nil, err
	}
	if q, err = sel.sorted.Resume(cursor); err != nil {
		return q, nil, err
	}
	few, err := s.narrowest(ctx, sel.candidates)
	if err != nil || few.By == "number" {
		return q, nil, err
	}
	few.Limit = gathered + 1
	n, err := s.Book.Store.Count(ctx, few)
	if err == nil && n <= gathered {
		return q, &few, nil
	}
	return q, nil, err
}

// narrowest returns the candidate that matches least; the first of those that
// match much. Words are looked at first: as a rule one of them matches so few that no
// other need be counted.
func (s *Service) narrowest(ctx context.Context, candidates []store.Query) (store.Query, error) {
	best, least := candidates[0], int64(weighed)
	if len(candidates) == 1 {
		return best, nil
	}
	wordy := func(q store.Query) int {
		if q.By == "words" {
			return 0
		}
		return 1
	}
	for _, q := range slices.SortedStableFunc(slices.Values(candidates), func(a, b store.Query) int { return wordy(a) - wordy(b) }) {
		lead := q
		lead.Where = leading(q)
		lead.Limit = int(least)
		n, err := s.Book.Store.Count(ctx, lead)
		if err != nil {
			return best, err
		}
		if n < least {
			best, least = q, n
		}
		if least <= enough {
			break
		}
	}
	return best, nil
}

// leading returns the conditions of q that its index narrows by.
func leading(q store.Query) []store.Cond {
	var conds []store.Cond
	taken := map[string]bool{}
	for _, c := range q.Where {
		if slices.Contains(q.Index().Fields, c.Field) && !taken[c.Field] {
			taken[c.Field] = true
			conds = append(conds, c)
		}
	}
	return conds
}

// gather reads all that few matches and returns what q asks for, in q's order.
func (s *Service) gather(ctx context.Context, q, few store.Query) ([]store.Record, error) {
	records, err := s.Book.Store.Find(ctx, few)
	if err != nil {
		return nil, err
	}
	order := q.Order()
	kept := records[:0]
	for _, r := range records {
		if r.Place, err = placeOf(r, order); err != nil {
			return nil, err
		}
		if after := r.Place.Compare(q.After); q.After == nil || after > 0 && !q.Desc || after < 0 && q.Desc {
			kept = append(kept, r)
		}
	}
	slices.SortFunc(kept, func(a, b store.Record) int {
		if q.Desc {
			a, b = b, a
		}
		return a.Place.Compare(b.Place)
	})
	return kept[:min(len(kept), q.Limit)], nil
}

func placeOf(r store.Record, order []string) (store.Key, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(r.Body, &fields); err != nil {
		return nil, err
	}
	place := make(store.Key, len(order))
	for i, field := range order {
		var value any
		switch raw := fields[field]; {
		case field == store.ID:
			value = r.ID
		case bytes.HasPrefix(raw, []byte{'"'}):
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return nil, err
			}
			value = text
		default:
			var n int64
			if err := json.Unmarshal(raw, &n); err != nil {
				return nil, err
			}
			value = n
		}
		place[i] = value
	}
	return place, nil
}

// selection checks the filter and lays it over the caller's scope.
func (s *Service) selection(ctx context.Context, f Filter) (selection, error) {
	caller, err := access.Allow(ctx, access.Read)
	if err != nil {
		return selection{}, err
	}
	sel := selection{}
	by := strings.TrimPrefix(cmp.Or(f.Sort, "tag"), "-")
	sel.desc = strings.HasPrefix(f.Sort, "-")
	if sortIndex[by] == "" {
		return sel, models.Refuse(models.Invalid, "sort", "must be one of %s, with - before it for the reverse", strings.Join(Sorts, ", "))
	}
	conds, nothing, err := s.conditions(ctx, caller, f)
	if err != nil || nothing {
		sel.nothing = nothing
		return sel, err
	}
	words, err := SearchWords(f.Search)
	if err != nil {
		return sel, err
	}
	conds = append(conds, store.Words(words)...)
	if by == "due_back" {
		conds = append(conds, store.From("due_back", "1")) // those that are due on a day
	}
	sel.candidates = candidates(conds, sel.desc)
	if by != "tag" {
		sel.sorted = &store.Query{In: store.Assets, By: sortIndex[by], Where: conds, Desc: sel.desc}
	}
	return sel, nil
}

func (s *Service) conditions(ctx context.Context, caller *models.Person, f Filter) (conds []store.Cond, nothing bool, err error) {
	conds = access.Assets(caller)
	if f.Unit != "" {
		if conds, nothing, err = access.Within(ctx, s.Book.Store, caller, conds, f.Unit); err != nil || nothing {
			return nil, nothing, err
		}
	}
	if f.Status != "" {
		if !slices.Contains(models.Statuses, models.Status(f.Status)) {
			return nil, false, models.Refuse(models.Invalid, "status", "must be one of %s", joined(models.Statuses))
		}
		conds = append(conds, store.Is("status", f.Status))
	}
	if f.Category != "" {
		if _, err := lookup[models.Category](ctx, s, store.Categories, "category", f.Category); err != nil {
			return nil, false, err
		}
		conds = append(conds, store.Is("category", f.Category))
	}
	if f.Donor != "" {
		conds = append(conds, store.Is("paid_by", "donor "+f.Donor))
	}
	if f.Grant != "" {
		conds = append(conds, store.Is("paid_by", "grant "+f.Grant))
	}
	if f.Custodian != "" {
		conds = append(conds, store.Is("custodian", f.Custodian))
	}
	return conds, false, nil
}

// SearchWords splits what somebody looks for into words.
func SearchWords(text string) ([]string, error) {
	if len(text) > longestText {
		return nil, models.Refuse(models.Invalid, "q", "is longer than %d characters", longestText)
	}
	words := models.Words(text)
	if len(words) > mostWords {
		return nil, models.Refuse(models.Invalid, "q", "has more than %d words", mostWords)
	}
	if strings.TrimSpace(text) != "" && len(words) == 0 {
		return nil, models.Refuse(models.Invalid, "q", "has no letters or digits to look for")
	}
	return words, nil
}

// candidates returns the query under each index that can narrow it, the likely
// best first. The condition that leads an index stands first.
func candidates(conds []store.Cond, desc bool) []store.Query {
	var found []store.Query
	add := func(index string, lead store.Cond) {
		where := append([]store.Cond{lead}, slices.DeleteFunc(slices.Clone(conds), func(c store.Cond) bool { return same(c, lead) })...)
		found = append(found, store.Query{In: store.Assets, By: index, Where: where, Desc: desc})
	}
	has := func(field string) bool {
		return slices.ContainsFunc(conds, func(c store.Cond) bool { return c.Field == field })
	}
	for _, c := range conds {
		switch {
		case c.Field == "words":
			add("words", c)
		case c.Field == "custodian":
			add("custodian", c)
		case c.Field == "paid_by" && has("status"):
			add("paid_by_status", c)
		case c.Field == "paid_by":
			add("paid_by", c)
		case c.Field == "units" && (has("category") || has("status")):
			if has("category") {
				add("unit_category", c)
			}
			if has("status") {
				add("unit_status", c)
			}
		case c.Field == "units":
			add("unit", c)
		case (c.Field == "category" || c.Field == "status") && !has("units"):
			add(c.Field, c)
		}
	}
	if len(found) == 0 {
		return []store.Query{{In: store.Assets, By: "number", Where: conds, Desc: desc}}
	}
	return found
}

func same(a, b store.Cond) bool {
	if a.Field != b.Field || a.Op != b.Op {
		return false
	}
	list, several := a.Value.([]string)
	if !several {
		return a.Value == b.Value
	}
	other, _ := b.Value.([]string)
	return slices.Equal(list, other)
}

func joined[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}
