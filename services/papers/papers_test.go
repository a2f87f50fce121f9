package papers

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"quartermaster/models"
	"quartermaster/services/reports/layout"
	tongues "quartermaster/services/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	karachi = time.FixedZone("PKT", 5*60*60)
	noon    = models.At(time.Date(2026, 3, 31, 7, 0, 0, 0, time.UTC))
)

const scribble = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="160" viewBox="0 0 320 160"><path d="M20 110C40 20 60 20 60 90C60 140 90 140 100 80Q110 30 130 90C140 130 160 120 170 70L180 110Q200 60 220 90C240 120 270 60 300 80M60 130L280 118M120 20L130 30L110 32Z" fill="none" stroke="#000" stroke-width="2.2" stroke-linecap="round"/></svg>`

func money(amount, currency string) *models.Money {
	return &models.Money{Amount: amount, Currency: currency}
}

// issue is a voucher on its way: an item, a kit with its parts, and test kits.
func issue() Voucher {
	return Voucher{
		Voucher: &models.Voucher{
			Number: "V-KHY-2026-0042", Kind: models.IssueVoucher, State: models.Underway,
			From: "KHY-STORE", To: "TOR-POST", Sender: "p-khan", Receiver: "p-afridi",
			Request: "R-KHY-2026-0017", Note: "For the winter post.\nReturn the transit cases with the next convoy.",
			RaisedBy: "p-khan", RaisedAt: noon,
			Lines: []models.Line{
				{Line: 1, Tag: "QM-000123-7", Quantity: models.One, Measure: "each", Name: "Portable X-ray baggage scanner with conveyor and remote console, trailer-mounted", Number: "SX-99812/A", Condition: "good", Cost: money("48250.50", "USD")},
				{Line: 2, Tag: "QM-000200-1", Quantity: models.One, Measure: "each", Name: "Vehicle search kit", Condition: "fair", Cost: money("1900", "USD")},
				{Line: 3, Tag: "QM-000201-9", Quantity: models.One, Measure: "each", Name: "Density meter", Number: "DM-4411", Condition: "good", PartOf: "QM-000200-1", Cost: money("3999.9999", "EUR")},
				{Line: 4, Tag: "QM-000202-7", Quantity: models.One, Measure: "each", Name: "Fibrescope, 1.5 m", Condition: "poor", PartOf: "QM-000200-1"},
				{Line: 5, Lot: "L-2026-00031", Quantity: 12500, Measure: "boxes", Name: "Narcotics field test, opiates (10 a box)", Number: "B7731", Expiry: "2027-01-31", Cost: money("19.99", "USD")},
			},
			Outgoing: &models.Signature{Person: "p-khan", Name: "Imran Khan", Rank: "Inspector", ServiceNumber: "KP-20117", Method: "drawn", Drawing: scribble, TakenBy: "p-khan", At: noon, Hash: strings.Repeat("0123456789abcdef", 4)},
		},
		FromName: "Khyber district store", ToName: "Torkham post",
		Names:   map[string]string{"p-khan": "Inspector Imran Khan", "p-afridi": "Sub-Inspector Gul Afridi"},
		Address: "HTTPS://QM.EXAMPLE.ORG/V/V-KHY-2026-0042", Issued: models.At(noon.Add(time.Hour)), Zone: karachi,
	}
}

// inPart is the same after the receiver refused a line, by PIN, with a signature
// that was tampered with.
func inPart() Voucher {
	v := issue()
	v.State = models.AcceptedInPart
	for i := range v.Lines {
		v.Lines[i].Receipt = &models.Receipt{Accepted: i != 3, Condition: v.Lines[i].Condition}
	}
	v.Lines[3].Receipt.Remark = "The lens is cracked and the light does not come on; sent back with the driver the same day."
	v.Incoming = &models.Signature{Person: "p-afridi", Name: "Gul Afridi", Rank: "Sub-Inspector", Method: "pin", TakenBy: "p-khan", At: models.At(noon.Add(26 * time.Hour)), Hash: strings.Repeat("fedcba9876543210", 4)}
	v.Broken = map[string]bool{"incoming": true}
	return v
}

// handover is long in everything: 300 lines, names without spaces, Urdu, and text
// that no font can show.
func handover() Voucher {
	v := issue()
	v.Kind, v.State, v.Outgoing = models.HandoverVoucher, models.Draft, nil
	v.From, v.FromName = "DONOR-A", "Government of Somewhere, Bureau of International Narcotics and Law Enforcement Affairs, Counter-Narcotics Programme Office for South and Central Asia"
	v.To, v.ToName = "ANF", "انسداد منشیات فورس"
	v.Agreement, v.Operation, v.DueBack = "Letter of agreement A-2025/PAK/017, as amended on 4 February 2026", "Operation Torkham Shield", "2026-12-31"
	v.Names["p-afridi"] = "Deputy Superintendent " + strings.Repeat("Abdurrahman ", 14)
	v.Note = strings.Repeat("This note is as long as a note may be. ", 50)
	first := v.Lines
	v.Lines = nil
	for i := range 300 {
		l := first[i%len(first)]
		l.Line = i + 1
		switch i % 7 {
		case 2:
			l.Name = "سرچ لائٹ، گاڑی پر نصب، ۲۴ وولٹ"
		case 3:
			l.Name = strings.Repeat("Unbrokenword", 16)
		case 4:
			l.Name = "Lamp \U0001F526 \x00\xff with text\uffff\ufffe that cannot be set"
		case 5:
			l.Receipt = &models.Receipt{Remark: strings.Repeat("damaged in transit, ", 25)}
		}
		v.Lines = append(v.Lines, l)
	}
	return v
}

func certificate() NoDemand {
	return NoDemand{
		Person:   &models.Person{Code: "p-khan", Name: "Imran Khan", Rank: "Inspector", ServiceNumber: "KP-20117", Unit: "KHY"},
		UnitName: "Khyber district", On: noon, IssuedBy: "Superintendent Zainab Shah", Reference: "ND-KHY-2026-0003", Zone: karachi,
	}
}

var (
	streams = regexp.MustCompile(`(?s)<</Length \d+>>\nstream\n(.*?)\nendstream`)
	shown   = regexp.MustCompile(`(?s)BT (-?[\d.]+) (-?[\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj ET`)
	escaped = regexp.MustCompile(`(?s)\\(.)`)
)

// pages returns what is drawn on each page, with its texts readable.
func pages(t *testing.T, p *paper) []string {
	t.Helper()
	p.pdf.SetCompression(false)
	var out bytes.Buffer
	if err := p.write(&out); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, stream := range streams.FindAllSubmatch(out.Bytes(), -1) {
		if !bytes.Contains(stream[1], []byte(" Tj ET")) {
			continue // a font
		}
		all = append(all, shown.ReplaceAllStringFunc(string(stream[1]), func(found string) string {
			parts := shown.FindStringSubmatch(found)
			return fmt.Sprintf("BT %s %s Td (%s) Tj ET", parts[1], parts[2], plainText(parts[3]))
		}))
	}
	return all
}

// unspaced is a page without the spaces behind lines that others follow.
func unspaced(page string) string { return strings.ReplaceAll(page, " ) Tj", ") Tj") }

func plainText(raw string) string {
	raw = escaped.ReplaceAllStringFunc(raw, func(s string) string {
		if s == `\r` {
			return "\r"
		}
		return s[1:]
	})
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, binary.BigEndian.Uint16([]byte(raw[i:i+2])))
	}
	return string(utf16.Decode(units))
}

func draw(t *testing.T, v Voucher) *paper {
	t.Helper()
	p, err := v.draw()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// spoken is the papers of which there are golden pages, in a language.
func spoken(t *testing.T, code string) map[string]*paper {
	voice := tongues.Speaking(code, tongues.Western)
	v, part, none, sheets := issue(), inPart(), certificate(), countSheets()
	v.Voice, part.Voice, none.Voice, sheets.Voice = voice, voice, voice, voice
	return map[string]*paper{"issue": draw(t, v), "in-part": draw(t, part), "no-demand": none.draw(), "count-sheet": sheets.draw()}
}

func countSheets() CountSheets {
	quantity := 40 * models.One
	return CountSheets{
		Stocktake: &models.Stocktake{Number: "ST-KHY-2026-0001", Name: "Spring count", OpenedAt: noon, Deadline: "2026-04-30"},
		Lines: []*models.StocktakeLine{
			{Line: 1, Asset: "1", Code: "QM-000123-7", Name: "Portable X-ray baggage scanner", Make: "Smiths", Model: "HI-SCAN", Serial: "SX-99812/A", Unit: "TOR-POST", Location: "Bay 2", Custodian: "p-afridi"},
			{Line: 2, Asset: "2", Code: "QM-000200-1", Name: "سرچ لائٹ، گاڑی پر نصب", Unit: "TOR-POST"},
			{Line: 3, Code: "L-2026-00031", Name: "Narcotics field test", Quantity: &quantity, Measure: "boxes", Expiry: "2027-01-31", Unit: "TOR-POST"},
		},
		Units: map[string]string{"TOR-POST": "Torkham post"}, Names: map[string]string{"p-afridi": "Sub-Inspector Gul Afridi"}, Printed: noon, Zone: karachi,
	}
}

func TestGoldenPages(t *testing.T) {
	all := map[string]*paper{}
	for code, behind := range map[string]string{"en": "", "ur": ".ur", "en+ur": ".both"} {
		for name, p := range spoken(t, code) {
			all[name+behind+".txt"] = p
		}
	}
	for name, p := range all {
		got := strings.Join(pages(t, p), "\n\f\n")
		path := filepath.Join("..", "..", "testdata", "papers", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; look at the page, then run go test ./services/papers -update", name)
		}
	}
}

func TestPapersAreTheSameEveryTime(t *testing.T) {
	var first, again bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &again} {
		if err := handover().Write(out); err != nil {
			t.Fatal(err)
		}
		if err := certificate().Write(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.HasPrefix(first.Bytes(), []byte("%PDF-")) || !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same document is written in two ways")
	}
}

func TestLongVouchersKeepEveryLineOnTheirPages(t *testing.T) {
	all := pages(t, draw(t, handover()))
	seen := map[int]int{}
	for n, page := range all {
		last := n == len(all)-1
		for _, want := range []string{"(V-KHY-2026-0042) Tj", fmt.Sprintf("(page %d of %d)", n+1, len(all))} {
			if !strings.Contains(page, want) {
				t.Errorf("page %d lacks %s", n+1, want)
			}
		}
		if heads := strings.Count(page, "(Description) Tj"); heads > 1 || heads == 0 && !last {
			t.Errorf("page %d has the head of the table %d times", n+1, heads)
		}
		for _, m := range shown.FindAllStringSubmatch(page, -1) {
			x, _ := strconv.ParseFloat(m[1], 64)
			y, _ := strconv.ParseFloat(m[2], 64)
			if x/ptPerMM < left-0.1 || x/ptPerMM > right || y/ptPerMM < 10 || y/ptPerMM > pageH-top {
				t.Errorf("page %d: %q stands at %.1f, %.1f mm", n+1, m[3], x/ptPerMM, y/ptPerMM)
			}
			if no, err := strconv.Atoi(m[3]); err == nil {
				seen[no]++
			}
		}
	}
	for no := 1; no <= 300; no++ {
		if seen[no] != 1 {
			t.Errorf("line %d is there %d times", no, seen[no])
		}
	}
	end := unspaced(all[len(all)-1])
	for _, want := range []string{"300 lines: 0 accepted, 43 refused", "Handed over for the donor", "Title and goods received", "Accounts (copy)"} {
		if !strings.Contains(end, "("+want+")") {
			t.Errorf("the last page lacks %q", want)
		}
	}
}

func TestWrappedLinesFit(t *testing.T) {
	p := newPaper(speaking(nil), "", "", "", noon)
	p.newPage()
	for _, text := range []string{strings.Repeat("Unbrokenword", 20), "one two three four five six seven", "i", ""} {
		lines := p.set(20, words{text, plain})
		back := ""
		for _, line := range lines {
			if w := p.width(line); w > 20 {
				t.Errorf("%q is %.1f mm wide", line.text, w)
			}
			back += line.text
		}
		if strings.ReplaceAll(back, " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Errorf("%q became %q", text, back)
		}
	}
}

func TestWorthIsExact(t *testing.T) {
	line := func(q models.Quantity, amount, currency string) models.Line {
		return models.Line{Quantity: q, Cost: money(amount, currency)}
	}
	all := func(*models.Line) bool { return true }
	for want, lines := range map[string][]models.Line{
		"":                         {{Quantity: models.One}},
		"0.30 USD":                 {line(models.One, "0.1", "USD"), line(models.One, "0.2", "USD")},
		"0.0000001 USD":            {line(1, "0.0001", "USD")},
		"249.875 USD":              {line(12500, "19.99", "USD")},
		"5.00 EUR · 7.00 USD":      {line(models.One, "7", "USD"), line(models.One, "5", "EUR")},
		"1999999999999999.998 PKR": {line(2*models.One, "999999999999999.999", "PKR")},
	} {
		if got := worth(lines, all); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestVoucherSays(t *testing.T) {
	v := issue()
	v.Outgoing.Method, v.Outgoing.Drawing = "account", ""
	v.Note = ""
	page := unspaced(strings.Join(pages(t, draw(t, v)), "\n"))
	for _, want := range []string{
		"(Store issue and receipt voucher)", "(DISPATCHED)", "(scan to accept)", "(Khyber district store (KHY-STORE))", "(31 Mar 2026 12:00 PKT, by Inspector Imran Khan)",
		"(of the kit QM-000200-1)", "(lot B7731 · expires 31 Jan 2027)", "(12.5 boxes)", "(5 lines)", "(Value: 3999.9999 EUR · 50400.375 USD (1 line without a cost))",
		"(signed in)", "(service number KP-20117)", "(to be signed by Sub-Inspector Gul Afridi)", "(Accounts (copy))",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if strings.Contains(page, "DOES NOT MATCH") || strings.Contains(page, "(Note)") {
		t.Error("says what is not so")
	}
	page = unspaced(strings.Join(pages(t, draw(t, inPart())), "\n"))
	for _, want := range []string{"(ACCEPTED IN PART)", "(scan to look up)", "(refused)", "(5 lines: 4 accepted, 1 refused)", "(signed by PIN)", "(taken by Inspector Imran Khan)", "(DOES NOT MATCH WHAT WAS SIGNED)"} {
		if !strings.Contains(page, want) {
			t.Errorf("lacks %s", want)
		}
	}
}

func TestEmptyDocumentsArePrinted(t *testing.T) {
	if err := (Voucher{Voucher: &models.Voucher{}}).Write(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
	v := Voucher{Voucher: &models.Voucher{Outgoing: &models.Signature{Drawing: "<svg"}, Incoming: &models.Signature{Drawing: `<svg width="1" height="1"/>`}}}
	if page := pages(t, draw(t, v)); strings.Count(page[0], "(the drawing cannot be read)") != 2 {
		t.Error("a broken drawing is passed over")
	}
	if err := (NoDemand{Person: &models.Person{}}).Write(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}

// TestTheCodeIsReadable has poppler rasterise a voucher and reads its code.
func TestTheCodeIsReadable(t *testing.T) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("pdftoppm is missing; install poppler-utils")
		}
		t.Skip("pdftoppm is missing: the code is not read back; install poppler-utils to have it read")
	}
	long := issue()
	long.Address = "https://equipment.narcotics-control.gov.example/v/V-KHY-2026-0042?" + strings.Repeat("k", 100)
	for _, v := range []Voucher{issue(), long} {
		var out bytes.Buffer
		if err := v.Write(&out); err != nil {
			t.Fatal(err)
		}
		print := exec.Command("pdftoppm", "-r", "200", "-gray", "-png", "-singlefile", "-x", "1000", "-y", "0", "-W", "654", "-H", "700")
		print.Stdin = &out
		raw, err := print.Output()
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		found, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
		if err != nil || found.GetText() != v.Address {
			t.Errorf("%v, %v, not %q", err, found, v.Address)
		}
	}
}

// TestTextCanBeTakenOut has poppler read a paper back: letters as they were written and not
// their joined forms, in the order in which they are read, and the structure of tables.
func TestTextCanBeTakenOut(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("pdftotext is missing; install poppler-utils")
		}
		t.Skip("pdftotext is missing: the text is not read back; install poppler-utils to have it read")
	}
	rows := [][]any{{"QM-000001-3", "قلعے کے لیے ریڈیو سیٹ"}, {"QM-000002-1", "شعبہ تفتیش"}}
	r := &layout.Report{Title: "Asset register", Number: "01J", Made: noon, Address: "https://qm.example.org/verify?report=01J",
		Sections: []layout.Section{{Title: "Assets", Columns: []layout.Column{{Title: "Tag", Type: layout.Code}, {Title: "Description"}}, Rows: func(yield func(layout.Row) error) error {
			for _, cells := range rows {
				if err := yield(layout.Row{Cells: cells}); err != nil {
					return err
				}
			}
			return nil
		}}}}
	file := filepath.Join(t.TempDir(), "report.pdf")
	var out bytes.Buffer
	if err := Report(&out, r); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(program string, args ...string) string {
		text, err := exec.Command(program, args...).CombinedOutput()
		if err != nil || strings.Contains(string(text), "Error") {
			t.Fatalf("%s: %v\n%s", program, err, text)
		}
		return string(text)
	}
	text := read("pdftotext", file, "-")
	for _, row := range rows {
		if want := row[1].(string); !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	structure := strings.Join(strings.Fields(read("pdfinfo", "-struct-text", file)), " ")
	for _, want := range []string{`H1 (block) "Asset register"`, `H2 (block) "Assets" Table (block) TR TH:`, `TR TD "QM-000001-3" TD`} {
		if !strings.Contains(structure, want) {
			t.Errorf("%s is not in the structure\n%s", want, structure)
		}
	}
}
