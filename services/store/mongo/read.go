package mongo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"quartermaster/services/store"
)

// Get reads one document by its key.
func (s *Store) Get(ctx context.Context, c *store.Collection, id string) (store.Record, error) {
	var d document
	err := s.db.Collection(c.Name).FindOne(ctx, bson.D{{Key: "_id", Value: id}}, options.FindOne().SetProjection(bson.D{{Key: "v", Value: 1}, {Key: "d", Value: 1}})).Decode(&d)
	if errors.Is(err, driver.ErrNoDocuments) {
		return store.Record{ID: id}, store.ErrNotFound
	}
	return d.record(nil), err
}

// Find reads a page of documents.
func (s *Store) Find(ctx context.Context, q store.Query) ([]store.Record, error) {
	if prefix, ok := matchedWord(q); ok {
		return s.findByWord(ctx, q, prefix)
	}
	order := q.Order()
	how := options.Find().SetHint(q.By).SetSort(sorted(q, order))
	if len(order) == 0 {
		how.SetSort(nil)
	}
	if q.Limit > 0 {
		how.SetLimit(int64(q.Limit))
	}
	found, err := s.read(ctx, q, filter(q, order), how)
	if err != nil {
		return nil, err
	}
	records := make([]store.Record, len(found))
	for i := range found {
		records[i] = found[i].record(found[i].place(order))
	}
	return records, nil
}

func (s *Store) read(ctx context.Context, q store.Query, filter bson.D, how *options.FindOptionsBuilder) ([]document, error) {
	cursor, err := s.db.Collection(q.In.Name).Find(ctx, filter, how)
	if err != nil {
		return nil, err
	}
	var found []document
	return found, cursor.All(ctx, &found)
}

// matchedWord returns the prefix by which q leads over a many-valued key.
func matchedWord(q store.Query) (prefix string, ok bool) {
	lead := q.Index().Fields[0]
	if !q.In.IsMany(lead) {
		return "", false
	}
	for _, c := range q.Where {
		if c.Field != lead {
			continue
		}
		if c.Op == store.Prefix {
			prefix, _ = c.Value.(string)
			return prefix, true
		}
		return "", false // an equality or a membership fixes the key
	}
	return "", true
}

// findByWord orders documents by the first of their words that begins with the
// prefix. MongoDB cannot sort by the element that matched, so the keys of all
// matches are read here, ordered, and only the page's bodies fetched.
func (s *Store) findByWord(ctx context.Context, q store.Query, prefix string) ([]store.Record, error) {
	order := q.Order()
	continued := q.After
	q.After = nil
	how := options.Find().SetHint(q.By).SetProjection(bson.D{{Key: "k", Value: 1}})
	found, err := s.read(ctx, q, filter(q, order), how)
	if err != nil {
		return nil, err
	}
	var places []store.Record
	for _, d := range found {
		place := d.place(order)
		place[0] = firstWith(d.Keys[strings.TrimPrefix(key(order[0]), "k.")], prefix, q.Desc)
		ahead := place.Compare(continued)
		if continued == nil || ahead > 0 && !q.Desc || ahead < 0 && q.Desc {
			places = append(places, store.Record{ID: d.ID, Place: place})
		}
	}
	slices.SortFunc(places, func(a, b store.Record) int {
		if q.Desc {
			a, b = b, a
		}
		return a.Place.Compare(b.Place)
	})
	if q.Limit > 0 && len(places) > q.Limit {
		places = places[:q.Limit]
	}
	return s.bodies(ctx, q.In, places)
}

// firstWith returns the first of a list's values that begin with prefix; the last
// when the order is reversed.
func firstWith(list any, prefix string, last bool) string {
	first := ""
	values, _ := list.(bson.A)
	for _, value := range values {
		word, _ := value.(string)
		if strings.HasPrefix(word, prefix) && (first == "" || (word < first) != last) {
			first = word
		}
	}
	return first
}

// bodies completes records of which only the places are known. One that has gone
// meanwhile is left out.
func (s *Store) bodies(ctx context.Context, in *store.Collection, places []store.Record) ([]store.Record, error) {
	if len(places) == 0 {
		return nil, nil
	}
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	cursor, err := s.db.Collection(in.Name).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}},
		options.Find().SetProjection(bson.D{{Key: "v", Value: 1}, {Key: "d", Value: 1}}))
	if err != nil {
		return nil, err
	}
	var found []document
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	byID := make(map[string]*document, len(found))
	for i := range found {
		byID[found[i].ID] = &found[i]
	}
	var records []store.Record
	for _, p := range places {
		if d := byID[p.ID]; d != nil {
			records = append(records, d.record(p.Place))
		}
	}
	return records, nil
}

// Count counts what matches, up to q.Limit.
func (s *Store) Count(ctx context.Context, q store.Query) (int64, error) {
	how := options.Count().SetHint(q.By)
	if q.Limit > 0 {
		how.SetLimit(int64(q.Limit))
	}
	return s.db.Collection(q.In.Name).CountDocuments(ctx, filter(q, q.Order()), how)
}
