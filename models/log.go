package models

// LogHead is where the Merkle log over the book's events stands: how many it
// holds, the roots of its perfect subtrees, and the checkpoint that is signed of it.
type LogHead struct {
	Key        string   `json:"key"`               // verifier key that the checkpoint is checked with, in note form
	Retired    []string `json:"retired,omitempty"` // verifier keys before it, oldest first
	Size       int64    `json:"size"`              // events in the log
	Range      [][]byte `json:"range"`             // hashes of the perfect subtrees that make up the log, left to right
	Checkpoint string   `json:"checkpoint"`        // signed note
	SignedAt   Time     `json:"signed_at"`
	ScannedAt  *Time    `json:"scanned_at,omitempty"` // when the last search for new events began
}

// LogTile holds the hashes of up to 256 neighbouring nodes of the log: of the leaves
// (Level 0), or of every eighth level above them.
type LogTile struct {
	Level  int      `json:"level"`
	Index  int64    `json:"index"`
	Hashes [][]byte `json:"hashes"`
}

// LogRun names events in the order in which they entered the log together, from
// leaf First on. It is written once and never changed.
type LogRun struct {
	First  int64    `json:"first"`
	Last   Time     `json:"last"` // the latest At of its events
	At     Time     `json:"at"`   // when they entered
	Events []string `json:"events"`
}
