package api_test

import (
	"testing"
	"time"

	"quartermaster/jobs"
	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/custody"
)

func TestFlagsAndJobs(t *testing.T) {
	f := open(t)
	if err := f.Timetable.Plan(jobs.Table(f.House), nil); err != nil {
		t.Fatal(err)
	}
	a := f.Radio("1")
	if _, err := f.Custody.Issue(f.As("keeper-north"), a.Tag, 0, custody.Issue{Unit: "NORTH-POST", Custodian: "guard", DueBack: "2026-04-30", Receipt: booktest.Sign("Gul Guard")}); err != nil {
		t.Fatal(err)
	}
	f.Pass(40 * 24 * time.Hour)
	id := "/api/v1/flags/" + models.FlagID(models.OverdueReturn, "assets/"+a.ID)
	f.run([]scenario{
		{name: "a storekeeper runs a job", who: "keeper-north", method: "POST", path: "/api/v1/jobs/overdue_returns/run", status: 403, holds: []string{"may not see the jobs"}},
		{name: "a job that is none", who: "admin", method: "POST", path: "/api/v1/jobs/nonsense/run", status: 404},
		{name: "an administrator runs a job", who: "admin", method: "POST", path: "/api/v1/jobs/overdue_returns/run", headers: []string{"Idempotency-Key: 1"}, status: 200, holds: []string{`"opened":1`, `"by":"admin"`}},
		{name: "and again", who: "admin", method: "POST", path: "/api/v1/jobs/overdue_returns/run", status: 200, holds: []string{`"found":1,"opened":0`}},
		{name: "the jobs", who: "admin", method: "GET", path: "/api/v1/jobs", status: 200, holds: []string{`"name":"overdue_returns"`, `"line":"5 * * * *"`, `"next":`}},
		{name: "the findings", who: "keeper-north", method: "GET", path: "/api/v1/flags?kind=overdue_return&state=open&unit=NORTH&donor=DONOR-A", status: 200, holds: []string{a.Tag, `"since":"2026-04-30"`}},
		{name: "of another donor", who: "keeper-north", method: "GET", path: "/api/v1/flags?donor=DONOR-B", status: 200, holds: []string{`"items":[]`}},
		{name: "of no kind", who: "keeper-north", method: "GET", path: "/api/v1/flags?kind=late", status: 422, holds: []string{`"field":"kind"`}},
		{name: "by a parameter that is none", who: "keeper-north", method: "GET", path: "/api/v1/flags?sort=since", status: 400, holds: []string{`"field":"sort"`}},
		{name: "counts", who: "keeper-north", method: "GET", path: "/api/v1/flags/counts", status: 200, holds: []string{`{"kind":"overdue_return","count":1}`}},
		{name: "out of scope", who: "keeper-south", method: "GET", path: id, status: 404},
		{name: "acknowledged without a remark", who: "keeper-north", method: "POST", path: id + "/acknowledge", body: `{}`, status: 422, holds: []string{`"field":"remark"`}},
		{name: "acknowledged with a field that is none", who: "keeper-north", method: "POST", path: id + "/acknowledge", body: `{"remark":"x","state":"closed"}`, status: 400},
		{name: "acknowledged at a version that is outrun", who: "keeper-north", method: "POST", path: id + "/acknowledge", body: `{"remark":"on leave"}`, headers: []string{`If-Match: "9"`}, status: 412},
		{name: "acknowledged", who: "keeper-north", method: "POST", path: id + "/acknowledge", body: `{"remark":"on leave","look_again":"2026-06-01"}`, headers: []string{`If-Match: "1"`, "Idempotency-Key: 2"}, status: 200, holds: []string{`"look_again":"2026-06-01"`, `"by":"keeper-north"`}},
		{name: "acknowledged again by the same request", who: "keeper-north", method: "POST", path: id + "/acknowledge", body: `{"remark":"on leave","look_again":"2026-06-01"}`, headers: []string{`If-Match: "1"`, "Idempotency-Key: 2"}, status: 200, holds: []string{`"version":2`}},
		{name: "its history", who: "auditor-a", method: "GET", path: id + "/events", status: 200, holds: []string{"flag.acknowledged", "flag.opened"}},
	})
}
