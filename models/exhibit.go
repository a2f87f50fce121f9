package models

// Exhibit is a document or photo of a loss, a write-off or a title transfer.
type Exhibit struct {
	Is ExhibitKind `json:"is"`
	Attachment
}

// ExhibitKind is what an exhibit shows.
type ExhibitKind string

// The kinds of exhibit.
const (
	PhotoExhibit  ExhibitKind = "photo"
	PoliceReport  ExhibitKind = "police_report"
	Opinion       ExhibitKind = "opinion"     // of the inquiry
	ConsentPaper  ExhibitKind = "consent"     // of the donor
	Destruction   ExhibitKind = "certificate" // of destruction
	TransferPaper ExhibitKind = "transfer"    // of title
	OtherExhibit  ExhibitKind = "other"
)

// ExhibitKinds lists the kinds in the order that pages show them.
var ExhibitKinds = []ExhibitKind{PhotoExhibit, PoliceReport, Opinion, ConsentPaper, Destruction, TransferPaper, OtherExhibit}

var exhibitWords = map[ExhibitKind]string{PhotoExhibit: "photo", PoliceReport: "police report", Opinion: "opinion of the inquiry", ConsentPaper: "donor's consent",
	Destruction: "certificate of destruction", TransferPaper: "document of transfer", OtherExhibit: "other paper"}

// Words returns the kind as people say it.
func (k ExhibitKind) Words() string { return exhibitWords[k] }
