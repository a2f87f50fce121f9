package models

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A document that says something keeps it twice: in English, for whoever reads the
// document itself, and as the Text that it was made of, from which each reader is told
// it in their own language. What was written before that has the English alone.

// Plain makes a Text of somebody's own words or a name, which no language changes.
func Plain(text string) Text {
	if text == "" {
		return Text{}
	}
	return Text{Format: "%s", Args: []any{text}}
}

// Passage makes one Text of several sentences, which follow each other.
func Passage(sentences ...Text) Text {
	args := make([]any, 0, len(sentences))
	for _, s := range sentences {
		if !s.Empty() {
			args = append(args, s)
		}
	}
	if len(args) == 1 {
		return args[0].(Text) //nolint:errcheck // it was put there
	}
	return Text{Format: strings.TrimSpace(strings.Repeat("%v ", len(args))), Args: args}
}

// And tells one after the other.
func (t Text) And(next Text) Text {
	if t.Empty() {
		return next
	}
	return Say("%v, %v", t, next)
}

// Empty says whether nothing is said.
func (t Text) Empty() bool { return t.Format == "" }

// Kept is the Text as a document keeps it: in English, and what it was made of, which is
// nil for somebody's own words.
func (t Text) Kept() (english string, said *Text) {
	if t.Empty() {
		return "", nil
	}
	if t.Format == "%s" && len(t.Args) == 1 {
		return t.String(), nil
	}
	return t.String(), &t
}

// Told is what a document keeps, to be told in some language.
func Told(english string, said *Text) Text {
	if said != nil {
		return *said
	}
	return Plain(english)
}

// plainly is how the English sentence has one of its values.
func plainly(arg any) any {
	switch v := arg.(type) {
	case Day:
		return v.Long()
	case Quantity:
		return v.Grouped()
	case interface{ Words() string }:
		return v.Words()
	}
	return arg
}

// Word is a state or a kind of which a document keeps the words.
type Word string

// Words are the words themselves.
func (w Word) Words() string { return string(w) }

// said is a Text in JSON: a value is a string or a number as it is, and what is told in
// each language in its own way is an object that names its sort.
type said struct {
	Say  string            `json:"say"`
	One  string            `json:"one,omitempty"`
	With []json.RawMessage `json:"with,omitempty"`
}

type saidValue struct {
	Day      Day       `json:"day,omitempty"`
	Quantity *Quantity `json:"quantity,omitempty"`
	Money    *Money    `json:"money,omitempty"`
	Word     Word      `json:"word,omitempty"`
	Say      *string   `json:"say,omitempty"`
}

// MarshalJSON writes the sentence in English and its values.
func (t Text) MarshalJSON() ([]byte, error) {
	kept := said{Say: t.Format, One: t.One}
	for _, arg := range t.Args {
		raw, err := json.Marshal(keptValue(arg))
		if err != nil {
			return nil, err
		}
		kept.With = append(kept.With, raw)
	}
	return json.Marshal(kept)
}

func keptValue(arg any) any {
	switch v := arg.(type) {
	case Text, string, int:
		return v
	case int64:
		return int(v)
	case Day:
		return saidValue{Day: v}
	case Quantity:
		return saidValue{Quantity: &v}
	case Money:
		return saidValue{Money: &v}
	case *Money:
		return saidValue{Money: v}
	case interface{ Words() string }:
		return saidValue{Word: Word(v.Words())}
	case interface{ Text() Text }:
		return v.Text()
	}
	return fmt.Sprint(arg)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Text) UnmarshalJSON(raw []byte) error {
	var kept said
	if err := json.Unmarshal(raw, &kept); err != nil {
		return err
	}
	*t = Text{Format: kept.Say, One: kept.One}
	for _, each := range kept.With {
		arg, err := readValue(each)
		if err != nil {
			return err
		}
		t.Args = append(t.Args, arg)
	}
	return nil
}

func readValue(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '{':
		var v saidValue
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, err
		}
		switch {
		case v.Say != nil:
			var t Text
			err := json.Unmarshal(raw, &t)
			return t, err
		case v.Day != "":
			return v.Day, nil
		case v.Quantity != nil:
			return *v.Quantity, nil
		case v.Money != nil:
			return *v.Money, nil
		}
		return v.Word, nil
	}
	var n int
	err := json.Unmarshal(raw, &n)
	return n, err
}
