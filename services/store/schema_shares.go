package store

// What donors are given: links to reports, by which the secret of a link is known again.
var (
	Shares = &Collection{Name: "shares", Indexes: []Index{
		{Name: "id", Fields: []string{"id"}},
		{Name: "by", Fields: []string{"by", "id"}},
	}}
	ShareKeys = &Collection{Name: "share_keys"}
)
