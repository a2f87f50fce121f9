package register

import (
	"slices"
	"strings"
	"unicode"

	"quartermaster/models"
	"quartermaster/services/register/sheet"
)

// Column says what one heading of an imported file was taken for.
type Column struct {
	Header string `json:"header"`
	// Field is the asset's field, "fields.NAME" for a category's own, "note" for
	// what the register has no field for (kept as "Header: value"), "-" for what is
	// left out.
	Field string `json:"field"`
	Read  string `json:"read,omitempty"` // how its days were read
}

// LeftOut and Noted are what a column can be besides a field.
const (
	LeftOut = "-"
	Noted   = "note"
)

// headings are the names under which people keep each field, letters and digits
// only. The first of a line is the one that the export writes.
var headings = [][]string{
	{"tag", "assettag", "assetnumber", "assetno", "assetid", "tagno", "tagnumber", "qmtag", "barcode", "inventorynumber", "inventoryno"},
	{"name", "assetname", "item", "itemname", "description", "itemdescription", "equipment", "nomenclature", "article", "particulars"},
	{"category", "type", "assettype", "class", "kind", "equipmenttype", "itemcategory", "categorycode"},
	{"make", "manufacturer", "brand", "maker", "mfr"},
	{"model", "modelnumber", "modelno", "modelname"},
	{"serial", "serialnumber", "serialno", "sn", "srno", "serialnum", "sno", "mfrserial", "manufacturerserial"},
	{"aliases", "alias", "othertags", "oldtag", "previoustag", "oldbarcode", "legacytag"},
	{"unit", "location", "post", "station", "office", "unitcode", "heldby", "place", "department", "store"},
	{"room", "shelf", "bin", "building", "roomnumber", "position"},
	{"custodian", "assignedto", "issuedto", "user", "holder", "responsible", "responsibleperson", "checkedoutto", "personresponsible"},
	{"donor", "fundedby", "fundingsource", "sourceoffunds", "source", "donatedby"},
	{"grant", "project", "projectcode", "programme", "program", "agreement", "grantcode", "award"},
	{"supplier", "vendor", "seller"},
	{"order", "purchaseorder", "po", "pono", "ponumber", "ordernumber", "orderno"},
	{"acquired_on", "acquired", "dateacquired", "acquisitiondate", "purchasedate", "dateofpurchase", "receiptdate", "datereceived", "receivedon", "dateofreceipt", "purchased", "received"},
	{"warranty_to", "warranty", "warrantyend", "warrantyuntil", "warrantyexpiry", "warrantyexpires", "warrantyenddate"},
	{"cost", "unitcost", "price", "unitprice", "value", "amount", "purchasecost", "purchaseprice", "acquisitioncost", "costamount"},
	{"currency", "costcurrency", "cur", "ccy"},
	{"share", "grantshare", "sharepaid", "shareofcost", "percentagefunded", "federalshare"},
	{"invoice", "invoicenumber", "invoiceno", "bill", "billno"},
	{"value.amount", "reportingvalue", "valuereporting", "convertedvalue"},
	{"value.currency", "reportingcurrency"},
	{"value.rate", "exchangerate", "rate"},
	{"value.on", "ratedate", "exchangeratedate"},
	{"use", "enduse", "usestatus", "endusestatus"},
	{"use_verified_on", "enduseverified", "lastverified", "verifiedon", "dateverified"},
	{"insurance", "insurancepolicy", "policy", "insurer"},
	{"insured_to", "insureduntil", "insuranceexpiry"},
	{"status", "state", "assetstatus"},
	{"condition", "assetcondition", "serviceability"},
	{"due_back", "duedate", "returnby", "expectedreturn", "duein", "expectedcheckin", "returndate"},
	{"note", "notes", "remarks", "remark", "comment", "comments"},
}

// fieldOf names the asset's field where the export's heading is another.
var fieldOf = map[string]string{"room": "location"}

var known = func() map[string]string {
	fields := map[string]string{}
	for _, names := range headings {
		for _, name := range names {
			fields[plain(name)] = names[0]
		}
	}
	return fields
}()

// plain reduces a heading to its letters and digits, without what stands in
// brackets behind it.
func plain(heading string) string {
	if at := strings.IndexAny(heading, "(["); at > 0 {
		heading = heading[:at]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// mapColumns says what each heading stands for: what the caller chose, a field of
// the asset, a field of a category by name or label, or else the note.
func mapColumns(header []string, categories []*models.Category, chosen map[string]string) ([]Column, []models.Detail) {
	own := map[string]string{}
	for _, c := range categories {
		for _, f := range c.Fields {
			for _, name := range []string{f.Name, f.Label, "fields." + f.Name} {
				own[plain(name)] = "fields." + f.Name
			}
		}
	}
	columns := make([]Column, len(header))
	var wrong []models.Detail
	taken := map[string]string{}
	for i, heading := range header {
		field, ok := chosen[heading]
		if ok && !isField(field, own) {
			wrong = append(wrong, models.Matter(1, heading, "%s is not a field; choose one of the register's, or %s to leave the column out", field, LeftOut))
			continue
		}
		if !ok {
			field, ok = known[plain(heading)]
		}
		if !ok {
			field, ok = own[plain(heading)]
		}
		if !ok {
			field = Noted
		}
		if strings.TrimSpace(heading) == "" && field == Noted {
			field = LeftOut
		}
		if other, twice := taken[field]; twice && field != Noted && field != LeftOut {
			wrong = append(wrong, models.Matter(1, heading, "means %s, as does %s; say what each is, or leave one out", field, other))
		}
		taken[field] = heading
		columns[i] = Column{Header: heading, Field: field}
	}
	for heading := range chosen {
		if !slices.Contains(header, heading) {
			wrong = append(wrong, models.Matter(1, heading, "is not a heading of this file"))
		}
	}
	return columns, wrong
}

func isField(field string, own map[string]string) bool {
	if field == LeftOut || field == Noted {
		return true
	}
	for _, names := range headings {
		if names[0] == field {
			return true
		}
	}
	for _, name := range own {
		if name == field {
			return true
		}
	}
	return false
}

// ImportFields lists what a column can be taken for, besides categories' fields.
func ImportFields() []string {
	fields := make([]string, len(headings))
	for i, names := range headings {
		fields[i] = names[0]
	}
	return fields
}

// orders finds how each column of days is written, and notes it in the mapping.
func orders(table *sheet.Table, columns []Column, dayFields map[string]bool) []sheet.DayOrder {
	found := make([]sheet.DayOrder, len(columns))
	for i := range columns {
		if !dayFields[columns[i].Field] {
			continue
		}
		cells := make([]string, len(table.Rows))
		for r, row := range table.Rows {
			cells[r] = row.Cells[i]
		}
		found[i] = sheet.OrderOfDays(cells)
		columns[i].Read = string(found[i])
	}
	return found
}
