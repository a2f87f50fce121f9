package api

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/store"
	"quartermaster/services/training"
)

// trainingRoutes is what people were trained in and who may operate what.
func (a *API) trainingRoutes() []Route {
	return []Route{
		{Method: get, Path: "/courses", Summary: "The courses", Status: ok, Answer: models.Course{}, List: true, Query: paging, Handle: list(a.Training.Courses)},
		{Method: post, Path: "/courses", Summary: "Add a course", Status: created, Body: models.Course{}, Answer: models.Course{}, Handle: add(a.Training.AddCourse)},
		{Method: get, Path: "/courses/:code", Summary: "One course", Status: ok, Answer: models.Course{}, Handle: a.course},
		{Method: patch, Path: "/courses/:code", Summary: "Change a course", Status: ok, Body: training.CourseEdit{}, Answer: models.Course{}, Handle: edit(a.Training.EditCourse)},
		{Method: get, Path: "/training", Summary: "Current training records, those that lapse first in front", Status: ok, Answer: models.Training{}, List: true, Query: trainingFilters, Handle: pages(a.trainings)},
		{Method: get, Path: "/training/counts", Summary: "How many people are trained per kind of equipment", Status: ok, Answer: training.Count{}, List: true, Query: countFilters, Handle: a.trainedCounts},
		{Method: get, Path: "/people/:code/training", Summary: "A person's training records, the latest first", Status: ok, Answer: models.Training{}, List: true, Handle: a.trainingOf},
		{Method: post, Path: "/people/:code/training", Summary: "Record a course that a person passed", Status: created, Body: training.NewRecord{}, Answer: models.Training{}, Handle: a.recordTraining},
		{Method: post, Path: "/training/:id/certificate", Summary: "Attach the certificate: a form's part \"file\", or the whole body", Status: created, Answer: models.Training{}, Query: []Param{{"name", "of the file"}}, Handle: a.certify},
		{Method: get, Path: "/training/:id/certificate", Summary: "The certificate of a training record", Status: ok, Handle: a.certificate},
		{Method: post, Path: "/training/:id/withdraw", Summary: "Withdraw a training record", Status: ok, Body: reason{}, Answer: models.Training{}, Handle: a.withdrawTraining},
		{Method: get, Path: "/units/:code/operators", Summary: "Who in a unit can operate what, and which custodians cannot", Status: ok, Answer: training.Operators{}, List: true, Handle: a.operators},
	}
}

var (
	trainingFilters = append([]Param{{"unit", "code; units below it are included"}, {"course", "code"}, {"until", "that lapse on this day or before"}}, paging...)
	countFilters    = []Param{{"unit", "code; units below it are included"}, {"since", "count courses passed on this day or later"}, {"until", "and on this day or before"}}
)

func (a *API) course(c *fiber.Ctx) error {
	r, err := a.Training.Course(c.UserContext(), c.Params("code"))
	return record(c, r, err)
}

func (a *API) trainings(c *fiber.Ctx, cursor string, limit int) (*store.Page, error) {
	f := training.Filter{Unit: c.Query("unit"), Course: c.Query("course"), Until: models.Day(c.Query("until"))}
	return a.Training.List(c.UserContext(), f, cursor, limit)
}

func (a *API) trainedCounts(c *fiber.Ctx) error {
	counts, err := a.Training.Counts(c.UserContext(), training.Period{Unit: c.Query("unit"), Since: models.Day(c.Query("since")), Until: models.Day(c.Query("until"))})
	return items(c, counts, "", err)
}

func (a *API) trainingOf(c *fiber.Ctx) error {
	records, err := a.Training.OfPerson(c.UserContext(), c.Params("code"))
	return items(c, records, "", err)
}

func (a *API) recordTraining(c *fiber.Ctx) error {
	n, err := server.JSON[training.NewRecord](c)
	if err != nil {
		return err
	}
	t, err := a.Training.Record(c.UserContext(), c.Params("code"), n)
	return document(c, created, t, err)
}

func (a *API) certify(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	upload, err := server.OneFile(c, register.LargestFile)
	if err != nil {
		return err
	}
	t, err := a.Training.Certify(c.UserContext(), c.Params("id"), read, training.Paper{Name: upload.Name, Content: upload.Content})
	return document(c, created, t, err)
}

func (a *API) certificate(c *fiber.Ctx) error { return Certificate(c, a.Training) }

// Certificate serves the paper of the training record in the address.
func Certificate(c *fiber.Ctx, s *training.Service) error {
	attachment, content, err := s.Certificate(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return SendFile(c, attachment, content)
}

func (a *API) withdrawTraining(c *fiber.Ctx) error {
	read, err := version(c)
	if err != nil {
		return err
	}
	r, err := server.JSON[reason](c)
	if err != nil {
		return err
	}
	t, err := a.Training.Withdraw(c.UserContext(), c.Params("id"), read, r.Reason)
	return document(c, ok, t, err)
}

func (a *API) operators(c *fiber.Ctx) error {
	list, err := a.Training.Operators(c.UserContext(), c.Params("code"))
	return items(c, list, "", err)
}
