package mongo

import (
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/store"
)

// lastRune ends a range of text with a prefix.
const lastRune = "\U0010FFFF"

// filter writes q's conditions, its place to continue behind included.
func filter(q store.Query, order []string) bson.D {
	lead := q.Index().Fields[0]
	conds := bson.A{bson.D{{Key: key(lead), Value: bson.D{{Key: "$exists", Value: true}}}}}
	for _, c := range q.Where {
		conds = append(conds, condition(q.In, c))
	}
	if q.After != nil {
		conds = append(conds, after(q, order))
	}
	return bson.D{{Key: "$and", Value: conds}}
}

func condition(in *store.Collection, c store.Cond) bson.D {
	field := key(c.Field)
	switch c.Op {
	case store.Any:
		values, _ := c.Value.([]string)
		if values == nil {
			values = []string{}
		}
		return bson.D{{Key: field, Value: bson.D{{Key: "$in", Value: values}}}}
	case store.AtLeast:
		return bson.D{{Key: field, Value: bson.D{{Key: "$gte", Value: c.Value}}}}
	case store.Below:
		return bson.D{{Key: field, Value: bson.D{{Key: "$lt", Value: c.Value}}}}
	case store.Prefix:
		prefix, _ := c.Value.(string)
		if in.IsMany(c.Field) {
			// An anchored pattern is a range of the index, and one that a single value of
			// the list must lie in.
			return bson.D{{Key: field, Value: bson.Regex{Pattern: "^" + regexp.QuoteMeta(prefix)}}}
		}
		return bson.D{{Key: field, Value: bson.D{{Key: "$gte", Value: prefix}, {Key: "$lt", Value: prefix + lastRune}}}}
	}
	return bson.D{{Key: field, Value: c.Value}}
}

// after continues behind a place: (a, b) > (x, y) written as a > x, or a = x and
// b > y; and a >= x, by which the index is entered at the right place.
func after(q store.Query, order []string) bson.D {
	than, from := "$gt", "$gte"
	if q.Desc {
		than, from = "$lt", "$lte"
	}
	if len(order) == 1 {
		return bson.D{{Key: key(order[0]), Value: bson.D{{Key: than, Value: q.After[0]}}}}
	}
	var either bson.A
	for i := range order {
		part := bson.D{}
		for j := range i {
			part = append(part, bson.E{Key: key(order[j]), Value: q.After[j]})
		}
		either = append(either, append(part, bson.E{Key: key(order[i]), Value: bson.D{{Key: than, Value: q.After[i]}}}))
	}
	return bson.D{
		{Key: key(order[0]), Value: bson.D{{Key: from, Value: q.After[0]}}},
		{Key: "$or", Value: either},
	}
}

func sorted(q store.Query, order []string) bson.D {
	direction := 1
	if q.Desc {
		direction = -1
	}
	fields := bson.D{}
	for _, field := range order {
		fields = append(fields, bson.E{Key: key(field), Value: direction})
	}
	return fields
}
