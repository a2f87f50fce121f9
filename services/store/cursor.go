package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"quartermaster/models"
)

// cursor is what a client carries from one page to the next.
type cursor struct {
	Query []byte `json:"q"` // fingerprint of the query that it belongs to
	Key   []any  `json:"k"`
}

const longestCursor = 2000

// Cursor writes the place behind which q's next page begins.
func (q Query) Cursor(place Key) string {
	raw, err := json.Marshal(cursor{q.fingerprint(), place})
	if err != nil {
		panic(err) // a place holds text and numbers only
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Resume returns q continued behind a cursor, "" being the beginning. A cursor
// that was not given for this very query is refused.
func (q Query) Resume(text string) (Query, error) {
	if text == "" {
		return q, nil
	}
	unreadable := models.Refuse(models.Invalid, "cursor", "is not one that this list gave; begin again without it")
	if len(text) > longestCursor {
		return q, unreadable
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return q, unreadable.Because(err)
	}
	var c cursor
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&c); err != nil {
		return q, unreadable.Because(err)
	}
	if !bytes.Equal(c.Query, q.fingerprint()) {
		return q, models.Refuse(models.Invalid, "cursor", "belongs to a list with other filters or another order; begin again without it")
	}
	if len(c.Key) == 0 || len(c.Key) != len(q.Order()) {
		return q, unreadable
	}
	for i, part := range c.Key {
		switch v := part.(type) {
		case string:
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return q, unreadable.Because(err)
			}
			c.Key[i] = n
		default:
			return q, unreadable
		}
	}
	q.After = c.Key
	return q, nil
}

func (q Query) fingerprint() []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %v %q", q.In.Name, q.By, q.Desc, fmt.Sprint(q.Where)))
	return sum[:9]
}

// Page is one page of a list, and the cursor of the next: "" on the last.
type Page struct {
	Records []Record
	Next    string
}

// LargestPage is the most that a page which somebody asks for may hold.
const LargestPage = 200

// CheckLimit refuses a page of no or of too many documents.
func CheckLimit(limit int) error {
	if limit < 1 || limit > LargestPage {
		return models.Refuse(models.Invalid, "limit", "must be 1 to %d", LargestPage)
	}
	return nil
}

// Page reads the page of q behind a cursor, "" being the beginning.
func (q Query) Page(ctx context.Context, s Store, cursor string, limit int) (*Page, error) {
	if err := CheckLimit(limit); err != nil {
		return nil, err
	}
	q, err := q.Resume(cursor)
	if err != nil {
		return nil, err
	}
	return FindPage(ctx, s, q, limit)
}

// FindPage reads a page of q, and one document more to know whether another follows.
func FindPage(ctx context.Context, s Store, q Query, limit int) (*Page, error) {
	q.Limit = limit + 1
	records, err := s.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	return q.PageOf(records, limit), nil
}

// PageOf makes a page of what q found when asked for one more than limit.
func (q Query) PageOf(records []Record, limit int) *Page {
	page := &Page{Records: records}
	if len(records) > limit {
		page.Records = records[:limit]
		page.Next = q.Cursor(records[limit-1].Place)
	}
	return page
}
