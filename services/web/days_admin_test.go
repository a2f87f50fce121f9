package web_test

import (
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
)

// administratorsDay goes from an empty book to the first label that is scanned.
func administratorsDay(d *day) {
	d.sees("Set up the book", models.Say("%v of %v done", 0, 6))
	d.show("guide", "h1")
	d.follow(models.Say("Next: %v", models.Say("Units")))
	for _, u := range []struct{ below, kind, code, name string }{{"— at the top —", "Agency", "AGENCY", "Border Agency"}, {"Border Agency", "Store", "STORE", "Central Store"}} {
		d.choose("Below", u.below)
		d.choose("Kind", u.kind)
		d.write("Code", u.code)
		d.write("Name", u.name)
		if u.code == "STORE" {
			d.show("unit", "form.sheet")
		}
		d.follow("Add it")
		d.sees("Added.", u.name)
	}
	d.step("units")

	d.open("/")
	d.follow(models.Say("Next: %v", models.Say("People")))
	d.write("Code", "keeper")
	d.write("Name", "Khalida Keeper")
	d.choose("Posted to", "Central Store")
	d.choose("Role", "Storekeeper")
	d.write("User name", "keeper")
	d.write("Password", password)
	d.show("person", "form")
	d.follow("Save")
	d.sees("Khalida Keeper")

	d.open("/")
	d.follow(models.Say("Next: %v", models.Say("Categories")))
	d.sees("Document scanner", "Body armour", "Generator")
	d.show("ready", "#categories")
	d.follow("Take the chosen ones")
	d.sees("taken")
	d.open("/care/schedules")
	d.sees(d.say("Oil and filters"), "Radiation survey")
	d.show("schedules", "h1")

	d.open("/donors")
	d.write("Mark on labels", "A")
	ask[bool](d, `const f = document.querySelector("form[action='/donors']"); f.elements.code.value = "DONOR-A"; f.elements.name.value = "First Donor"; return true`)
	d.step("donor")
	ask[bool](d, `window.before = true; document.querySelector("form[action='/donors'] button.main").click(); return true`)
	d.until(`return !window.before && document.readyState === "complete"`)
	d.sees("Added.", "First Donor")

	d.open("/")
	d.follow(models.Say("Next: %v", models.Say("Equipment")))
	d.upload("CSV file", "radios.csv", []byte("Name,Category,Make,Serial Number,Location,Donor\n"+strings.Repeat("VHF hand-held radio,radio,Icom,IC-#,STORE,DONOR-A\n", 1)+"UHF base radio,radio,Motorola,MO-7,STORE,DONOR-A\n"))
	d.follow("Show what it brings")
	d.sees(models.Say("%v new", 2), "UHF base radio")
	d.show("import", "h1")
	if n := d.items(); n != 0 {
		d.t.Errorf("%d items are in the book before anybody took them", n)
	}
	d.follow(models.Count("Take %v item on charge", "Take %v items on charge", 2))
	d.sees("Show them")
	if n := d.items(); n != 2 {
		d.t.Errorf("%d items", n)
	}
	d.step("imported")
	d.follow("Show them")
	d.sees("VHF hand-held radio")
	ask[bool](d, `for (const box of document.querySelectorAll("#results input[name=tag]")) box.click(); return true`)
	d.show("labels", ".bar")
	sheet := value[string](d.t, d.tab, `(() => { const f = document.querySelector("#results form, form:has(#stock)"); const sent = new URLSearchParams(new FormData(f)); sent.set("which", "chosen");
		return fetch(f.action, {method: "POST", body: sent}).then(a => a.status + " " + a.headers.get("Content-Type")); })()`)
	if sheet != "200 application/pdf" {
		d.t.Errorf("the labels are %s", sheet)
	}

	d.goTo("Scan")
	d.scans(d.held("MO-7").Tag)
	d.sees("UHF base radio")
	d.open("/")
	d.misses("Set up the book")
	d.step("set-up")
	d.ends()
}

func (d *day) items() int64 {
	d.t.Helper()
	n, err := d.Book.Store.Count(d.t.Context(), store.Query{In: store.Assets, By: "number"})
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}
