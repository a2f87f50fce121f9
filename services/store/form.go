package store

import (
	"slices"

	"quartermaster/models"
)

// Form is the number of the form in which this program keeps books. A book carries
// the number of its own, and is brought up to this one by Steps when it is opened.
const Form = 2

// Step brings a book to the next form. What documents say never changes without an
// event, and fields that came later are absent from older documents; so a step is
// about how documents are found. Indexes that are declared otherwise than a book
// has them are built anew by themselves and need no step; a many-valued key whose
// function changed does, since no declaration shows it.
type Step struct {
	To     int
	Why    string
	Refile []*Collection // whose keys are computed anew; nil is all
}

// Steps are never changed after the release that brings them.
var Steps = []Step{
	{To: 2, Why: "fields of indexes are columns that the program fills, and a book carries the number of its form"},
}

// CheckForm refuses a book that is of a later form than this program's.
func CheckForm(form int) error {
	if form > Form {
		return models.Refuse(models.Unavailable, "", "this book was written by a newer Quartermaster: it is of form %d, and this program knows forms up to %d. "+
			"Use the newer program, or restore a backup from before it was first used", form, Form)
	}
	return nil
}

// StepsFrom returns what brings a book of a form to Form.
func StepsFrom(form int) []Step {
	for i, step := range Steps {
		if step.To > form {
			return Steps[i:]
		}
	}
	return nil
}

// Refiles says whether the step computes the keys of a collection anew.
func (s Step) Refiles(c *Collection) bool { return s.Refile == nil || slices.Contains(s.Refile, c) }
