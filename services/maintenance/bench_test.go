package maintenance_test

import (
	"fmt"
	"strings"
	"testing"

	"quartermaster/models"
	"quartermaster/services/booktest"
	"quartermaster/services/maintenance"
	"quartermaster/services/register"
)

// rows is a spreadsheet of radios.
func rows(n int) []byte {
	var b strings.Builder
	b.WriteString("name,category,make,model,serial,unit,acquired_on\n")
	for i := range n {
		fmt.Fprintf(&b, "VHF radio,radio,Icom,IC-F3400,S%07d,NORTH-STORE,2025-0%d-01\n", i, 1+i%9)
	}
	return []byte(b.String())
}

// BenchmarkImport takes 10,000 rows on charge, of a category that has no schedule and
// of one that has.
func BenchmarkImport(b *testing.B) {
	for _, scheduled := range []bool{false, true} {
		b.Run(fmt.Sprintf("scheduled=%v", scheduled), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				w := booktest.New(b)
				if scheduled {
					if _, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Battery", Category: "radio", Months: 12}); err != nil {
						b.Fatal(err)
					}
				}
				file := rows(10_000)
				b.StartTimer()
				if _, err := w.Register.Import(w.Operator(), register.Import{File: file}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAddSchedule works out the due days of 5,000 items.
func BenchmarkAddSchedule(b *testing.B) {
	w := booktest.New(b)
	if _, err := w.Register.Import(w.Operator(), register.Import{File: rows(5000)}); err != nil {
		b.Fatal(err)
	}
	for i := range b.N {
		if _, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: fmt.Sprint("Battery ", i), Category: "radio", Days: 300 + i}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecord records a service of one among 5,000 items that are due.
func BenchmarkRecord(b *testing.B) {
	w := booktest.New(b)
	if _, err := w.Maintenance.AddSchedule(w.Operator(), maintenance.NewSchedule{Name: "Battery", Category: "radio", Months: 3}); err != nil {
		b.Fatal(err)
	}
	if _, err := w.Register.Import(w.Operator(), register.Import{File: rows(5000)}); err != nil {
		b.Fatal(err)
	}
	tag := w.TagOf(77)
	for b.Loop() {
		if _, err := w.Maintenance.Record(w.Operator(), tag, 0, maintenance.NewService{Schedules: []string{"Battery"}, Labour: &models.Money{Amount: "1", Currency: "USD"}}); err != nil {
			b.Fatal(err)
		}
	}
}
