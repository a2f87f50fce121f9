package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"quartermaster/models"
)

// Replay makes a document anew from its events, to be compared with the one that is
// stored.
type Replay struct {
	fields  map[string]json.RawMessage
	content string
	gone    bool
}

// Gone says whether the last event removed the document.
func (r *Replay) Gone() bool { return r.gone }

// Untold says that no event tells anything of the document's content. So it is with
// secrets that were entered by the first release and not changed since; later ones
// tell the hash.
func (r *Replay) Untold() bool { return len(r.fields) == 0 && r.content == "" }

// Apply carries out the next event. It returns what is wrong when the event changes
// something that was not there.
func (r *Replay) Apply(e models.Event) error {
	if r.gone {
		return fmt.Errorf("it was removed before")
	}
	if r.fields == nil {
		r.fields = map[string]json.RawMessage{}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Changes)) {
		change := e.Changes[name]
		if was := r.fields[name]; !bytes.Equal(was, change.Before) {
			return fmt.Errorf("it changes %s from %s, and the events before it left %s", name, shown(change.Before), shown(was))
		}
		if change.After == nil {
			delete(r.fields, name)
		} else {
			r.fields[name] = change.After
		}
	}
	if e.Content != "" {
		r.content = e.Content
	}
	r.gone = e.Gone
	return nil
}

// Compare returns the first difference between what the events make and the JSON of
// a stored document, or nil.
func (r *Replay) Compare(body []byte) error {
	if r.content != "" {
		hash, err := contentHash(body)
		if err == nil && hash != r.content {
			err = fmt.Errorf("its content is not what was entered")
		}
		return err
	}
	stored, err := flatten(body)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(stored))
	for name := range r.fields {
		if _, there := stored[name]; !there {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if !bytes.Equal(stored[name], r.fields[name]) {
			return fmt.Errorf("%s is %s in the register, and %s by its events", name, shown(stored[name]), shown(r.fields[name]))
		}
	}
	return nil
}

// contentHash is the SHA-256 of a document without its bookkeeping.
func contentHash(body []byte) (string, error) {
	fields, err := flatten(body)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(fields) // in the order of the names
	sum := sha256.Sum256(plain)
	return hex.EncodeToString(sum[:]), err
}

const longestShown = 120

func shown(value json.RawMessage) string {
	switch {
	case value == nil:
		return "nothing"
	case len(value) > longestShown:
		return string(bytes.ToValidUTF8(value[:longestShown], nil)) + "…"
	}
	return string(value)
}
