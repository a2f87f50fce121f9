package booktest

import (
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/mailings"
	"quartermaster/services/shares"
)

// walkShares gives a link, opens it, lists it by every query and withdraws it.
func walkShares(t *testing.T, w *World, is func(string, any, any, error)) {
	w.Post(models.Person{Code: "admin-north", Name: "Asma Admin", Unit: "NORTH", Username: "admin.north", Role: models.Admin})
	admin := w.As("admin-north")
	made, err := w.Shares.Make(admin, shares.NewShare{For: "Ms Holm", Kind: "register", ReportQuery: models.ReportQuery{Donor: "DONOR-A"}})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(made.Address, shares.Path)
	opened, err := w.Shares.Open(t.Context(), secret, shares.Visitor{Address: "192.0.2.1"}, "page")
	is("opened", opened.Openings, int64(1), err)
	shown, err := w.Reports.Show(opened.Context, opened.Kind, opened.Asked)
	is("shown", shown.Lines > 0, true, err)
	for _, who := range []string{"admin", "admin-north"} {
		page, err := w.Shares.List(w.As(who), "", 10)
		is("links for "+who, len(page.Records), 1, err)
	}
	openings, _, err := w.Shares.Openings(admin, made.ID, "", 10)
	is("openings", len(openings), 1, err)
	_, err = w.Shares.Withdraw(admin, made.ID, 0, "")
	is("withdrawn", err, nil, err)
	_, err = w.Shares.Open(t.Context(), secret, shares.Visitor{}, "page")
	is("opens nothing", models.KindOf(err), models.Gone, nil)
	_, err = w.Mailings.Add(admin, mailings.NewSchedule{For: "Ms Holm", To: []string{"holm@example.org"}, Kind: "register", Donor: "DONOR-A", Every: models.EveryMonth})
	is("set up", err, nil, err)
	for _, who := range []string{"admin", "admin-north"} {
		page, err := w.Mailings.List(w.As(who), "", 10)
		is("report schedules for "+who, len(page.Records), 1, err)
	}
	sent, err := w.Mailings.Send(w.Operator())
	is("nothing is due", sent, 0, err)
}
