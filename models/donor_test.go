package models_test

import (
	"testing"

	"quartermaster/models"
)

// TestWhenADonorIsOwedTheReportOfAYear goes through the turn of a year.
func TestWhenADonorIsOwedTheReportOfAYear(t *testing.T) {
	us := &models.Donor{EndUseBy: "01-31"}
	for name, c := range map[string]struct {
		donor          *models.Donor
		today, entered models.Day
		by             models.Day
		year           int
		owed           bool
	}{
		"the year has not ended":            {us, "2026-12-31", "2025-03-01", "2027-01-31", 2026, false},
		"it ended yesterday":                {us, "2027-01-01", "2025-03-01", "2027-01-31", 2026, true},
		"on the day itself":                 {us, "2027-01-31", "2025-03-01", "2027-01-31", 2026, true},
		"late":                              {us, "2027-02-01", "2025-03-01", "2027-01-31", 2026, true},
		"late for most of a year":           {us, "2027-11-30", "2025-03-01", "2027-01-31", 2026, true},
		"a donor entered in the year":       {us, "2027-01-02", "2026-12-31", "2027-01-31", 2026, true},
		"a donor entered after it":          {us, "2027-01-02", "2027-01-01", "2027-01-31", 2026, false},
		"by the end of March, in February":  {&models.Donor{EndUseBy: "03-31"}, "2027-02-01", "2020-01-01", "2026-03-31", 2025, true},
		"by the end of March, in March":     {&models.Donor{EndUseBy: "03-31"}, "2027-03-02", "2020-01-01", "2027-03-31", 2026, true},
		"by a day that most years have not": {&models.Donor{EndUseBy: "02-29"}, "2027-02-10", "2020-01-01", "2027-02-28", 2026, true},
		"none is asked for":                 {&models.Donor{}, "2027-01-02", "2020-01-01", "", 0, false},
	} {
		if by, year, owed := c.donor.OwedEndUse(c.today, c.entered); by != c.by || year != c.year || owed != c.owed {
			t.Errorf("%s: by %s of %d, %v", name, by, year, owed)
		}
	}
}
