package mongo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/store"
)

// document is how a document of the book is kept: its exact JSON, and beside it
// the values that indexes are made of.
type document struct {
	ID      string `bson:"_id"`
	Version int64  `bson:"v"`
	Body    string `bson:"d"`
	Keys    bson.M `bson:"k"`
}

// key is where a field's value is found in a kept document.
func key(field string) string {
	if field == store.ID {
		return "_id"
	}
	return "k." + strings.ReplaceAll(field, ".", "_")
}

func keep(c *store.Collection, id string, version int64, doc any) (*document, error) {
	body, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("store: %s/%s cannot be written as JSON: %w", c.Name, id, err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("store: %s/%s is no JSON object: %w", c.Name, id, err)
	}
	kept := &document{ID: id, Version: version, Body: string(body), Keys: bson.M{}}
	for _, index := range c.Indexes {
		for _, field := range index.Fields {
			if raw, ok := fields[field]; ok && !c.IsMany(field) {
				if value := scalar(raw); value != nil {
					kept.Keys[strings.TrimPrefix(key(field), "k.")] = value
				}
			}
		}
	}
	for field, values := range c.Many {
		// An empty list would stand in a unique index as a value of its own.
		if list := distinct(values(doc)); len(list) > 0 {
			kept.Keys[strings.TrimPrefix(key(field), "k.")] = list
		}
	}
	return kept, nil
}

// scalar returns a JSON value as a whole number, text or boolean; nil for others.
func scalar(raw json.RawMessage) any {
	var n int64
	if json.Unmarshal(raw, &n) == nil && string(raw) != "null" {
		return n
	}
	var text string
	if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		return text
	}
	var yes bool
	if json.Unmarshal(raw, &yes) == nil && string(raw) != "null" {
		return yes
	}
	return nil
}

func distinct(values []string) []string {
	list := slices.Clone(values)
	slices.Sort(list)
	return slices.Compact(list)
}

// place returns a document's place in an order. The first field of a list by
// words is the word that was matched, which the caller fills in.
func (d *document) place(order []string) store.Key {
	place := make(store.Key, len(order))
	for i, field := range order {
		if field == store.ID {
			place[i] = d.ID
			continue
		}
		switch value := d.Keys[strings.TrimPrefix(key(field), "k.")].(type) {
		case int32:
			place[i] = int64(value)
		default:
			place[i] = value
		}
	}
	return place
}

func (d *document) record(place store.Key) store.Record {
	return store.Record{ID: d.ID, Version: d.Version, Body: []byte(d.Body), Place: place}
}
