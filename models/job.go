package models

// Job is what the book notes of something that it does by the clock: who runs it
// now, and what came of it. It is the lease by which of several instances one runs
// it: whoever replaces it at the version that they read has it.
type Job struct {
	Name string `json:"name"`
	// Holder is the instance that runs it, and has it until Until unless it says before
	// that it still does; "" is nobody.
	Holder string `json:"holder,omitempty"`
	Until  Time   `json:"until"`
	// Done is when it was last begun and came to an end, by itself or in failure.
	Done     Time  `json:"done"`
	Good     Time  `json:"good,omitzero"`    // when the last run that went well was begun
	Failures int   `json:"failures"`         // in a row
	Recent   []Run `json:"recent,omitempty"` // newest first
}

// Run is one run of a job.
type Run struct {
	At     Time   `json:"at"`
	Took   int64  `json:"took_ms"`      // milliseconds
	By     string `json:"by,omitempty"` // the person who asked for it; "" by the clock
	On     string `json:"on"`           // the instance
	Found  int    `json:"found"`
	Opened int    `json:"opened"`
	Closed int    `json:"closed"`
	Error  string `json:"error,omitempty"`
}

// Last is the newest run, or nil.
func (j *Job) Last() *Run {
	if len(j.Recent) == 0 {
		return nil
	}
	return &j.Recent[0]
}
