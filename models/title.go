package models

import "slices"

// Title says who owns an item, and by which document.
type Title struct {
	Holder   string `json:"holder"`          // the unit code of the agency, or the donor's code
	Donor    bool   `json:"donor,omitempty"` // the holder is the donor
	Document string `json:"document"`        // of the transfer
	Paper    string `json:"paper,omitempty"` // the voucher or title transfer that the book has of it
	On       Day    `json:"on"`
}

// WithDonor says whether the title of something a donor paid for has not passed to
// an agency.
func (t *Title) WithDonor(donor string) bool { return donor != "" && (t == nil || t.Donor) }

// TitleWithDonor says whether the asset is the donor's still.
func (a *Asset) TitleWithDonor() bool { return a.Title.WithDonor(a.Donor) }

// TitleHolder is who owns the asset: by its last transfer, or the donor while none is
// recorded; "" where nobody gave it.
func (a *Asset) TitleHolder() string {
	if a.Title != nil {
		return a.Title.Holder
	}
	return a.Donor
}

// TitleTransfer is the paper by which the title of items passed, outside of a
// handover voucher.
type TitleTransfer struct {
	Number   string      `json:"number"` // T-KHY-2026-0001
	Series   string      `json:"series"`
	Serial   int64       `json:"serial"`
	To       string      `json:"to" validate:"required,code"` // the agency, or the donor
	Donor    bool        `json:"donor,omitempty"`             // To is a donor
	On       Day         `json:"on" validate:"required,day"`
	Document string      `json:"document" validate:"required,text,max=200"`
	Note     string      `json:"note,omitempty" validate:"max=2000"`
	Lines    []TitleLine `json:"lines"`
	By       string      `json:"by"`
	At       Time        `json:"at"`
	Files    []Exhibit   `json:"files,omitempty" validate:"max=50"`
	Base
}

// TitleLine is one item whose title passed.
type TitleLine struct {
	Asset string   `json:"asset,omitempty"` // ID
	Tag   string   `json:"tag,omitempty"`
	Lot   string   `json:"lot,omitempty"`
	Name  string   `json:"name"`
	Unit  string   `json:"unit"`
	Path  []string `json:"path"`
	Donor string   `json:"donor,omitempty"`
	Grant string   `json:"grant,omitempty"`
	Cost  *Money   `json:"cost,omitempty"`
	Was   *Title   `json:"was,omitempty"`
}

// PaidBy names who paid for the line, as Asset.PaidBy does.
func (l *TitleLine) PaidBy() []string { return payers(l.Donor, l.Grant) }

// Key returns the transfer's number.
func (t *TitleTransfer) Key() string { return t.Number }

// Units are the units in whose part of the tree the items lie.
func (t *TitleTransfer) Units() []string {
	var units []string
	for _, l := range t.Lines {
		for _, u := range l.Path {
			if !slices.Contains(units, u) {
				units = append(units, u)
			}
		}
	}
	return units
}

// PaidBy names who paid for the items, as Asset.PaidBy does.
func (t *TitleTransfer) PaidBy() []string {
	var all []string
	for _, l := range t.Lines {
		for _, p := range l.PaidBy() {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}
