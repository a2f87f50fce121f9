package models

import (
	"slices"
	"strings"
	"unicode"
)

// Status is where an asset stands between being taken on and struck off charge.
type Status string

// The states of an asset.
const (
	InStore    Status = "in_store"
	Issued     Status = "issued"
	InTransit  Status = "in_transit"
	InWorkshop Status = "in_workshop"
	Missing    Status = "missing"
	StruckOff  Status = "struck_off"
)

// Statuses lists the states in the order that pages show them.
var Statuses = []Status{InStore, Issued, InTransit, InWorkshop, Missing, StruckOff}

// Condition is the state of repair in which an asset was last seen.
type Condition string

// Unserviceable is the condition of what cannot be used and is not issued.
const Unserviceable Condition = "unserviceable"

// Conditions lists the accepted conditions, best first.
var Conditions = []Condition{"new", "good", "fair", "poor", Unserviceable}

// Words is how people say it.
func (c Condition) Words() string { return string(c) }

// Asset is one serialised item in the register.
type Asset struct {
	ID        string   `json:"id"`
	Tag       string   `json:"tag"`
	Number    int64    `json:"number"` // the number in the tag; the register's own order
	Name      string   `json:"name" validate:"required,text,max=200"`
	Category  string   `json:"category" validate:"required,code"`
	Make      string   `json:"make,omitempty" validate:"omitempty,text,max=120"`
	Model     string   `json:"model,omitempty" validate:"omitempty,text,max=120"`
	Serial    string   `json:"serial,omitempty" validate:"omitempty,text,max=120"`
	Aliases   []string `json:"aliases,omitempty" validate:"max=20,unique,dive,required,text,max=200,excludes=0x7C"`
	Unit      string   `json:"unit" validate:"required,code"`
	Path      []string `json:"path"` // the unit and every unit above it, from the top
	Location  string   `json:"location,omitempty" validate:"omitempty,text,max=120"`
	Custodian string   `json:"custodian,omitempty" validate:"omitempty,code"`
	Donor     string   `json:"donor,omitempty" validate:"omitempty,code"`
	Grant     string   `json:"grant,omitempty" validate:"omitempty,code"`
	Supplier  string   `json:"supplier,omitempty" validate:"omitempty,text,max=200"`
	Order     string   `json:"order,omitempty" validate:"omitempty,text,max=120"`
	Accounting
	AcquiredOn Day       `json:"acquired_on" validate:"day"` // always written, so that lists by it miss nothing
	WarrantyTo Day       `json:"warranty_to,omitempty" validate:"day"`
	Cost       *Money    `json:"cost,omitempty"`
	Status     Status    `json:"status"`
	Condition  Condition `json:"condition,omitempty" validate:"omitempty,oneof=new good fair poor unserviceable"`
	IssuedAt   *Time     `json:"issued_at,omitempty"`
	DueBack    Day       `json:"due_back,omitempty" validate:"day"`
	IssuedFrom string    `json:"issued_from,omitempty"` // the unit it goes back to
	// StoredAt is since when the item has been in store; nil since it was taken on charge.
	StoredAt *Time `json:"stored_at,omitempty"`
	// Voucher is the one by which the item came where it is, or is on its way.
	Voucher string `json:"voucher,omitempty"`
	// Owner is the unit that keeps an item on charge while it is lent to Unit.
	Owner      string         `json:"owner,omitempty"`
	OwnerPath  []string       `json:"owner_path,omitempty"`
	Title      *Title         `json:"title,omitempty"`
	Recipient  string         `json:"recipient,omitempty" validate:"omitempty,text,max=200"` // proposed, for when the grant closes
	Loss       string         `json:"loss,omitempty"`                                        // the report of it that is open
	WriteOff   string         `json:"write_off,omitempty"`                                   // the proposal that is open
	Disposal   *Disposal      `json:"disposal,omitempty"`                                    // of what is struck off charge
	Contents   []Content      `json:"contents,omitempty" validate:"max=200,dive"`            // of a kit
	Kit        string         `json:"kit,omitempty"`                                         // ID of the kit that it is part of
	LastSeenAt *Time          `json:"last_seen_at,omitempty"`
	LastSeenBy string         `json:"last_seen_by,omitempty"` // who saw it, where that is not the voucher's
	LastSeenIn string         `json:"last_seen_in,omitempty"` // the unit or room in which they did
	Fields     map[string]any `json:"fields,omitempty"`
	Note       string         `json:"note,omitempty" validate:"max=2000"`
	Care       *Care          `json:"care,omitempty"`
	Workshop   *Stay          `json:"workshop,omitempty"` // while it is there
	Files      []Attachment   `json:"files,omitempty" validate:"max=50"`
	Origin     string         `json:"origin,omitempty"` // the row of an import that has no number of its own
	Base
}

// Attachment is a photo or document of an asset; its content is kept as a File.
type Attachment struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    string `json:"type"` // media type, by content
	Size    int    `json:"size"` // bytes
	SHA256  string `json:"sha256"`
	AddedBy string `json:"added_by"`
	AddedAt Time   `json:"added_at"`
}

// CanIssue refuses unless the asset is in store and fit for use.
func (a *Asset) CanIssue() error {
	switch {
	case a.Disposal != nil:
		return Refuse(Conflict, "status", "%s was struck off charge on %s by %s", a.Tag, a.Disposal.On, a.Disposal.WriteOff)
	case a.UnderInquiry():
		return Refuse(Conflict, "status", "%s is missing, see %s; record there that it was found", a.Tag, a.Loss)
	case a.Status == Issued:
		return Refuse(Conflict, "status", "%s is already issued to %s", a.Tag, a.holder())
	case a.Status != InStore:
		return Refuse(Conflict, "status", "%s is %s and cannot be issued", a.Tag, a.Status.Words())
	case a.Condition == Unserviceable:
		return Refuse(Conflict, "condition", "%s is unserviceable; record a repair before issuing it", a.Tag)
	}
	return nil
}

// CanReturn refuses unless the asset is issued.
func (a *Asset) CanReturn() error {
	if a.Status != Issued {
		return Refuse(Conflict, "status", "%s is %s; only an issued item can be returned", a.Tag, a.Status.Words())
	}
	return nil
}

// CanTransfer refuses unless the asset is in store.
func (a *Asset) CanTransfer() error {
	if a.Status != InStore {
		return Refuse(Conflict, "status", "%s is %s; return it to store before a transfer", a.Tag, a.Status.Words())
	}
	return nil
}

// Actions lists what can be done with the asset now.
func (a *Asset) Actions() []string {
	var can []string
	for _, verb := range []struct {
		name string
		ask  func() error
	}{{"issue", a.CanIssue}, {"return", a.CanReturn}, {"transfer", a.CanTransfer}} {
		if verb.ask() == nil {
			can = append(can, verb.name)
		}
	}
	return can
}

func (a *Asset) holder() string {
	if a.Custodian != "" {
		return a.Custodian + " of " + a.Unit
	}
	return a.Unit
}

// UnderInquiry says whether the asset is missing and the report of that is open.
func (a *Asset) UnderInquiry() bool { return a.Status == Missing && a.Loss != "" }

// Words returns the state as people say it.
func (s Status) Words() string { return strings.ReplaceAll(string(s), "_", " ") }

// Codes are the texts that scan to this asset: its tag and its aliases.
func (a *Asset) Codes() []string {
	codes := make([]string, 0, 1+len(a.Aliases))
	codes = append(codes, a.Tag)
	for _, alias := range a.Aliases {
		codes = append(codes, FoldCode(alias))
	}
	return codes
}

// SerialKeys is the serial number, make and model that no two assets may share;
// empty without a serial number. Folded, none of the three holds a line break.
func (a *Asset) SerialKeys() []string {
	if a.Serial == "" {
		return nil
	}
	return []string{FoldCode(a.Serial) + "\n" + FoldCode(a.Make) + "\n" + FoldCode(a.Model)}
}

// Origins is the import row that the asset came from, where it has one.
func (a *Asset) Origins() []string {
	if a.Origin == "" {
		return nil
	}
	return []string{a.Origin}
}

// Units are the units in whose part of the tree the asset stands: of who has it,
// and of who owns what is lent.
func (a *Asset) Units() []string {
	if len(a.OwnerPath) == 0 {
		return a.Path
	}
	units := slices.Clone(a.Path)
	for _, u := range a.OwnerPath {
		if !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	return units
}

// NeverSeen is the category of an asset that nobody has seen since it was taken on
// charge, as those are asked for.
func (a *Asset) NeverSeen() []string {
	if a.LastSeenAt != nil || a.Status == StruckOff {
		return nil
	}
	return []string{a.Category}
}

// Whole stands for the whole book where something is asked for by unit.
const Whole = "*"

// SeenIn is in whose part of the book an asset on charge was seen: in the whole, the
// units' and the payers'; none when it never was.
func (a *Asset) SeenIn() []string {
	if a.LastSeenAt == nil || a.Status == StruckOff {
		return nil
	}
	return append(append([]string{Whole}, a.Units()...), a.PaidBy()...)
}

// PaidBy names who paid in the form that lists and auditors' scopes ask by:
// "donor CODE" and "grant CODE".
func (a *Asset) PaidBy() []string { return payers(a.Donor, a.Grant) }

func payers(donor, grant string) []string {
	var payers []string
	if donor != "" {
		payers = append(payers, "donor "+donor)
	}
	if grant != "" {
		payers = append(payers, "grant "+grant)
	}
	return payers
}

// FoldCode makes two spellings of a printed code one: upper case, Western digits, no spaces.
func FoldCode(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, WesternDigits(s))
}

// SearchWords are the words by which a person may look for the asset.
func (a *Asset) SearchWords() []string {
	texts := []string{a.Tag, a.Name, a.Make, a.Model, a.Serial}
	texts = append(texts, a.Aliases...)
	for _, value := range a.Fields {
		if text, ok := value.(string); ok && len(text) <= 60 {
			texts = append(texts, text)
		}
	}
	return Words(texts...)
}

// Seen notes that somebody saw the asset, unless somebody saw it later.
func (a *Asset) Seen(at Time, by, in string) {
	if a.LastSeenAt == nil || at.After(a.LastSeenAt.Time) {
		a.LastSeenAt, a.LastSeenBy, a.LastSeenIn = &at, by, in
	}
}
