package booktest

import (
	"bytes"
	"cmp"
	"image"
	"image/png"
	"strings"
	"time"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/custody"
	"quartermaster/services/disposal"
	"quartermaster/services/flags"
	"quartermaster/services/ledger"
	"quartermaster/services/mailings"
	"quartermaster/services/maintenance"
	"quartermaster/services/notices"
	"quartermaster/services/public"
	"quartermaster/services/register"
	"quartermaster/services/requests"
	"quartermaster/services/shares"
	"quartermaster/services/stock"
	"quartermaster/services/stocktake"
	"quartermaster/services/store"
	"quartermaster/services/titles"
	"quartermaster/services/training"
	"quartermaster/services/visits"
	"quartermaster/services/workshop"
)

// Marker stands in every name, serial number and text of Everything, and nowhere else.
const Marker = "Xanadu"

func (w *World) says() string { return cmp.Or(w.Says, Marker) }

// Everything names one object of every kind that the book keeps of one part of the
// tree and one donor: the south, and what the second donor paid for.
type Everything struct {
	// IDs are by what the addresses of pages and of the interface call them.
	IDs map[string]string
	// Secrets are what nobody of another part may be told: tags, numbers, identities.
	Secrets []string
}

// Everything makes such objects, with papers and photos.
func (w *World) Everything() *Everything {
	w.t.Helper()
	e := &Everything{IDs: map[string]string{"unit": "SOUTH", "donor": "DONOR-B", "grant": "B-2026", "bin": "X-" + strings.ToUpper(Marker)}}
	add := func(name, id string, err error) {
		w.t.Helper()
		if err != nil || id == "" {
			w.t.Fatalf("%s: %q, %v", name, id, err)
		}
		e.IDs[name] = id
		e.Secrets = append(e.Secrets, id)
	}
	did := func(what string, err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatalf("%s: %v", what, err)
		}
	}
	w.Limits()
	for _, p := range []models.Person{
		{Code: "xerxes", Name: "Xerxes " + w.says(), Unit: "SOUTH-STORE", ServiceNumber: w.says() + "-1"},
		{Code: "auditor-b", Name: "Bashir " + w.says(), Username: "auditor.b", Role: models.Auditor, Donors: []string{"DONOR-B"}},
	} {
		w.Post(p)
		add("person "+p.Code, p.Code, nil)
	}
	e.IDs["person"] = "xerxes"
	signedIn, err := w.Access.Enter(w.t.Context(), w.SignIn("auditor-b").Token, "test")
	did("session", err)
	sessions, err := w.Access.Sessions(signedIn)
	did("session", err)
	add("session", sessions[0].ID, nil)
	passkey := &models.Passkey{ID: "passkey-" + Marker, Person: "auditor-b", Name: Marker, Credential: []byte("{}")}
	add("passkey", passkey.ID, w.Book.Commit(w.Operator(), ledger.Add(store.Passkeys, passkey, "passkey.added", Marker)))
	w.things(e, add, did)
	w.movements(e, add, did)
	w.care(e, add, did)
	w.ends(e, add, did)
	w.monitoring(e, add, did)
	w.around(e, add, did)
	return e
}

type (
	adding func(name, id string, err error)
	doing  func(what string, err error)
)

// Southern takes an item on charge in the south, paid for by the second donor.
func (w *World) Southern(category, serial string) *models.Asset {
	w.t.Helper()
	n := register.NewAsset{Name: w.says() + " " + category, Category: category, Make: w.says(), Serial: serial, Unit: "SOUTH-STORE", Location: "X-" + strings.ToUpper(Marker), Custodian: "xerxes",
		Grant: "B-2026", Condition: "new", AcquiredOn: "2026-01-15", WarrantyTo: "2026-04-10", Cost: &models.Money{Amount: "300.00", Currency: "USD"}, Aliases: []string{"OLD-" + serial}}
	if category == "vehicle" {
		n.Fields = map[string]any{"registration": w.says()}
	}
	a, err := w.Register.TakeOnCharge(w.Operator(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// things are items, their files and flags, and stock.
func (w *World) things(e *Everything, add adding, did doing) {
	admin := w.Operator()
	meters := []models.Meter{{Name: "odometer", Label: "Odometer", Unit: "km"}}
	_, err := w.Register.EditCategory(admin, "vehicle", 0, register.CategoryEdit{Meters: &meters})
	did("meters", err)
	a := w.Southern("vehicle", w.says()+"-1")
	add("asset", a.Tag, nil)
	add("asset id", a.ID, nil)
	a, err = w.Register.Attach(admin, a.Tag, 0, w.says()+".png", Picture())
	add("asset file", a.Files[0].ID, err)
	found, err := w.Flags.Reconcile(admin, models.WarrantyEnding, w.Register.WarrantyEnding(admin), models.Say("renewed"))
	did("flags", err)
	if found.Standing == 0 {
		w.t.Fatal("no warranty ends")
	}
	list, err := w.Flags.List(admin, flags.Filter{}, "", 10)
	did("flags", err)
	add("flag", list.Records[0].ID, nil)

	w.Kits(models.One, "2027-01-31")
	e.IDs["item"] = "kit"
	lot, err := w.Stock.Receive(admin, stock.Receipt{Item: "kit", Number: w.says() + "-L", Expiry: "2027-01-31", Grant: "B-2026", Unit: "SOUTH-STORE", Bin: e.IDs["bin"], Quantity: 40 * models.One})
	did("lot", err)
	add("lot", lot.Code, nil)
	draft, err := w.Register.KeepDraft(w.As("keeper-south"), w.says()+".csv", []byte("Name,Category,Unit\n"+w.says()+",radio,SOUTH-STORE\n"))
	add("import", draft, err)
}

// movements are a voucher, a request and a stocktake.
func (w *World) movements(e *Everything, add adding, did doing) {
	keeper := w.As("keeper-south")
	moved := w.Southern("radio", w.says()+"-2")
	add("moved asset", moved.Tag, nil)
	v, err := w.Custody.Draft(keeper, custody.NewVoucher{Kind: models.IssueVoucher, From: "SOUTH-STORE", To: "SOUTH", Receiver: "xerxes", Note: w.says(), Lines: []custody.NewLine{{Tag: moved.Tag}}})
	did("voucher", err)
	add("voucher", v.Number, nil)
	_, err = w.Custody.Dispatch(keeper, v.Number, 0, Sign(w.says()))
	did("dispatched", err)
	r, err := w.Requests.Submit(keeper, requests.NewRequest{Unit: "SOUTH", Category: "radio", Quantity: models.One, Purpose: w.says()})
	did("request", err)
	add("request", r.Number, nil)
	counted := w.Southern("radio", w.says()+"-3")
	st, err := w.Stocktakes.Open(keeper, stocktake.NewStocktake{Name: w.says(), Deadline: Deadline, Officers: []string{"keeper-south", "chief"}, Scope: models.StocktakeScope{Unit: "SOUTH", Lots: true}})
	did("stocktake", err)
	add("stocktake", st.Number, nil)
	line, err := w.Stocktakes.Sight(w.As("chief"), st.Number, stocktake.Count{Code: counted.Tag, Remark: w.says(), Photo: Picture()})
	did("sighted", err)
	add("sighting photo", line.Sighting.Photo, nil)
}

// care is a schedule of one item, a service, a job of the workshop and a training record.
func (w *World) care(e *Everything, add adding, did doing) {
	admin := w.Operator()
	tag := e.IDs["asset"]
	schedule, err := w.Maintenance.AddSchedule(admin, maintenance.NewSchedule{Name: w.says(), Tag: tag, Days: 60})
	did("schedule", err)
	add("schedule", schedule.ID, nil)
	_, err = w.Maintenance.ReadMeter(admin, tag, 0, maintenance.NewReading{Value: 9000 * models.One})
	did("meter", err)
	service, err := w.Maintenance.Record(admin, tag, 0, maintenance.NewService{Note: w.says(), By: w.says(), Files: []maintenance.File{{Name: w.says() + ".png", Content: Picture()}}})
	did("service", err)
	add("service", service.ID, nil)
	add("service file", service.Files[0].ID, nil)
	job, err := w.Workshop.Report(admin, tag, workshop.NewDefect{What: w.says(), Photos: []workshop.Photo{{Name: w.says() + ".png", Content: Picture()}}})
	did("job", err)
	add("repair", job.Number, nil)
	add("repair photo", job.Photos[0].ID, nil)
	_, err = w.Training.AddCourse(admin, models.Course{Code: "voice", Name: "Voice procedure", Months: 6})
	did("course", err)
	e.IDs["course"] = "voice"
	record, err := w.Training.Record(admin, "xerxes", training.NewRecord{Course: "voice", Trainer: w.says(), On: "2026-01-10", Certificate: &training.Paper{Name: w.says() + ".png", Content: Picture()}})
	did("training", err)
	add("training", record.ID, nil)
}

// ends are a loss, a write-off and a title transfer, with papers.
func (w *World) ends(_ *Everything, add adding, did doing) {
	keeper := w.As("keeper-south")
	lost, worn, passed := w.Southern("radio", w.says()+"-4"), w.Southern("radio", w.says()+"-5"), w.Southern("radio", w.says()+"-6")
	paper := []register.Paper{{Is: models.Destruction, Name: w.says() + ".txt", Content: []byte(w.says())}}
	l, err := w.Disposal.Report(keeper, disposal.NewLoss{Tag: lost.Tag, Kind: models.Theft, On: w.Book.Today(), Where: w.says(), What: w.says(), Papers: paper})
	did("loss", err)
	add("loss", l.Number, nil)
	add("loss file", l.Files[0].ID, nil)
	wo, err := w.Disposal.Propose(keeper, disposal.Proposal{Tag: worn.Tag, Ground: "obsolete", Why: w.says(), Papers: paper})
	did("write-off", err)
	add("write-off", wo.Number, nil)
	add("write-off file", wo.Files[0].ID, nil)
	title, err := w.Titles.Record(keeper, titles.NewTransfer{To: "AGENCY", On: w.Book.Today(), Document: w.says(), Tags: []string{passed.Tag}, Papers: paper})
	did("title", err)
	add("title", title.Number, nil)
	add("title file", title.Files[0].ID, nil)
}

// monitoring is an end-use visit with a photo, and a finding with a paper.
func (w *World) monitoring(_ *Everything, add adding, did doing) {
	auditor := w.As("auditor-b")
	seen := w.Southern("scanner", w.says()+"-7")
	v, err := w.Visits.Plan(auditor, visits.NewVisit{Name: w.says(), Scope: models.VisitScope{Unit: "SOUTH", Category: "scanner"}, On: w.Book.Today()})
	did("visit", err)
	add("visit", v.Number, nil)
	_, err = w.Visits.Begin(auditor, v.Number, 0)
	did("begun", err)
	item, err := w.Visits.See(auditor, v.Number, visits.Look{Code: seen.Tag, Outcome: models.ItemSeen, Use: "as_intended", Remark: w.says(), Photo: Picture()})
	did("seen", err)
	add("visit photo", item.Seen.Photo, nil)
	f, err := w.Visits.Raise(auditor, v.Number, 0, visits.NewFinding{Severity: "major", What: w.says(), Unit: "SOUTH-STORE", Due: w.Book.Today().Plus(3),
		Papers: []register.Paper{{Is: models.PhotoExhibit, Name: w.says() + ".png", Content: Picture()}}})
	did("finding", err)
	add("finding", f.Number, nil)
	add("finding file", f.Files[0].ID, nil)
}

// around is what people outside send and are sent: a report of the public, reports to
// the donor, a webhook with its messages, the address of a calendar.
func (w *World) around(e *Everything, add adding, did doing) {
	did("public report", w.Public.Send(w.t.Context(), e.IDs["asset"], "192.0.2.1", public.NewReport{Kind: models.PublicFault, Text: w.says(), Contact: w.says(), Photo: Picture()}))
	list, err := w.Public.List(w.Operator(), public.Filter{}, "", 1)
	did("public report", err)
	add("public report", list.Records[0].ID, nil)
	made, err := w.Reports.Start(w.As("auditor-b"), "register", "csv", models.ReportQuery{Donor: "DONOR-B"})
	did("report", err)
	add("report", made.ID, nil)
	w.Reports.Wait()
	hook, err := w.Notices.AddWebhook(w.As("admin"), notices.NewWebhook{Name: w.says(), URL: "https://127.0.0.1:1/" + Marker, Events: []string{"asset.taken_on_charge"}})
	did("webhook", err)
	add("webhook", hook.ID, nil)
	told := w.Southern("radio", w.says()+"-8")
	add("told asset", told.Tag, nil)
	messages, _, err := w.Notices.Messages(w.As("admin"), notices.Filter{To: hook.ID}, "", 1)
	did("message", err)
	add("message", messages[0].ID, nil)
	share, err := w.Shares.Make(w.As("admin"), shares.NewShare{For: w.says(), Kind: models.GrantShare, ReportQuery: models.ReportQuery{Grant: "B-2026"}})
	did("link", err)
	add("share", share.ID, nil)
	_, link, _ := strings.Cut(share.Address, shares.Path)
	add("link", link, nil)
	mailing, err := w.Mailings.Add(w.As("admin"), mailings.NewSchedule{For: w.says(), To: []string{"xanadu@example.org"}, Kind: "register", Grant: "B-2026", Every: models.EveryMonth})
	did("report schedule", err)
	add("report schedule", mailing.ID, nil)
	feed, err := w.Maintenance.RenewFeed(w.Operator(), "SOUTH")
	did("calendar", err)
	_, secret, _ := strings.Cut(feed.Address, maintenance.FeedPath)
	add("calendar", secret, nil)
	_, err = w.Proofs.Integrate(w.t.Context())
	did("integrated", err)
	w.Pass(time.Minute)
}

// Picture is a photo.
func Picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		panic(err) // nothing can be wrong with it
	}
	return b.Bytes()
}

// Like is an identity of the same form that nothing has: of a tag, a lot, a number of a
// paper or an identity.
func Like(id string) string {
	if prefix, _, err := labels.ParseTag(id); err == nil {
		return labels.FormatTag(prefix, 999_999)
	}
	switch {
	case strings.Contains(id, "-F"): // a finding of a visit, which is itself never there
		visit, _, _ := strings.Cut(id, "-F")
		return Like(visit) + "-F1"
	case strings.ContainsAny(id, "-") && strings.ContainsAny(id, "0123456789"):
		return id[:strings.LastIndex(id, "-")+1] + "9999"
	}
	n := len(id) - 1
	last := byte('0')
	if id[n] == last {
		last = '1'
	}
	return id[:n] + string(last)
}
