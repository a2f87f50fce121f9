package booktest

import (
	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/training"
)

// Courses enters two courses, of voice procedure for half a year and of the handling
// of keys for a year, and has radios demand what is named.
func (w *World) Courses(demands ...models.Demand) {
	w.t.Helper()
	for _, c := range []models.Course{{Code: "voice", Name: "Voice procedure", Provider: "Signals School", Months: 6}, {Code: "crypto", Name: "Handling of keys", Months: 12}} {
		if _, err := w.Training.AddCourse(w.Operator(), c); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := w.Register.EditCategory(w.Operator(), "radio", 0, register.CategoryEdit{Demands: &demands}); err != nil {
		w.t.Fatal(err)
	}
}

// Trained records that a person passed a course.
func (w *World) Trained(person, course string, on models.Day) *models.Training {
	w.t.Helper()
	t, err := w.Training.Record(w.Operator(), person, training.NewRecord{Course: course, Trainer: "Signals School", On: on})
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}
