package models

import "fmt"

// Text is something that a person is told, before it is known in which language.
// Format is the English sentence, by which the catalogues of services/words have its
// translation; Args are its values, of which those that are Text themselves, or have
// Words, are translated too. One, if it has any, is the sentence where the first value is
// one.
type Text struct {
	Format string
	One    string
	Args   []any
}

// Say makes a Text; without args the format is taken as it is.
func Say(format string, args ...any) Text { return Text{Format: format, Args: args} }

// Count makes a Text about a number, which is its first value.
func Count(one, other string, n int, args ...any) Text {
	return Text{Format: other, One: one, Args: append([]any{n}, args...)}
}

// String is the text in English.
func (t Text) String() string {
	if len(t.Args) == 0 {
		return t.Format
	}
	format := t.Format
	if t.One != "" && t.Args[0] == 1 {
		format = t.One
	}
	args := make([]any, len(t.Args))
	for i, arg := range t.Args {
		args[i] = plainly(arg)
	}
	return fmt.Sprintf(format, args...)
}
