package ledger

import (
	"bytes"
	"encoding/json"

	"quartermaster/models"
)

// bookkeeping are the fields that every change changes; the event says them itself.
var bookkeeping = map[string]bool{"version": true, "head": true, "created_at": true, "updated_at": true}

// difference returns the fields that two JSON objects do not have in common. A
// nested "fields" object is compared field by field.
func difference(before, after []byte) (map[string]models.Change, error) {
	old, err := flatten(before)
	if err != nil {
		return nil, err
	}
	current, err := flatten(after)
	if err != nil {
		return nil, err
	}
	changes := make(map[string]models.Change, len(current))
	for name, value := range current {
		if was := old[name]; !bytes.Equal(was, value) {
			changes[name] = models.Change{Before: was, After: value}
		}
	}
	for name, was := range old {
		if _, kept := current[name]; !kept {
			changes[name] = models.Change{Before: was}
		}
	}
	return changes, nil
}

func flatten(object []byte) (map[string]json.RawMessage, error) {
	if object == nil {
		return nil, nil
	}
	var flat map[string]json.RawMessage
	if err := json.Unmarshal(object, &flat); err != nil {
		return nil, err
	}
	if nested := flat["fields"]; len(nested) > 0 && nested[0] == '{' {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(nested, &fields); err != nil {
			return nil, err
		}
		delete(flat, "fields")
		for name, value := range fields {
			flat["fields."+name] = value
		}
	}
	for name := range bookkeeping {
		delete(flat, name)
	}
	return flat, nil
}
