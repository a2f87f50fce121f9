package web_test

import (
	"encoding/base64"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
)

// commandersDay decides on a request, signs for what came, and answers a finding.
func commandersDay(d *day) {
	d.sees("To decide", "To accept or refuse")
	d.show("inbox", "h1")

	d.follow("R-NORTH-POST-2026-0001")
	d.sees("Approve", "In store, here and nearby", "Purpose")
	d.show("decide", ".do")
	d.follow("Approve it")
	d.sees("Approved.", "Given so far")
	if r, err := store.Get[models.Request](d.t.Context(), d.Book.Store, store.Requests, "R-NORTH-POST-2026-0001"); err != nil || r.State != models.Approved {
		d.t.Errorf("%+v, %v", r, err)
	}

	d.open("/")
	d.follow("VHF hand-held radio")
	d.sees("Is it there?")
	d.show("receive", "table")
	d.sign("Kamran Commander")
	d.step("signed")
	d.follow("Sign for what is there")
	d.sees("Recorded what was received.")
	if a := d.held("IC-0102"); a.Unit != "NORTH-POST" || a.Status == models.InTransit {
		d.t.Errorf("the radio is %s at %s", a.Status, a.Unit)
	}

	d.goTo("Findings")
	d.sees("Gul Guard", models.OverdueReturn)
	d.show("findings", "h1")
	d.follow("VHF hand-held radio")
	d.sees("You looked at it")
	d.write("What you found, or what is done about it", "The guard is on leave and brings it on Monday")
	d.show("answer", "form.sheet")
	d.follow("Note it")
	d.sees("Noted.", "Looked at", "The guard is on leave and brings it on Monday")

	d.goTo("Requests")
	d.sees("Ask for equipment")
	d.follow("Ask for equipment")
	d.sees("What for")
	d.show("ask", "form")
	d.ends()
}

// mechanicsDay takes a job from the board, mends it, and records a service that was due.
func mechanicsDay(d *day) {
	d.goTo("Workshop")
	d.sees("The gearbox grinds in second gear", models.RepairReported)
	d.show("board", "h1")
	d.follow("The gearbox grinds in second gear")
	d.write("What was found", "Synchroniser ring worn")
	d.show("confirm", ".do")
	d.follow("It is defective")
	d.sees(models.RepairConfirmed, "Begin work")
	d.follow("Begin")
	d.sees(models.RepairInWork, "In the workshop")
	truck := d.vehicle()
	if truck.Status != models.InWorkshop {
		d.t.Errorf("the vehicle is %s", truck.Status)
	}
	d.press("It is mended")
	d.write("What was done", "Ring and oil changed")
	d.choose("Condition now", models.Condition("good"))
	d.show("mended", ".do details[open]")
	d.follow("Record it")
	d.sees(models.RepairDone, "service record")
	d.step("done")

	d.goTo("Due for service")
	d.sees("Toyota Hilux", own("Oil and filters"))
	d.show("due", "h1")
	d.follow("Record")
	d.sees("Record a service", "Change the oil")
	d.write(models.Say("%v now", "Odometer"), "84200")
	d.show("service", "form.service")
	d.follow("Record it")
	d.sees("Recorded. What is next due is below.", "84,200 km")
	if a := d.vehicle(); a.Care.Services != 2 || a.Care.Overdue(d.Book.Today()) {
		d.t.Errorf("%d services, due %s", a.Care.Services, a.Care.Due)
	}
	d.show("next", "#care")
	d.ends()
}

// auditorsDay pulls a report and checks it, follows an item's history, and finds nothing
// of other donors.
func auditorsDay(d *day) {
	d.goTo("Reports")
	d.show("reports", "h1")
	d.open("/reports/handover?from=2026-03-01&to=2026-05-31")
	d.sees("First Donor")
	d.misses("BS-900", "Second Donor")
	d.show("report", "h1")
	if _, err := d.Proofs.Integrate(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	address := ask[string](d, `return [...document.querySelectorAll("main a")].find(a => a.href.includes("/file?") && a.href.includes("csv")).href`)
	file, err := base64.StdEncoding.DecodeString(value[string](d.t, d.tab, `fetch("`+strings.TrimPrefix(address, d.base)+`").then(a => a.arrayBuffer()).then(b => btoa(String.fromCharCode(...new Uint8Array(b))))`))
	if err != nil || !strings.Contains(string(file), "IC-0101") || strings.Contains(string(file), "BS-900") {
		d.t.Fatalf("%v: %.500s", err, file)
	}
	if _, err := d.Proofs.Integrate(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	d.open("/verify")
	d.upload("A report", "handover.csv", file)
	d.follow("Check it")
	d.sees("It is signed by the key of this book,")
	d.show("genuine", ".note.ok")
	file[len(file)/2] ^= 1
	d.upload("A report", "altered.csv", file)
	d.follow("Check it")
	d.until(`return !!document.querySelector(".note.bad")`)
	d.show("altered", ".note.bad")

	d.open("/")
	d.goTo("Register")
	d.sees("VHF hand-held radio", "Toyota Hilux")
	d.misses("Baggage scanner")
	d.step("register")
	d.open("/assets/" + d.held("IC-0101").Tag)
	d.sees("History", "Gul Guard", "2026")
	d.misses("Take back", "Give it a new tag")
	d.show("history", ".timeline")
	d.ends()
}
