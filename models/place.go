package models

// Unit is an agency, directorate, unit, post or store: a node of the unit tree.
// Its code is its name everywhere, and never changes.
type Unit struct {
	Code   string   `json:"code" validate:"required,code"`
	Name   string   `json:"name" validate:"required,text,max=200"`
	Kind   string   `json:"kind" validate:"required,oneof=agency directorate unit post store"`
	Parent string   `json:"parent,omitempty" validate:"omitempty,code"`
	Path   []string `json:"path"` // codes from the top of the tree down to this unit
	// Approver is the role that decides on requests of this unit and of those below
	// that name none; "" leaves it to the unit above, and at the top to commanders.
	Approver Role `json:"approver,omitempty" validate:"omitempty,oneof=admin storekeeper commander"`
	Base
}

// Donor is who pays: a government, a programme, an organisation.
type Donor struct {
	Code string `json:"code" validate:"required,code"`
	Name string `json:"name" validate:"required,text,max=200"`
	Mark string `json:"mark,omitempty" validate:"max=24"` // the short text on labels
	Base
}

// Grant is one agreement of a donor under which equipment is given.
type Grant struct {
	Code      string `json:"code" validate:"required,code"`
	Name      string `json:"name" validate:"required,text,max=200"`
	Donor     string `json:"donor" validate:"required,code"`
	Reference string `json:"reference,omitempty" validate:"max=120"` // of the agreement
	From      Day    `json:"from,omitempty" validate:"day"`
	To        Day    `json:"to,omitempty" validate:"day"`
	Base
}
