package ledger

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestMembersAreThoseOfTheObject compares the members that are found by their ends
// alone with those that package encoding/json reads.
func TestMembersAreThoseOfTheObject(t *testing.T) {
	text := rapid.StringOf(rapid.RuneFrom([]rune(`aé "\\/{}[]:,<` + "\n\u2028\x00")))
	leaf := rapid.OneOf(rapid.Just(any(nil)), text.AsAny(), rapid.Int64().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny())
	value := rapid.OneOf(leaf, rapid.SliceOf(leaf).AsAny(), rapid.MapOf(text, leaf).AsAny())
	rapid.Check(t, func(t *rapid.T) {
		object, err := json.Marshal(rapid.MapOf(text, value).Draw(t, "object"))
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(object, &want); err != nil {
			t.Fatal(err)
		}
		got := map[string]json.RawMessage{}
		if err := members(object, func(name string, value []byte) error { got[name] = value; return nil }); err != nil {
			t.Fatalf("%s: %v", object, err)
		}
		if !maps.EqualFunc(got, want, func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
			t.Fatalf("%s: got %s, want %s", object, got, want)
		}
	})
}

func TestWhatIsNoObjectHasNoMembers(t *testing.T) {
	for _, text := range []string{"", "{", "null", "[]", `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1,}`, `{"a`, `{:1}`, `{,}`} {
		if err := members([]byte(text), func(string, []byte) error { return nil }); err == nil {
			t.Errorf("%q passes as an object", text)
		}
	}
	damaged := strings.Repeat(`{"a\\`, 3) + "}"
	if err := members([]byte(damaged), func(string, []byte) error { return nil }); err == nil {
		t.Errorf("%q passes as an object", damaged)
	}
}
