package papers_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/papers"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = models.At(time.Date(2026, 3, 31, 9, 30, 0, 0, time.UTC))

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="120" viewBox="0 0 300 120"><path d="M 10 90 L 40 20 L 60 100 L 90 30 L 130 95 L 180 40 L 280 70" fill="none" stroke="#000"/></svg>`

func voucher(lines int) papers.Voucher {
	v := &models.Voucher{Number: "V-NORTH-STORE-2026-0042", Kind: models.IssueVoucher, State: models.AcceptedInPart, From: "NORTH-STORE", To: "NORTH-POST", Receiver: "guard",
		DueBack: "2026-09-30", Note: "For the winter deployment at the northern gate, with chargers and spare batteries for each", RaisedBy: "keeper", RaisedAt: at, Request: "R-NORTH-POST-2026-0007"}
	for n := 1; n <= lines; n++ {
		l := models.Line{Line: n, Tag: fmt.Sprintf("QM-%06d-7", n), Asset: "a", Name: "VHF hand-held radio", Number: fmt.Sprintf("SN%08d", n), Quantity: models.One, Measure: "each",
			Condition: "good", Cost: &models.Money{Amount: "410.10", Currency: "USD"}, Receipt: &models.Receipt{Accepted: n%7 != 0}}
		switch n {
		case 2:
			l.Name = "Portable X-ray baggage inspection system with conveyor, remote console and trailer, complete set in six transport cases, ایکس رے سکینر"
			l.Number = strings.Repeat("SERIAL", 20)
			l.Receipt.Remark = "one of the six cases has a broken hinge; contents complete"
		case 3:
			l = models.Line{Line: 3, Lot: "LOT-000012-4", Name: "Field test kit, heroin", Number: "HX-4471", Expiry: "2027-01-31", Quantity: 12500, Measure: "box", Cost: &models.Money{Amount: "99.99", Currency: "PKR"}}
		case 4:
			l.PartOf = "QM-000001-7"
		}
		v.Lines = append(v.Lines, l)
	}
	v.Outgoing = &models.Signature{Name: "Naveed North", Rank: "Sub-Inspector", ServiceNumber: "ANF-2207", Method: "drawn", Drawing: drawing, At: at, Hash: strings.Repeat("ab", 32)}
	v.Incoming = &models.Signature{Name: "Gul Guard", Rank: "Head Constable", ServiceNumber: "4471", Method: "pin", At: at, Hash: strings.Repeat("cd", 32)}
	return papers.Voucher{Voucher: v, FromName: "Northern Store", ToName: "Northern Gate", Names: map[string]string{"guard": "Head Constable Gul Guard", "keeper": "Sub-Inspector Naveed North"},
		Address: "https://qm.example.org/vouchers/V-NORTH-STORE-2026-0042", Printed: at, Broken: []string{"incoming"}}
}

func TestPapersAreAsTheyWere(t *testing.T) {
	draft := voucher(2)
	draft.State, draft.Outgoing, draft.Incoming, draft.Broken = models.Draft, nil, nil, nil
	for i := range draft.Lines {
		draft.Lines[i].Receipt = nil
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"voucher":   func(b *bytes.Buffer) error { return voucher(4).Write(b) },
		"draft":     func(b *bytes.Buffer) error { return draft.Write(b) },
		"many":      func(b *bytes.Buffer) error { return voucher(120).Write(b) },
		"no-demand": func(b *bytes.Buffer) error { return certificate().Write(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("..", "..", "testdata", "papers", name+".pdf")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s is not as it was; look at it, then go test ./services/papers -update", golden)
			}
		})
	}
}

func certificate() papers.NoDemand {
	return papers.NoDemand{Person: &models.Person{Code: "guard", Name: "Gul Guard", Rank: "Head Constable", ServiceNumber: "4471"}, UnitName: "Northern Gate", IssuedBy: "Sub-Inspector Naveed North", At: at}
}

// TestNothingIsCut counts the pages of vouchers of any length, whose rows and boxes
// must all have found a place.
func TestNothingIsCut(t *testing.T) {
	for lines, pages := range map[int]int{1: 1, 12: 2, 30: 2, 300: 13} {
		var b bytes.Buffer
		if err := voucher(lines).Write(&b); err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(b.Bytes(), []byte("/Type /Page\n")); n != pages {
			t.Errorf("%d lines take %d pages, not %d", lines, n, pages)
		}
	}
}
