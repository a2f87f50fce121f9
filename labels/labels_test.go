package labels

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"quartermaster/models"
	"quartermaster/services/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

var scanner = Label{
	Base: "https://qm.example.org", Tag: FormatTag("QM", 123),
	Name: "Portable X-ray baggage scanner with conveyor and remote console, trailer-mounted", Mark: "DONOR A", Grant: "A-2025/PAK/017",
}

// Labels in Urdu, and in English and Urdu.
var (
	inUrdu = Label{Base: "https://qm.example.org", Tag: FormatTag("QM", 123), Right: true,
		Name: "سامان کی پڑتال کا ایکسرے آلہ (XR-100D)، پٹے اور الگ نگران میز کے ساتھ", Kind: "سامان کا سکینر (ایکسرے)", Mark: "عطیہ دہندہ A", Grant: "A-2025/PAK/017"}
	inBoth = Label{Base: "https://qm.example.org", Tag: FormatTag("QM", 123),
		Name: "Portable X-ray baggage scanner", Kind: "سامان کا سکینر (ایکسرے)", Mark: "DONOR A", Grant: "A-2025/PAK/017"}
	aLot = Label{Base: "https://qm.example.org", Tag: "LOT-000007-3", Door: "l", First: []string{"Exp. 1 Mar 2027", "میعاد \u2068۱ مارچ ۲۰۲۷\u2069 تک"},
		Name: "Drug test kit, opiates, lot A-77", Mark: "DONOR A"}
)

func lay(t *testing.T, stock string, l Label) *Drawing {
	t.Helper()
	s, err := FindStock(stock)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Draw(l)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// decode reads the code in a picture with a decoder that shares nothing with the
// one that made it.
func decode(t *testing.T, img image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Errorf("not readable: %v", err)
		return ""
	}
	return found.GetText()
}

func TestAddressUsesTheDenserMode(t *testing.T) {
	code, err := NewCode(scanner.Address())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(scanner.Address(), "HTTPS://QM.EXAMPLE.ORG/T/QM-000123-") {
		t.Error(scanner.Address())
	}
	mixed, err := NewCode(strings.ToLower(scanner.Address()))
	if err != nil {
		t.Fatal(err)
	}
	if code.Size != 29 || mixed.Size <= code.Size {
		t.Errorf("%d modules in capitals, %d in small letters", code.Size, mixed.Size)
	}
	if bare, err := NewCode(scanner.Tag); err != nil || bare.Size != 21 {
		t.Errorf("a bare tag takes %d modules, %v", bare.Size, err)
	}
}

func TestEveryStockHoldsAReadableCode(t *testing.T) {
	for _, label := range []Label{scanner, inUrdu, inBoth} {
		for _, s := range Stocks {
			holds(t, s, label)
		}
	}
}

func holds(t *testing.T, s Stock, label Label) {
	t.Helper()
	d, err := s.Draw(label)
	if err != nil {
		t.Errorf("%s: %v", s.ID, err)
		return
	}
	if d.Module < WantedModule-1e-9 || d.Bare {
		t.Errorf("%s: modules of %.2f mm, bare %v", s.ID, d.Module, d.Bare)
	}
	if dots := d.Module * s.DotsPerMM; s.DotsPerMM > 0 && math.Abs(dots-math.Round(dots)) > 1e-6 {
		t.Errorf("%s: modules of %.3f dots", s.ID, dots)
	}
	quiet, side := Quiet*d.Module, float64(d.Code.Size)*d.Module
	if d.X < quiet || d.Y < quiet || d.X+side+quiet > d.W || d.Y+side+quiet > d.H {
		t.Errorf("%s: the quiet zone is cut", s.ID)
	}
	for _, line := range d.Lines {
		if line.X < 0 || line.X+line.width() > d.W+1e-6 || line.Y-line.Size < -0.5 || line.Y > d.H {
			t.Errorf("%s: %q leaves the label", s.ID, line.Text)
		}
		right, left, below := line.X >= d.X+side+quiet-1e-6, line.X+line.width() <= d.X-quiet+1e-6, line.Y-line.Size >= d.Y+side-1e-6
		if !right && !left && !below {
			t.Errorf("%s: %q stands on the code", s.ID, line.Text)
		}
	}
	if d.Lines[0].Text != label.Tag {
		t.Errorf("%s: the tag cannot be read", s.ID)
	}
}

func TestSmallStocksCarryTheBareTagOrAreRefused(t *testing.T) {
	long := scanner
	long.Base = "https://equipment.narcotics-control.gov.example"
	narrow, err := Grid{PageW: 210, PageH: 297, Columns: 1, Rows: 1, W: 30, H: 15, PitchX: 30, PitchY: 15}.Stock()
	if err != nil {
		t.Fatal(err)
	}
	d, err := narrow.Draw(long)
	if err != nil || !d.Bare || d.Code.Text != long.Tag || d.Module < SmallestModule {
		t.Errorf("%+v, %v", d, err)
	}
	tiny := Stock{ID: "L4731", W: 25.4, H: 10}
	_, err = tiny.Draw(long)
	var e *models.Error
	if !errors.As(err, &e) || e.Field != "stock" {
		t.Fatal(err)
	}
	size := regexp.MustCompile(`at least (\d+) × (\d+) mm`).FindStringSubmatch(e.Message)
	if size == nil {
		t.Fatal(e.Message)
	}
	tiny.W, _ = strconv.ParseFloat(size[1], 64)
	tiny.H, _ = strconv.ParseFloat(size[2], 64)
	if _, err := tiny.Draw(long); err != nil {
		t.Errorf("the size that would do does not: %v", err)
	}
}

func TestGridsRefuse(t *testing.T) {
	good := Grid{PageW: 210, PageH: 297, Columns: 3, Rows: 7, W: 63.5, H: 38.1, Left: 7.2, Top: 15.1, PitchX: 66, PitchY: 38.1}
	if s, err := good.Stock(); err != nil || s.PerPage() != 21 {
		t.Fatal(s, err)
	}
	for field, change := range map[string]func(*Grid){
		"grid.columns": func(g *Grid) { g.Columns = 4 }, "grid.rows": func(g *Grid) { g.Rows = 0 }, "grid.page_width": func(g *Grid) { g.PageW = math.NaN() },
		"grid.page_height": func(g *Grid) { g.PageH = math.Inf(1) }, "grid.width": func(g *Grid) { g.W = -1 }, "grid.pitch_x": func(g *Grid) { g.PitchX = math.NaN() },
		"grid.pitch_y": func(g *Grid) { g.PitchY = 10 }, "grid.left": func(g *Grid) { g.Left = -3 },
	} {
		g := good
		change(&g)
		_, err := g.Stock()
		var e *models.Error
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := FindStock("l7160"); err != nil {
		t.Error(err)
	}
	if _, err := FindStock("L9999"); models.KindOf(err) != models.Invalid {
		t.Error(err)
	}
}

func TestSheetsRefuse(t *testing.T) {
	s, _ := FindStock("L7160")
	for field, sheet := range map[string]Sheet{
		"start": {Stock: s, Start: 22}, "offset_x": {Stock: s, OffsetX: 11}, "offset_y": {Stock: s, OffsetY: math.NaN()}, "tags": {Stock: s},
	} {
		err := sheet.Write(&bytes.Buffer{}, nil)
		var e *models.Error
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestPNGIsReadable(t *testing.T) {
	for _, scale := range []int{2, DefaultScale, 10} {
		raw, err := lay(t, DefaultStock, scanner).PNG(scale)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got := decode(t, img); got != scanner.Address() {
			t.Errorf("at %d pixels a module: %q", scale, got)
		}
	}
}

// TestZPLIsReadable draws the graphic as a printer would and reads it.
func TestZPLIsReadable(t *testing.T) {
	for dpi, dots := range Resolutions {
		s, err := Stock{W: 51, H: 25}.ForPrinter(dpi)
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Draw(scanner)
		if err != nil {
			t.Fatal(err)
		}
		zpl := string(d.ZPL(dots))
		parts := regexp.MustCompile(`\^GFA,(\d+),\d+,(\d+),([0-9A-F:]+)\^FS`).FindStringSubmatch(zpl)
		if parts == nil {
			t.Fatal(zpl)
		}
		total, _ := strconv.Atoi(parts[1])
		width, _ := strconv.Atoi(parts[2])
		img := image.NewGray(image.Rect(0, 0, width*8+200, total/width+200))
		for i := range img.Pix {
			img.Pix[i] = 255
		}
		row, y := "", 0
		for data := parts[3]; data != ""; y++ {
			if data[0] == ':' {
				data = data[1:]
			} else {
				row, data = data[:2*width], data[2*width:]
			}
			for x := range width * 8 {
				nibble, err := strconv.ParseUint(row[x/4:x/4+1], 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				if nibble&(8>>(x%4)) != 0 {
					img.SetGray(x+100, y+100, color.Gray{})
				}
			}
		}
		if y != total/width {
			t.Errorf("%d dpi: %d rows of %d", dpi, y, total/width)
		}
		if got := decode(t, img); got != scanner.Address() {
			t.Errorf("%d dpi: %q", dpi, got)
		}
	}
	if _, err := (Stock{}).ForPrinter(72); models.KindOf(err) != models.Invalid {
		t.Error(err)
	}
}

func TestTextIsNoCommand(t *testing.T) {
	l := scanner
	l.Name = "^XZ~JA _5E \\& <script>\n\x00"
	zpl := string(lay(t, "zebra-102x51", l).ZPL(8))
	if strings.Count(zpl, "^XZ") != 1 || strings.Contains(zpl, "~JA") || strings.ContainsRune(zpl, 0) {
		t.Error(zpl)
	}
	if svg := string(lay(t, "zebra-102x51", l).SVG()); strings.Contains(svg, "<script") {
		t.Error(svg)
	}
}

func TestGoldenFiles(t *testing.T) {
	d := lay(t, DefaultStock, scanner)
	picture, err := d.PNG(DefaultScale)
	if err != nil {
		t.Fatal(err)
	}
	s300, err := Stock{W: 51, H: 25}.ForPrinter(300)
	if err != nil {
		t.Fatal(err)
	}
	d300, err := s300.Draw(scanner)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"label.svg": d.SVG(), "label-203.zpl": d.ZPL(8), "label-300.zpl": d300.ZPL(12), "label.png": picture}
	for name, label := range map[string]Label{"urdu": inUrdu, "both": inBoth, "lot": aLot} {
		d := lay(t, "zebra-57x32", label)
		if files[name+".png"], err = d.PNG(6); err != nil {
			t.Fatal(err)
		}
		files[name+".svg"], files[name+"-203.zpl"] = d.SVG(), d.ZPL(8)
	}
	for name, got := range files {
		path := filepath.Join("..", "testdata", "labels", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs; look at it, then run go test ./labels -update", name)
		}
	}
}

// TestEveryCodeOnASheetIsReadable prints a full sheet of each stock, has poppler
// rasterise it, and reads the code in every label's place.
func TestEveryCodeOnASheetIsReadable(t *testing.T) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("pdftoppm is missing; install poppler-utils")
		}
		t.Skip("pdftoppm is missing: sheets are not rasterised; install poppler-utils to have them read back")
	}
	const dpi = 200
	shapes := map[string]bool{}
	for _, s := range Stocks {
		shape := fmt.Sprint(s.PageW, s.W, s.H)
		if shapes[shape] {
			continue // the same sheet under another number
		}
		shapes[shape] = true
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			labels := make([]Label, s.PerPage())
			for i := range labels {
				labels[i] = scanner
				labels[i].Tag = FormatTag("QM", int64(1000+i))
			}
			sheet := Sheet{Stock: s, OffsetX: 0.3, OffsetY: -0.2, Made: time.Unix(0, 0)}
			if s.Columns > 1 { // from the second place on, onto a second page
				sheet.Start = 2
			}
			page := rasterise(t, sheet, labels, dpi)
			for i, label := range labels {
				n, img := i, page[0]
				if sheet.Start == 2 {
					n++
					if n == s.PerPage() {
						n, img = 0, page[1]
					}
				}
				x, y := s.Place(n)
				cut := image.Rect(pixels(x+sheet.OffsetX, dpi), pixels(y+sheet.OffsetY, dpi), pixels(x+s.W+sheet.OffsetX, dpi), pixels(y+s.H+sheet.OffsetY, dpi))
				if got := decode(t, img.(interface {
					SubImage(image.Rectangle) image.Image
				}).SubImage(cut)); got != label.Address() {
					t.Errorf("label %d: %q instead of %q", i+1, got, label.Address())
				}
			}
		})
	}
}

func pixels(mm float64, dpi int) int { return int(math.Round(mm / 25.4 * float64(dpi))) }

func rasterise(t *testing.T, sheet Sheet, labels []Label, dpi int) []image.Image {
	t.Helper()
	folder := t.TempDir()
	file, err := os.Create(filepath.Join(folder, "sheet.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := sheet.Write(file, labels); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("pdftoppm", "-r", strconv.Itoa(dpi), "-gray", "-png", file.Name(), filepath.Join(folder, "page")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	names, err := filepath.Glob(filepath.Join(folder, "page*.png"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	var pages []image.Image
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, img)
	}
	return pages
}

func TestTestPageShowsEveryCut(t *testing.T) {
	var out bytes.Buffer
	s, _ := FindStock("L7651")
	if err := (Sheet{Stock: s, Made: time.Unix(0, 0), Voice: words.Speaking("en+ur", words.Eastern)}).WriteTestPage(&out); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("%PDF-")) {
		t.Error(err)
	}
}

func BenchmarkPNG(b *testing.B) {
	s, err := FindStock(DefaultStock)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		d, err := s.Draw(scanner)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.PNG(DefaultScale); err != nil {
			b.Fatal(err)
		}
	}
}
