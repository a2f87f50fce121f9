package models

// Service is the record of work done to an item: a scheduled service, a calibration
// or a repair.
type Service struct {
	ID       string   `json:"id"`
	Asset    string   `json:"asset"` // ID
	Tag      string   `json:"tag"`
	Name     string   `json:"name"` // of the item
	Category string   `json:"category"`
	Unit     string   `json:"unit"` // that had the item then
	Path     []string `json:"path"`
	Donor    string   `json:"donor,omitempty"`
	Grant    string   `json:"grant,omitempty"`

	On        Day           `json:"on"`
	Schedules []ServiceOf   `json:"schedules,omitempty"` // that it fulfils; none for a repair
	Work      []Work        `json:"work,omitempty" validate:"max=120,dive"`
	Note      string        `json:"note,omitempty" validate:"max=2000"`
	By        string        `json:"by" validate:"required,text,max=200"` // who did the work
	Recorded  string        `json:"recorded_by"`
	At        Time          `json:"recorded_at"`
	Readings  []ServiceRead `json:"readings,omitempty"`
	Parts     []Part        `json:"parts,omitempty" validate:"max=100,dive"`
	Labour    *Money        `json:"labour,omitempty"`
	Cost      []Money       `json:"cost,omitempty"` // of parts and labour, by currency

	Certificate *Certificate `json:"certificate,omitempty"`
	OutFrom     Day          `json:"out_from,omitempty" validate:"day"` // out of service, both days included
	OutTo       Day          `json:"out_to,omitempty" validate:"day"`
	Condition   Condition    `json:"condition,omitempty" validate:"omitempty,oneof=new good fair poor unserviceable"`
	Job         string       `json:"job,omitempty"`                     // of the workshop, where one led to it
	Files       []Attachment `json:"files,omitempty" validate:"max=10"` // the invoice, the certificate
	Base
}

// ServiceOf names a schedule that a service fulfilled.
type ServiceOf struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Work is one item of the checklist.
type Work struct {
	What   string `json:"what" validate:"required,text,max=200"`
	Done   bool   `json:"done"`
	Remark string `json:"remark,omitempty" validate:"omitempty,text,max=500"`
}

// Part is what was used up.
type Part struct {
	Name     string   `json:"name" validate:"required,text,max=200"`
	Quantity Quantity `json:"quantity" validate:"min=0"`
	Cost     *Money   `json:"cost,omitempty"` // of all of them together
}

// ServiceRead is what a meter showed when the work was done.
type ServiceRead struct {
	Meter string   `json:"meter"`
	Unit  string   `json:"unit"`
	Value Quantity `json:"value"`
}

// Key returns the record's identity.
func (s *Service) Key() string { return s.ID }

// PaidBy names who paid for the item, as Asset.PaidBy does.
func (s *Service) PaidBy() []string { return payers(s.Donor, s.Grant) }

// Total adds up parts and labour, by currency.
func (s *Service) Total() []Money {
	var total []Money
	for _, p := range s.Parts {
		if p.Cost != nil {
			total = AddMoney(total, *p.Cost)
		}
	}
	if s.Labour != nil {
		total = AddMoney(total, *s.Labour)
	}
	return total
}
