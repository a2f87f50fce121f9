package ledger

import "context"

// Author is who makes a change, and from which device.
type Author struct{ Person, Device string }

// Program is the author of what no person did: the first start, the jobs.
const Program = "quartermaster"

type authorKey struct{}

// By returns a context whose changes are signed by author.
func By(ctx context.Context, author Author) context.Context {
	return context.WithValue(ctx, authorKey{}, author)
}

// AuthorOf returns who signs the changes made in ctx.
func AuthorOf(ctx context.Context) Author {
	if author, ok := ctx.Value(authorKey{}).(Author); ok {
		return author
	}
	return Author{Person: Program}
}
