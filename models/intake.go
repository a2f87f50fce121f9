package models

// Intake is how many requests an instance took of late, and from whom, so that several
// keep the limits together.
type Intake struct {
	Instance  string        `json:"instance"`
	Last      int64         `json:"last"` // number of the last round
	Rounds    []IntakeRound `json:"rounds"`
	ExpiresAt Time          `json:"expires_at"`
}

// IntakeRound is what was taken in about a second.
type IntakeRound struct {
	Number int64   `json:"number"`
	Taken  []Taken `json:"taken"`
}

// Taken is by how much somebody's requests of one class put off the instant at which
// they have all of their rate again, in nanoseconds.
type Taken struct {
	Class string `json:"class"`
	By    string `json:"by"`
	Worth int64  `json:"worth"`
}
