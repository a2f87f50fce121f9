// Package booktest makes a small book for tests of the services: two commands
// with a post and a store each, two donors, three categories and a person of
// every role.
package booktest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/notices"
	"quartermaster/services/proofs"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

// World is a book and its services, at an hour that the test sets.
type World struct {
	*house.House
	// Says stands in every text of Everything in the place of Marker.
	Says string

	t   testing.TB
	mu  sync.Mutex
	now time.Time
}

// Start is the hour at which every world begins.
var Start = time.Date(2026, 3, 31, 9, 30, 0, 0, time.UTC)

// New makes a book in a store of its own, of which a power cut would leave nothing.
// It is a copy of one that is made once for all tests of a package.
func New(t testing.TB) *World {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.db")
	if err := os.WriteFile(path, made(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return Again(t, open(t, path))
}

var (
	making sync.Mutex
	book   []byte // the file of a world as New gives it
)

// made returns that file.
func made(t testing.TB) []byte {
	t.Helper()
	making.Lock()
	defer making.Unlock()
	if book != nil {
		return book
	}
	path := filepath.Join(t.TempDir(), "made.db")
	s := open(t, path)
	Over(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if book, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return book
}

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, store.Schema, sqlite.Unsynced)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Over makes the book in a store that the test opened.
func Over(t testing.TB, s store.Store) *World {
	t.Helper()
	w := Again(t, s)
	w.fill()
	return w
}

// TagOf writes the tag with a number.
func (w *World) TagOf(number int64) string { return labels.FormatTag(w.Register.Prefix, number) }

// Again opens a book that was made before.
func Again(t testing.TB, s store.Store) *World { return With(t, s, notices.Settings{}) }

// With opens a book that was made before, with a way to tell others of it.
func With(t testing.TB, s store.Store, n notices.Settings) *World {
	w := &World{t: t, now: Start}
	w.House = house.Over(&ledger.Book{Store: s, Now: w.Now}, house.Settings{TagPrefix: "QM", Base: "https://qm.example.org", Notices: n})
	if err := w.Proofs.Begin(t.Context(), Key(t)); err != nil {
		t.Fatal(err)
	}
	w.Access.Seal = seal(t)
	return w
}

// Key is the key with which the ledgers of all worlds are signed.
func Key(t testing.TB) *proofs.Key {
	t.Helper()
	key, err := proofs.ParseKey("PRIVATE+KEY+booktest+682e5a8a+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Now is the world's hour.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Pass lets time pass.
func (w *World) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// Operator acts with the whole book.
func (w *World) Operator() context.Context { return access.AsOperator(w.t.Context()) }

// As lets a person of the world act: admin, keeper-north, keeper-south,
// commander-north, workshop, auditor-a, or whoever was added since.
func (w *World) As(code string) context.Context {
	w.t.Helper()
	person, err := store.Get[models.Person](w.t.Context(), w.Book.Store, store.People, code)
	if err != nil {
		w.t.Fatal(err)
	}
	return access.As(w.t.Context(), person, "test")
}

// Radio takes a radio on charge at the northern store.
func (w *World) Radio(serial string) *models.Asset {
	w.t.Helper()
	a, err := w.Register.TakeOnCharge(w.Operator(), register.NewAsset{
		Name: "VHF hand-held radio", Category: "radio", Make: "Icom", Model: "IC-F3400", Serial: serial,
		Unit: "NORTH-STORE", Grant: "A-2025", Condition: "new", AcquiredOn: "2026-01-15",
		Cost: &models.Money{Amount: "410.00", Currency: "USD"},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// Drawing is a signature that is drawn.
const Drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" viewBox="0 0 120 40"><path d="M 5 30 L 20 8 L 35 30 L 60 12"/></svg>`

// Sign is somebody's drawn signature.
func Sign(name string) *custody.Signed { return &custody.Signed{Name: name, Drawing: Drawing} }

// Accept has the receiver sign for all that the voucher of an asset carries, and
// returns the asset as it is then.
func (w *World) Accept(a *models.Asset) *models.Asset {
	w.t.Helper()
	if _, err := w.Custody.Accept(w.Operator(), a.Voucher, 0, custody.Acceptance{Signature: Sign("Receiver of " + a.Tag)}); err != nil {
		w.t.Fatal(err)
	}
	return w.Asset(a.Tag)
}

// Asset reads an asset.
func (w *World) Asset(tag string) *models.Asset {
	w.t.Helper()
	record, err := w.Register.Asset(w.Operator(), tag)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := store.Decode[models.Asset](record)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *World) fill() {
	w.t.Helper()
	ctx := w.Operator()
	must := func(_ any, err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, u := range []models.Unit{
		{Code: "AGENCY", Name: "Border Agency", Kind: "agency"},
		{Code: "NORTH", Name: "Northern Command", Kind: "unit", Parent: "AGENCY"},
		{Code: "NORTH-STORE", Name: "Northern Store", Kind: "store", Parent: "NORTH"},
		{Code: "NORTH-POST", Name: "Northern Gate", Kind: "post", Parent: "NORTH"},
		{Code: "SOUTH", Name: "Southern Command", Kind: "unit", Parent: "AGENCY"},
		{Code: "SOUTH-STORE", Name: "Southern Store", Kind: "store", Parent: "SOUTH"},
		{Code: "COAST", Name: "Coast Agency", Kind: "agency"},
		{Code: "COAST-STORE", Name: "Coast Store", Kind: "store", Parent: "COAST"},
	} {
		must(w.Register.AddUnit(ctx, u))
	}
	for _, c := range []models.Category{
		{Code: "radio", Name: "Radio"},
		{Code: "vehicle", Name: "Vehicle", Fields: []models.Field{
			{Name: "registration", Label: "Registration", Type: models.TextField, Required: true},
			{Name: "odometer", Label: "Odometer", Type: models.NumberField, Unit: "km"},
		}},
		{Code: "scanner", Name: "Scanner", Fields: []models.Field{
			{Name: "calibrated_on", Label: "Calibrated on", Type: models.DayField},
			{Name: "dual_view", Label: "Dual view", Type: models.YesNoField},
		}},
	} {
		must(w.Register.AddCategory(ctx, c))
	}
	for _, d := range []models.Donor{{Code: "DONOR-A", Name: "First Donor", Mark: "A"}, {Code: "DONOR-B", Name: "Second Donor", Mark: "B"}} {
		must(w.Register.AddDonor(ctx, d))
	}
	for _, g := range []models.Grant{{Code: "A-2025", Name: "Borders 2025", Donor: "DONOR-A"}, {Code: "B-2026", Name: "Ports 2026", Donor: "DONOR-B"}} {
		must(w.Register.AddGrant(ctx, g))
	}
	for _, p := range []models.Person{
		{Code: "admin", Name: "Adil Admin", Username: "admin", Role: models.Admin},
		{Code: "keeper-north", Name: "Naveed North", Unit: "NORTH", Username: "keeper.north", Role: models.Storekeeper},
		{Code: "keeper-south", Name: "Sana South", Unit: "SOUTH", Username: "keeper.south", Role: models.Storekeeper},
		{Code: "commander-north", Name: "Kamran Commander", Unit: "NORTH", Username: "commander.north", Role: models.Commander},
		{Code: "workshop", Name: "Waqar Workshop", Unit: "AGENCY", Username: "workshop", Role: models.Maintenance},
		{Code: "auditor-a", Name: "Alia Auditor", Username: "auditor.a", Role: models.Auditor, Donors: []string{"DONOR-A"}},
		{Code: "chief", Name: "Chaudhry Chief", Unit: "AGENCY", Username: "chief", Role: models.Commander},
		{Code: "keeper-coast", Name: "Kiran Coast", Unit: "COAST", Username: "keeper.coast", Role: models.Storekeeper},
		{Code: "relief", Name: "Rashid Relief", Unit: "NORTH-POST", Rank: "Naib Subedar", ServiceNumber: "5120"},
		{Code: "guard", Name: "Gul Guard", Unit: "NORTH-POST", ServiceNumber: "4471"},
	} {
		w.Post(p)
	}
}

// Post adds a person. Hashing a password for each test's people takes too long, so
// they have none.
func (w *World) Post(p models.Person) {
	w.t.Helper()
	if err := w.Book.Commit(w.Operator(), ledger.Add(store.People, w.posted(p), "person.added", "")); err != nil {
		w.t.Fatal(err)
	}
}

// posted fills in what adding a person would.
func (w *World) posted(p models.Person) *models.Person {
	if p.Unit != "" {
		unit, err := store.Get[models.Unit](w.t.Context(), w.Book.Store, store.Units, p.Unit)
		if err != nil {
			w.t.Fatal(err)
		}
		p.Path = unit.Path
		if p.Role != "" {
			p.Scope = p.Unit
		}
	}
	return &p
}
