package mongo

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/store"
)

// A document is kept in an envelope: its key, its version, its JSON text just as
// it was made, and beside that the values of the fields that indexes name. The
// text is what counts; the rest only serves to find it.
const (
	idField      = "_id"
	versionField = "v"
	bodyField    = "body"
	keysField    = "k"
)

// seal puts a document in its envelope.
func seal(c store.Change, version int64) (bson.D, error) {
	body, err := store.JSON(c.Doc)
	if err != nil {
		return nil, fmt.Errorf("store: %s/%s cannot be written as JSON: %w", c.In.Name, c.ID, err)
	}
	keys, err := keysOf(c.In, c.Doc)
	if err != nil {
		return nil, fmt.Errorf("store: %s/%s: %w", c.In.Name, c.ID, err)
	}
	return envelope(store.Record{ID: c.ID, Version: version, Body: body}, keys), nil
}

func envelope(r store.Record, keys bson.D) bson.D {
	return bson.D{
		{Key: idField, Value: r.ID},
		{Key: versionField, Value: r.Version},
		{Key: bodyField, Value: string(r.Body)},
		{Key: keysField, Value: keys},
	}
}

// keysOf computes the values of the fields that c's indexes name. A field that
// the document lacks is left out.
func keysOf(c *store.Collection, doc any) (bson.D, error) {
	keys := bson.D{}
	for _, field := range fieldsOf(c) {
		if many := c.Many[field]; many != nil {
			if values := clean(many(doc)); len(values) > 0 {
				keys = append(keys, bson.E{Key: flat(field), Value: values})
			}
			continue
		}
		value, err := store.Value(doc, field)
		if err != nil {
			return nil, err
		}
		if value != nil {
			keys = append(keys, bson.E{Key: flat(field), Value: value})
		}
	}
	return keys, nil
}

// fieldsOf lists the fields of c's indexes and its many-valued keys, each once.
func fieldsOf(c *store.Collection) []string {
	var fields []string
	for _, index := range c.Indexes {
		fields = append(fields, index.Fields...)
	}
	for name := range c.Many {
		fields = append(fields, name)
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// flat makes a dotted JSON path one field name; MongoDB reads dots as nesting.
func flat(field string) string { return strings.ReplaceAll(field, ".", "/") }

// at is where a field's value lies in the envelope.
func at(field string) string {
	if field == store.ID {
		return idField
	}
	return keysField + "." + flat(field)
}

// clean gives each value once, as text that BSON may hold.
func clean(values []string) []string {
	var kept []string
	for _, value := range values {
		if value = valid(value); !slices.Contains(kept, value) {
			kept = append(kept, value)
		}
	}
	return kept
}

func valid(value string) string { return strings.ToValidUTF8(value, "\uFFFD") }

// plain turns a value that MongoDB gave back into one that a store.Key holds.
func plain(value bson.RawValue) any {
	switch value.Type {
	case bson.TypeString:
		return value.StringValue()
	case bson.TypeInt64:
		return value.Int64()
	case bson.TypeInt32:
		return int64(value.Int32())
	case bson.TypeDouble:
		return value.Double()
	case bson.TypeBoolean:
		return value.Boolean()
	default:
		return nil
	}
}

// open takes a record out of its envelope; one that was asked for bare has no text.
func open(raw bson.Raw, bare bool) (store.Record, error) {
	id, okID := raw.Lookup(idField).StringValueOK()
	version, okVersion := raw.Lookup(versionField).AsInt64OK()
	body, okBody := raw.Lookup(bodyField).StringValueOK()
	if !okID || !okVersion || !okBody && !bare {
		return store.Record{}, fmt.Errorf("store: the document %s was not written by this program", raw.Lookup(idField))
	}
	return store.Record{ID: id, Version: version, Body: []byte(body)}, nil
}
