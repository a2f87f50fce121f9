package mongo

import (
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/store"
)

// filter writes q's conditions and its place to continue from. Each condition
// stands by itself in the $and, so that two on one many-valued key may each be
// met by a value of its own.
func filter(q store.Query, order []string) bson.D {
	lead := q.Index().Fields[0]
	all := bson.A{}
	if !slices.ContainsFunc(q.Where, func(c store.Cond) bool { return c.Field == lead }) {
		// A condition on the field says this already; said twice of a many-valued
		// key, the server could choose the weaker one to read the index by.
		all = append(all, bson.D{present(lead)})
	}
	for _, c := range q.Where {
		all = append(all, bson.D{{Key: at(c.Field), Value: condition(q.In, c)}})
	}
	all = append(all, behind(q, order)...)
	return bson.D{{Key: "$and", Value: all}}
}

// hopeless says that q asks for a value out of an empty list.
func hopeless(q store.Query) bool {
	return slices.ContainsFunc(q.Where, func(c store.Cond) bool { return c.Op == store.Any && len(c.Value.([]string)) == 0 })
}

func condition(in *store.Collection, c store.Cond) any {
	many := in.IsMany(c.Field)
	var is bson.D
	switch c.Op {
	case store.Eq:
		is = bson.D{{Key: "$eq", Value: sent(c.Value)}}
	case store.Any:
		is = bson.D{{Key: "$in", Value: list(c)}}
	case store.AtLeast:
		is = bson.D{{Key: "$gte", Value: sent(c.Value)}}
	case store.Below:
		is = bson.D{{Key: "$lt", Value: sent(c.Value)}}
	case store.Prefix:
		prefix := valid(c.Value.(string))
		is = bson.D{{Key: "$gte", Value: prefix}, {Key: "$lt", Value: prefix + lastRune}}
		if many { // both bounds must hold for one and the same value
			return bson.D{{Key: "$elemMatch", Value: is}}
		}
	default:
		panic(fmt.Sprintf("store: unknown comparison %d", c.Op))
	}
	return is
}

// lastRune sorts behind every text that goes on.
const lastRune = "\U0010FFFF"

func sent(value any) any {
	if text, ok := value.(string); ok {
		return valid(text)
	}
	return value
}

func list(c store.Cond) bson.A {
	values := bson.A{}
	for _, value := range c.Value.([]string) {
		values = append(values, valid(value))
	}
	return values
}

// behind continues behind q.After: (a > 1) or (a = 1 and b > 2) …, and before
// that a >= 1, by which the server begins to read the index at the right place.
func behind(q store.Query, order []string) bson.A {
	if q.After == nil {
		return nil
	}
	if len(q.After) != len(order) {
		panic(fmt.Sprintf("store: a place of %d values in the order of %v", len(q.After), order))
	}
	past, from := "$gt", "$gte"
	if q.Desc {
		past, from = "$lt", "$lte"
	}
	var ways bson.A
	for i, field := range order {
		var way bson.D
		for k := range i {
			way = append(way, bson.E{Key: at(order[k]), Value: sent(q.After[k])})
		}
		ways = append(ways, append(way, bson.E{Key: at(field), Value: bson.D{{Key: past, Value: sent(q.After[i])}}}))
	}
	if len(ways) == 0 {
		return nil
	}
	return bson.A{
		bson.D{{Key: at(order[0]), Value: bson.D{{Key: from, Value: sent(q.After[0])}}}},
		bson.D{{Key: "$or", Value: ways}},
	}
}

// sorting is the order as MongoDB takes it.
func sorting(q store.Query, order []string) bson.D {
	direction := 1
	if q.Desc {
		direction = -1
	}
	var by bson.D
	for _, field := range order {
		by = append(by, bson.E{Key: at(field), Value: direction})
	}
	return by
}

// led returns the condition on the first field of q's index that fixes it to
// one value or to a list of them, or nil.
func led(q store.Query) *store.Cond {
	lead := q.Index().Fields[0]
	i := slices.IndexFunc(q.Where, func(c store.Cond) bool {
		return c.Field == lead && (c.Op == store.Eq || c.Op == store.Any)
	})
	if i < 0 {
		return nil
	}
	return &q.Where[i]
}

// orderOf is q.Order, where a list of values for the first field counts as one
// value: documents of all of them come in one order of the other fields.
func orderOf(q store.Query) []string {
	if c := led(q); c != nil && c.Op == store.Any {
		q.Where = append(slices.Clone(q.Where), store.Is(c.Field, ""))
	}
	return q.Order()
}
