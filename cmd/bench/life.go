package main

import (
	"fmt"
	"time"

	"quartermaster/labels"
	"quartermaster/models"
)

// enteredAt is when the asset numbered n was taken on charge: they come in over a
// third of a year that ends two months ago.
func enteredAt(n int) time.Time {
	return seedingDay.Add(-time.Duration(180-n/10_000%120) * 24 * time.Hour).Add(time.Duration(n%10_000) * 8 * time.Second)
}

var seedingDay = time.Now().Truncate(24 * time.Hour)

func tagOf(n int) string { return labels.FormatTag("QM", int64(n)) }

// asset is the asset numbered n as it is entered. One in twenty is overdue for
// service.
func asset(n int) *models.Asset {
	command, post := commandOf(n), postOf(n)
	a := &models.Asset{
		ID: fmt.Sprintf("01JBENCH%018d", n), Tag: tagOf(n), Number: int64(n), Name: fmt.Sprintf("Equipment of type %d", n%50), Category: categoryOf(n),
		Make: makes[n/10%len(makes)], Model: fmt.Sprintf("M-%d", n%40), Serial: serialOf(n),
		Unit: postCode(command, post), Path: []string{"AGENCY", commandCode(command), postCode(command, post)},
		Donor: "DONOR", Grant: "GRANT", AcquiredOn: models.DayOf(enteredAt(n)), Cost: &models.Money{Amount: fmt.Sprintf("%d.00", 100+n%900), Currency: "USD"},
		Status: models.InStore, Condition: "new",
		Care: &models.Care{Due: models.DayOf(seedingDay.AddDate(1, 0, n%90)), Late: models.DayOf(seedingDay.AddDate(1, 0, 7+n%90)), What: "Yearly inspection"},
	}
	if n%20 == 0 {
		a.Care.Due, a.Care.Late = models.DayOf(seedingDay.AddDate(0, 0, -30-n%60)), models.DayOf(seedingDay.AddDate(0, 0, -20-n%60))
	}
	return a
}

// step is one event in the life of an asset.
type step struct {
	kind    string
	after   time.Duration // since the step before
	happens func(*models.Asset, models.Time)
}

var life = []step{
	{"asset.taken_on_charge", 0, func(*models.Asset, models.Time) {}},
	{"asset.seen", 26 * time.Hour, sighted},
	{"asset.issued", 30 * time.Hour, issued},
	{"asset.seen", 100 * time.Hour, sighted},
	{"asset.returned", 50 * time.Hour, returned},
	{"asset.seen", 3 * time.Hour, sighted},
	{"asset.edited", 40 * time.Hour, func(a *models.Asset, _ models.Time) { a.Location = fmt.Sprintf("shelf %d", a.Number%30) }},
	{"asset.issued", 70 * time.Hour, issued},
	{"asset.returned", 90 * time.Hour, returned},
	{"asset.seen", 200 * time.Hour, sighted},
}

func sighted(a *models.Asset, at models.Time) {
	a.Seen(at, keeperCode(commandOf(int(a.Number))), a.Unit)
}

func issued(a *models.Asset, at models.Time) {
	a.Status, a.Custodian, a.IssuedAt, a.IssuedFrom = models.Issued, holderCode(commandOf(int(a.Number))), &at, a.Unit
	sighted(a, at)
}

func returned(a *models.Asset, at models.Time) {
	a.Status, a.Custodian, a.IssuedAt, a.IssuedFrom, a.StoredAt, a.Condition = models.InStore, "", nil, "", &at, "good"
	sighted(a, at)
}
