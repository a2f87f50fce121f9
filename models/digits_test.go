package models_test

import (
	"testing"

	"quartermaster/models"
)

func TestFiguresAreTakenInAnyDigits(t *testing.T) {
	for typed, want := range map[string]string{
		"۱۲٫۵": "12.5", "٣٤٥": "345", "۱٬۲۵۰٫۷۵": "1250.75", "-۳": "-3", "QM-۰۰۰۱۲۳-۴": "QM-000123-4", "۲۰۲۶-۰۳-۰۱": "2026-03-01",
		"": "", "12.5": "12.5", "ریڈیو ۲۵": "ریڈیو ۲۵", "a٫b": "a٫b",
	} {
		if got := models.Typed(typed); got != want {
			t.Errorf("%q is taken as %q, not %q", typed, got, want)
		}
	}
}
