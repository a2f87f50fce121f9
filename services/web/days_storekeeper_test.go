package web_test

import (
	"quartermaster/models"
	"quartermaster/services/store"
)

// storekeepersDay receives what was sent, takes a new item on charge and labels it, issues
// it by a voucher, counts, and looks at what is due.
func storekeepersDay(d *day) {
	d.sees("To accept or refuse", "To count", "Count of the northern store")
	d.show("inbox", "h1")

	d.follow("Night vision goggles")
	d.sees(models.Say("%v voucher", models.TransferVoucher), "Is it there?")
	d.show("receive", "table")
	d.sign("Naveed North")
	d.show("sign", ".signpad")
	d.follow("Sign for what is there")
	d.sees("Recorded what was received.", models.Accepted)
	if a := d.held("NV-77"); a.Unit != "NORTH-STORE" || a.Status != models.InStore {
		d.t.Errorf("the goggles are %s at %s", a.Status, a.Unit)
	}

	d.goTo("Take on charge")
	d.sees("What kind of thing is it?")
	d.follow(own("Radio"))
	d.write("Name", "VHF hand-held radio")
	d.write("Make", "Icom")
	d.write("Serial numbers", "IC-0200")
	d.choose("Unit", "Northern Store")
	d.choose("Condition", models.Condition("new"))
	d.choose("Grant", "A-2025 · Borders 2025")
	d.show("take-on-charge", "form fieldset")
	d.follow("Take on charge")
	d.sees("Taken on charge.", "Label", "IC-0200")
	d.until(`const label = document.querySelector(".label-card img"); return label.complete && label.naturalWidth > 0`)
	d.show("label", ".label-card")
	radio := d.held("IC-0200")

	d.goTo("Scan")
	d.show("scan", "h1")
	d.scans("HTTPS://QM.EXAMPLE.ORG/T/" + radio.Tag)
	d.sees("VHF hand-held radio", models.InStore)
	d.press("Issue")
	d.write("To whom", "guard")
	d.show("issue", ".do details[open]")
	d.press("Who receives it signs now")
	d.sign("Gul Guard")
	d.step("issue-signed")
	d.follow("Issue it")
	d.sees(models.Issued, "Gul Guard")
	if a := d.held("IC-0200"); a.Status != models.Issued || a.Custodian != "guard" {
		d.t.Errorf("the radio is %s with %q", a.Status, a.Custodian)
	}
	d.follow(d.held("IC-0200").Voucher)
	d.sees(models.Say("%v voucher", models.IssueVoucher), "Received")
	d.until(`return [...document.querySelectorAll(".signature img")].some(i => i.complete && i.naturalWidth > 0)`)
	d.show("voucher", "h1")

	d.open("/")
	d.follow("Count of the northern store")
	d.sees("Ready for the first label")
	d.scans(d.held("IC-0103").Tag)
	d.until(`return document.querySelector("#outcome").dataset.outcome === "ok"`)
	d.sees("Counted")
	d.show("count", "h1")
	d.scans(d.held("IC-0103").Tag)
	d.until(`return document.querySelector("#outcome").dataset.outcome === "known"`)
	counted, err := store.Get[models.Stocktake](d.t.Context(), d.Book.Store, store.Stocktakes, "ST-NORTH-STORE-2026-0001")
	if err != nil || counted.State != "open" {
		d.t.Errorf("%+v, %v", counted, err)
	}

	d.goTo("Due for service")
	d.sees("Toyota Hilux", own("Oil and filters"))
	d.show("due", "h1")

	d.follow("Toyota Hilux")
	d.press("Report a defect")
	d.show("defect", "#defects .do")

	d.open("/assets/" + radio.Tag)
	d.press("The label was lost")
	d.write("What became of it", "Torn off")
	d.show("torn", ".label-card details")
	d.follow("Give it a new tag")
	d.sees("The item has a new tag. Print its label.")
	if a := d.held("IC-0200"); a.Tag == radio.Tag {
		d.t.Errorf("the tag is still %s", a.Tag)
	}
	d.ends()
}
