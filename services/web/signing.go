package web

import (
	"slices"

	"quartermaster/models"
)

// signForm is a part of a form in which somebody signs.
type signForm struct {
	Legend, ID                 string
	Name, Rank, Number, Person string
}

// signing fills the part with who is likely to sign, or with what was given.
func signing(legend, id string, likely *models.Person, given map[string]string) signForm {
	f := signForm{Legend: legend, ID: id}
	if likely != nil {
		f.Name, f.Rank, f.Number, f.Person = likely.Name, likely.Rank, likely.ServiceNumber, likely.Code
	}
	for name, to := range map[string]*string{"signed_name": &f.Name, "signed_rank": &f.Rank, "signed_number": &f.Number, "signer": &f.Person} {
		if value, ok := given[name]; ok {
			*to = value
		}
	}
	return f
}

// Signing is the part of a voucher's form in which one end signs.
func (p *voucherPage) Signing(legend, end string) signForm {
	given := map[string]string{}
	if p.Open == end {
		given = p.Form
	}
	likely := p.Signer
	if end == "accept" && p.ReceivedBy != nil {
		likely = p.ReceivedBy
	}
	return signing(legend, end, likely, given)
}

// Signing is the part of the form in which who receives an item signs.
func (p *assetPage) Signing(legend, id string) signForm {
	given := map[string]string{}
	if p.Open == "issue" {
		given = p.Form
	}
	return signing(legend, id, nil, given)
}

// shownSignatures are the signatures of a paper under their titles; broken are those
// that do not match it, from 1.
func shownSignatures(signed []models.Signature, broken []int, titles ...models.Text) []shownSignature {
	shown := make([]shownSignature, len(signed))
	for i := range signed {
		shown[i] = shownSignature{Signature: &signed[i], Title: titles[min(i, len(titles)-1)], Broken: slices.Contains(broken, i+1), Picture: picture(signed[i].Drawing)}
	}
	return shown
}
