package mongo

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store"
)

// A search for words asks for a range of a many-valued key, in the order of its
// values. MongoDB finds the documents by the index, but does not give them in
// that order: it sorts a list by its smallest value, whether that is in the range
// or not. So the keys alone, small as they are, are read and put in order here,
// and then the documents of one page. What that costs grows with how many
// documents match, not with how many there are.

// walks says whether q is such a query: its index begins with a many-valued key
// that no condition fixes.
func walks(q store.Query) bool {
	return q.In.IsMany(q.Index().Fields[0]) && led(q) == nil
}

// place is where a document stands in the order of a query.
type place struct {
	id  string
	key store.Key
}

func (p place) compare(other place) int {
	if c := p.key.Compare(other.key); c != 0 {
		return c
	}
	return strings.Compare(p.id, other.id)
}

func (s *Store) findWalking(ctx context.Context, q store.Query) ([]store.Record, error) {
	places, err := s.walk(ctx, q)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	found := make(map[string]store.Record, len(places))
	for some := range slices.Chunk(places, fetchBatch) {
		if err := s.fetch(ctx, q.In, some, found); err != nil {
			return nil, stopped(ctx, err)
		}
	}
	records := make([]store.Record, 0, len(places))
	for _, p := range places {
		if r, ok := found[p.id]; ok { // else it was deleted meanwhile
			r.Place = p.key
			records = append(records, r)
		}
	}
	return records, nil
}

// fetchBatch keeps the list of keys in one question far below the 16 MB that a
// message may have.
const fetchBatch = 10_000

func (s *Store) fetch(ctx context.Context, c *store.Collection, places []place, into map[string]store.Record) error {
	ids := make(bson.A, len(places))
	for i, p := range places {
		ids[i] = p.id
	}
	cursor, err := s.in(c).Find(ctx, bson.D{{Key: idField, Value: bson.D{{Key: "$in", Value: ids}}}},
		options.Find().SetProjection(wanted(nil, false)))
	if err != nil {
		return err
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }()
	for cursor.Next(ctx) {
		r, err := open(cursor.Current, false)
		if err != nil {
			return err
		}
		into[r.ID] = r
	}
	return cursor.Err()
}

// walk returns the first q.Limit places that match, in order.
func (s *Store) walk(ctx context.Context, q store.Query) ([]place, error) {
	order := q.Order()
	after := q.After
	q.After = nil // a document that stands behind the place may have values before it
	fields := bson.D{}
	for _, field := range append(slices.Clone(order), conditionFields(q)...) {
		if e := (bson.E{Key: at(field), Value: 1}); !slices.Contains(fields, e) {
			fields = append(fields, e)
		}
	}
	cursor, err := s.in(q.In).Find(ctx, filter(q, order), options.Find().SetHint(q.By).SetProjection(fields).SetBatchSize(walkBatch))
	if err != nil {
		return nil, stopped(ctx, err)
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }()
	page := &page{desc: q.Desc, limit: q.Limit}
	for cursor.Next(ctx) {
		for _, p := range placesOf(cursor.Current, q, order) {
			if after != nil && !page.before(place{key: after}, p, true) {
				continue
			}
			page.add(p)
		}
	}
	if err := cursor.Err(); err != nil {
		return nil, stopped(ctx, err)
	}
	return page.inOrder(), nil
}

// walkBatch is how many keys, of some 200 bytes, come in one answer.
const walkBatch = 5000

func conditionFields(q store.Query) []string {
	var fields []string
	for _, c := range q.Where {
		fields = append(fields, c.Field)
	}
	return fields
}

// placesOf returns where a document stands: once for each value of the leading
// key that meets the first condition on it, but only at the first of them where
// that is a prefix. The other conditions on many-valued keys are checked here
// too, each by one value.
func placesOf(raw bson.Raw, q store.Query, order []string) []place {
	lead := order[0]
	values := texts(valueOf(raw, lead))
	narrowed := false
	for _, c := range q.Where {
		if !q.In.IsMany(c.Field) {
			continue
		}
		met := slices.DeleteFunc(texts(valueOf(raw, c.Field)), func(v string) bool { return !meets(v, c) })
		if len(met) == 0 {
			return nil
		}
		if c.Field == lead && !narrowed {
			narrowed = true
			values = met
			if c.Op == store.Prefix {
				values = []string{slices.Min(met)}
				if q.Desc {
					values = []string{slices.Max(met)}
				}
			}
		}
	}
	id, _ := raw.Lookup(idField).StringValueOK()
	rest := placeOf(raw, order[1:])
	places := make([]place, len(values))
	for i, value := range values {
		places[i] = place{id: id, key: append(store.Key{value}, rest...)}
	}
	return places
}

func meets(value string, c store.Cond) bool {
	switch c.Op {
	case store.Eq:
		return value == sent(c.Value)
	case store.Any:
		return slices.Contains(c.Value.([]string), value)
	case store.AtLeast:
		return value >= sent(c.Value).(string)
	case store.Below:
		return value < sent(c.Value).(string)
	case store.Prefix:
		return strings.HasPrefix(value, valid(c.Value.(string)))
	default:
		return false
	}
}

func texts(value bson.RawValue) []string {
	list, ok := value.ArrayOK()
	if !ok {
		return nil
	}
	values, err := list.Values()
	if err != nil {
		return nil
	}
	found := make([]string, 0, len(values))
	for _, v := range values {
		if text, ok := v.StringValueOK(); ok {
			found = append(found, text)
		}
	}
	return found
}
