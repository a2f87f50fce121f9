package models

// Course is something that people are trained in. A category may demand it of
// whoever has its equipment in custody.
type Course struct {
	Code     string `json:"code" validate:"required,code"`
	Name     string `json:"name" validate:"required,text,max=200"`
	Provider string `json:"provider,omitempty" validate:"omitempty,text,max=200"` // who gives it
	// Months is how long a record of it holds, from the day of the course; 0 is for good.
	Months int `json:"months,omitempty" validate:"min=0,max=600"`
	Base
}

// Key returns the course's code.
func (c *Course) Key() string { return c.Code }

// Untrained is what happens when equipment goes to somebody without a valid record.
type Untrained string

// The answers to somebody without a valid record.
const (
	WarnUntrained   Untrained = "warn"
	RefuseUntrained Untrained = "refuse"
)

// Demand is a course that a category demands of its custodians.
type Demand struct {
	Course  string    `json:"course" validate:"required,code"`
	Without Untrained `json:"without" validate:"oneof=warn refuse"`
}

// TrainingState is whether a record says what somebody can do now.
type TrainingState string

// The states of a training record. Of one person and course, one record is current:
// the one that holds longest.
const (
	TrainingCurrent    TrainingState = "current"
	TrainingSuperseded TrainingState = "superseded"
	TrainingWithdrawn  TrainingState = "withdrawn" // it was recorded by mistake, or the certificate was revoked
)

// Training is a person's record of a course.
type Training struct {
	ID      string        `json:"id"`
	Person  string        `json:"person"`
	Unit    string        `json:"unit,omitempty"` // to which the person is posted; it moves with them
	Path    []string      `json:"path,omitempty"`
	Course  string        `json:"course" validate:"required,code"`
	Trainer string        `json:"trainer" validate:"required,text,max=200"`
	On      Day           `json:"on" validate:"required,day"`
	Expiry  Day           `json:"expiry" validate:"day"` // the last day on which it holds; always written, "" is for good
	Number  string        `json:"number,omitempty" validate:"omitempty,text,max=120"`
	Note    string        `json:"note,omitempty" validate:"max=2000"`
	State   TrainingState `json:"state"`
	By      string        `json:"by"` // who recorded it
	Reason  string        `json:"reason,omitempty"`
	// Certificate is the paper; its content is kept as a File.
	Certificate *Attachment `json:"certificate,omitempty"`
	Base
}

// Key returns the record's identity.
func (t *Training) Key() string { return t.ID }

// Holds says whether the record is valid on a day.
func (t *Training) Holds(day Day) bool {
	return t.State == TrainingCurrent && t.On <= day && (t.Expiry == "" || t.Expiry >= day)
}

// Outlasts says whether the record holds longer than another of the same course.
func (t *Training) Outlasts(other *Training) bool {
	switch {
	case t.Expiry == other.Expiry:
		return t.On > other.On
	case t.Expiry == "" || other.Expiry == "":
		return t.Expiry == ""
	}
	return t.Expiry > other.Expiry
}

// Standing names whom the record qualifies and for what, while it is the current
// one; no two records share it.
func (t *Training) Standing() []string {
	if t.State != TrainingCurrent {
		return nil
	}
	return []string{StandingOf(t.Person, t.Course)}
}

// StandingOf names a person's qualification by a course.
func StandingOf(person, course string) string { return person + " " + course }

// Units are the units in whose part of the tree a current record counts.
func (t *Training) Units() []string {
	if t.State != TrainingCurrent {
		return nil
	}
	return t.Path
}
