package papers

import (
	"io"
	"strings"
	"time"

	"quartermaster/models"
)

// NoDemand is the certificate that nothing stands on a person's name.
type NoDemand struct {
	Person   *models.Person
	UnitName string
	IssuedBy string // rank and name
	At       models.Time
	Zone     *time.Location
}

// Write writes the certificate as PDF.
func (n NoDemand) Write(w io.Writer) error {
	p := open("No-demand certificate "+n.Person.Code, n.At, n.Zone)
	p.font("B", 18)
	y := p.block(margin, margin+14, width, 9, "No-demand certificate")
	p.font("", 11)
	who := strings.TrimSpace(n.Person.Rank + " " + n.Person.Name)
	if n.Person.ServiceNumber != "" {
		who += ", service number " + n.Person.ServiceNumber
	}
	if n.UnitName != "" {
		who += ", of " + n.UnitName
	}
	y = p.block(margin, y+8, width, 6.5, "It is certified that on "+p.when(n.At)+" nothing stood in the property book on the name of")
	p.font("B", 13)
	y = p.block(margin, y+4, width, 7.5, who)
	p.font("", 11)
	y = p.block(margin, y+4, width, 6.5, "No equipment given by donors is in this person's custody, and none is on its way to them. "+
		"Whatever stood on their name has been returned or handed over, each by a voucher that the book keeps.")
	y += 34
	for i, label := range []string{"Issued by " + n.IssuedBy, "Commanding officer"} {
		x := margin + float64(i)*(width/2+4)
		p.Line(x, y, x+width/2-8, y)
		p.font("", 8.5)
		p.block(x, y+1.5, width/2-8, 4.5, label)
	}
	return p.finish(w)
}
