package sqlite

import (
	"strings"

	"quartermaster/services/store"
)

// selectSQL writes q as SQL over the index that it names.
func selectSQL(q store.Query) (text string, args []any) {
	index := q.Index()
	order := q.Order()
	many := q.In.IsMany(index.Fields[0])
	column := func(field string) string {
		if many && inIndex(index, field) {
			return "x." + quote(field)
		}
		return "d." + quote(field)
	}

	var sql strings.Builder
	body := "d.body"
	if q.Bare {
		body = "NULL"
	}
	sql.WriteString(`SELECT d."_id", d.version, ` + body)
	for _, field := range order {
		sql.WriteString(", " + column(field))
	}
	if repeating(q) != nil {
		sql.WriteString(", d.many")
	}
	if many {
		// CROSS JOIN keeps SQLite from turning the order of the two around.
		sql.WriteString(" FROM " + table(q.In, index) + " x CROSS JOIN " + quote(q.In.Name) + " d ON d.n = x.n WHERE 1")
	} else {
		sql.WriteString(" FROM " + quote(q.In.Name) + " d")
		if index.Name != store.ID { // which the table itself declares, and SQLite takes by itself
			sql.WriteString(" INDEXED BY " + table(q.In, index))
		}
		sql.WriteString(" WHERE d." + quote(index.Fields[0]) + " IS NOT NULL")
	}
	led := false // the first condition on the leading key narrows; a second is checked on what that finds
	for _, c := range q.Where {
		if q.In.IsMany(c.Field) && (led || !many || c.Field != index.Fields[0]) {
			writeMany(&sql, &args, c)
			continue
		}
		led = led || c.Field == index.Fields[0]
		writeCond(&sql, &args, column(c.Field), c)
	}
	writeAfter(&sql, &args, q, order, column)
	if len(order) > 0 {
		sql.WriteString(" ORDER BY ")
		for i, field := range order {
			if i > 0 {
				sql.WriteString(", ")
			}
			sql.WriteString(column(field))
			if q.Desc {
				sql.WriteString(" DESC")
			}
		}
	}
	if q.Limit > 0 && repeating(q) == nil {
		sql.WriteString(" LIMIT ?")
		args = append(args, q.Limit)
	}
	return sql.String(), args
}

func inIndex(index store.Index, field string) bool {
	for _, f := range index.Fields {
		if f == field {
			return true
		}
	}
	return false
}

func writeCond(sql *strings.Builder, args *[]any, column string, c store.Cond) {
	sql.WriteString(" AND ")
	switch c.Op {
	case store.Eq:
		sql.WriteString(column + " = ?")
		*args = append(*args, c.Value)
	case store.AtLeast:
		sql.WriteString(column + " >= ?")
		*args = append(*args, c.Value)
	case store.Below:
		sql.WriteString(column + " < ?")
		*args = append(*args, c.Value)
	case store.Prefix:
		prefix := c.Value.(string)
		sql.WriteString(column + " >= ? AND " + column + " < ?")
		*args = append(*args, prefix, prefix+"\U0010FFFF")
	case store.Any:
		values := c.Value.([]string)
		sql.WriteString(column + " IN (?" + strings.Repeat(", ?", max(0, len(values)-1)) + ")")
		if len(values) == 0 {
			*args = append(*args, nil) // IN (NULL) matches nothing
		}
		for _, v := range values {
			*args = append(*args, v)
		}
	}
}

// writeMany checks a many-valued key that the index does not lead with, in the
// text of the document's values.
func writeMany(sql *strings.Builder, args *[]any, c store.Cond) {
	mark := valueStart + c.Field + "="
	switch c.Op {
	case store.Prefix:
		sql.WriteString(" AND instr(d.many, ?) > 0")
		*args = append(*args, mark+c.Value.(string))
	case store.Any:
		sql.WriteString(" AND (0")
		for _, v := range c.Value.([]string) {
			sql.WriteString(" OR instr(d.many, ?) > 0")
			*args = append(*args, mark+v+valueEnd)
		}
		sql.WriteString(")")
	case store.Eq:
		sql.WriteString(" AND instr(d.many, ?) > 0")
		*args = append(*args, mark+c.Value.(string)+valueEnd)
	default:
		panic("store: a range over the many-valued key " + c.Field + " needs an index that it leads")
	}
}

// writeAfter continues behind a place as (a, b) > (?, ?), which SQLite answers
// from the index.
func writeAfter(sql *strings.Builder, args *[]any, q store.Query, order []string, column func(string) string) {
	if q.After == nil {
		return
	}
	names := make([]string, len(order))
	for i, field := range order {
		names[i] = column(field)
	}
	than := ">"
	if q.Desc {
		than = "<"
	}
	sql.WriteString(" AND (" + strings.Join(names, ", ") + ") " + than + " (?" + strings.Repeat(", ?", len(order)-1) + ")")
	*args = append(*args, q.After...)
}
