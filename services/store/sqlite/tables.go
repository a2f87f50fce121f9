package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"quartermaster/services/store"
)

// Each collection is a table of JSON documents. A field that an index names is
// also a column, so that a change touches only the indexes whose fields it changes;
// it stands before the JSON, so that a condition on it does not read that. A
// many-valued key has a table for each index
// that it leads, with a row for each value; the values a document has are also
// kept in its column many, from which they are compared and taken out again.

// ddl are the statements that make a collection's table and indexes, by the names of
// what they make. SQLite keeps their texts, by which it is seen whether a file has
// them as they are declared now.
func ddl(c *store.Collection) map[string]string {
	made := map[string]string{c.Name: fmt.Sprintf(
		`CREATE TABLE %s (n INTEGER PRIMARY KEY, %s TEXT NOT NULL UNIQUE, version INTEGER NOT NULL%s, body TEXT NOT NULL, many TEXT NOT NULL)`,
		quote(c.Name), quote(store.ID), columns(c))}
	for _, index := range c.Indexes {
		made[indexName(c, index)] = indexDDL(c, index)
	}
	return made
}

func columns(c *store.Collection) string {
	var names strings.Builder
	for _, field := range layoutOf(c).columns {
		names.WriteString(", " + quote(field))
	}
	return names.String()
}

func indexDDL(c *store.Collection, index store.Index) string {
	names := make([]string, len(index.Fields))
	for i, field := range index.Fields {
		names[i] = quote(field)
	}
	list := strings.Join(names, ", ")
	if c.IsMany(index.Fields[0]) {
		key := list + ", n"
		if index.Unique {
			key = list
		}
		return fmt.Sprintf(`CREATE TABLE %s (%s, n INTEGER, PRIMARY KEY (%s)) WITHOUT ROWID`,
			table(c, index), list, key)
	}
	unique := ""
	if index.Unique {
		unique = "UNIQUE "
	} else if !c.TellsApart(index) {
		list += ", " + quote(store.ID)
	}
	return fmt.Sprintf(`CREATE %sINDEX %s ON %s (%s) WHERE %s IS NOT NULL`,
		unique, table(c, index), quote(c.Name), list, names[0])
}

// table names an index, or the table of a many-valued one.
func table(c *store.Collection, index store.Index) string {
	return quote(indexName(c, index))
}

func indexName(c *store.Collection, index store.Index) string { return c.Name + "_by_" + index.Name }

func quote(name string) string { return `"` + name + `"` }

// The column many holds each value as START field = value END.
const (
	valueStart = "\x1f"
	valueEnd   = "\x1e"
)

// keysOf returns the values that doc has of each of its many-valued keys, each once.
func keysOf(c *store.Collection, l *layout, doc any) [][]string {
	values := make([][]string, len(l.keys))
	for i, name := range l.keys {
		for _, value := range c.Many[name](doc) {
			if value = strings.Map(printable, value); !slices.Contains(values[i], value) {
				values[i] = append(values[i], value)
			}
		}
	}
	return values
}

// manyText writes the values of all keys.
func manyText(l *layout, values [][]string) string {
	var text strings.Builder
	for i, name := range l.keys {
		for _, value := range values[i] {
			text.WriteString(valueStart + name + "=" + value + valueEnd)
		}
	}
	return text.String()
}

func printable(r rune) rune {
	if r == 0x1e || r == 0x1f {
		return -1
	}
	return r
}

// manyValues reads the values of one key back.
func manyValues(text, name string) []string {
	var values []string
	mark := valueStart + name + "="
	for {
		_, rest, found := strings.Cut(text, mark)
		if !found {
			return values
		}
		value, after, _ := strings.Cut(rest, valueEnd)
		values, text = append(values, value), after
	}
}
