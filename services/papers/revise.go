package papers

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"quartermaster/letters"
)

// The PDF library writes neither the structure of a document nor which letter a joined
// form is of. Both are added behind what it wrote, as an update of the file (ISO
// 32000-1, 7.5.6): new objects, and in the place of some others, a further list of where
// they stand. The many small objects of the structure lie packed in streams, which makes
// the file a hybrid one (7.5.8.4).

// written passes a document on and keeps sight of it.
type written struct {
	io.Writer
	text []byte
}

func (w *written) Write(b []byte) (int, error) {
	if w.text == nil {
		w.text = b // the library writes all at once, from memory that it keeps
	} else {
		w.text = append(slices.Clip(w.text), b...)
	}
	return w.Writer.Write(b)
}

var (
	trailerForm = regexp.MustCompile(`(?s)trailer\n<<\n/Size (\d+)\n/Root (\d+) 0 R\n(.*?)>>\nstartxref\n(\d+)\n%%EOF\n?$`)
	kidsForm    = regexp.MustCompile(`(?s)/Kids \[([\d\sR]*)\]`)
	streamForm  = regexp.MustCompile(`^\d+ 0 obj\n<</Length \d+>>\nstream\n/CIDInit`)
)

// revision is an update of a file while it is written.
type revision struct {
	text    []byte // of the file before
	offsets []int  // of its objects
	size    int    // the first number that is free
	plain   map[int]int
	packed  map[int][2]int // the stream that holds an object, and its place there
	out     bytes.Buffer
}

// revise writes the update of a document that was written whole.
func (p *paper) revise(w io.Writer, text []byte) error {
	end := trailerForm.FindSubmatch(text[max(0, len(text)-2000):])
	if end == nil {
		return fmt.Errorf("papers: the document does not end as expected")
	}
	number := func(b []byte) int { n, _ := strconv.Atoi(string(b)); return n }
	size, root, previous := number(end[1]), number(end[2]), number(end[4])
	r := &revision{text: text, size: size, offsets: make([]int, size), plain: map[int]int{}, packed: map[int][2]int{}}
	entries := text[previous:]
	for range 2 { // "xref" and how many there are
		_, entries, _ = bytes.Cut(entries, []byte("\n"))
	}
	for n := range size {
		r.offsets[n] = number(bytes.TrimLeft(entries[n*20:n*20+10], "0"))
	}
	if p.naskh {
		r.letters()
	}
	if p.tags != nil {
		if err := r.structure(p.tags, root); err != nil {
			return err
		}
	}
	if len(r.plain) == 0 {
		return nil
	}
	r.finish(root, string(end[3]), previous)
	_, err := w.Write(r.out.Bytes())
	return err
}

// object is the text of one of the file before.
func (r *revision) object(n int) []byte {
	text := r.text[r.offsets[n]:]
	return text[:bytes.Index(text, []byte("endobj"))]
}

func (r *revision) begin(n int) {
	r.plain[n] = len(r.text) + r.out.Len()
	fmt.Fprintf(&r.out, "%d 0 obj\n", n)
}

func (r *revision) next() int { r.size++; return r.size - 1 }

func (r *revision) stream(n int, entries string, content []byte) {
	r.begin(n)
	fmt.Fprintf(&r.out, "<<%s /Length %d>>\nstream\n", entries, len(content))
	r.out.Write(content)
	r.out.WriteString("\nendstream\nendobj\n")
}

// with writes an object anew with further entries in its dictionary.
func (r *revision) with(n int, entries string) {
	text := r.object(n)
	_, text, _ = bytes.Cut(text, []byte("\n"))
	at := bytes.LastIndex(text, []byte(">>"))
	r.begin(n)
	r.out.Write(text[:at])
	r.out.WriteString(entries + ">>\nendobj\n")
}

// letters says of the joined forms which letters they are of, so that text can be
// copied and found as it was written.
func (r *revision) letters() {
	of := letters.Origins()
	var ranges, singles []string
	from := rune(0)
	flush := func(to rune) {
		if from <= to {
			ranges = append(ranges, fmt.Sprintf("<%04X> <%04X> <%04X>\n", from, to, from))
		}
	}
	for _, form := range slices.Sorted(maps.Keys(of)) {
		flush(form - 1)
		singles = append(singles, fmt.Sprintf("<%04X> <%s>\n", form, utf16Hex(of[form])))
		from = form + 1
	}
	flush(0xffff)
	var cmap strings.Builder
	cmap.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for lines := range slices.Chunk(ranges, 100) { // no section holds more
		fmt.Fprintf(&cmap, "%d beginbfrange\n%sendbfrange\n", len(lines), strings.Join(lines, ""))
	}
	for lines := range slices.Chunk(singles, 100) {
		fmt.Fprintf(&cmap, "%d beginbfchar\n%sendbfchar\n", len(lines), strings.Join(lines, ""))
	}
	cmap.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	for n := 1; n < len(r.offsets); n++ {
		if r.offsets[n] > 0 && streamForm.Match(r.text[r.offsets[n]:min(len(r.text), r.offsets[n]+80)]) {
			r.stream(n, "", []byte(cmap.String()))
		}
	}
}

// structure writes the elements of a document, and notes them with its pages and in its
// catalogue.
func (r *revision) structure(s *structure, root int) error {
	var pages []int
	if kids := kidsForm.FindSubmatch(r.object(1)); kids != nil {
		for ref := range strings.SplitSeq(strings.TrimSpace(string(kids[1])), " R") {
			if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(ref), " 0")); err == nil {
				pages = append(pages, n)
			}
		}
	}
	if len(pages) < len(s.marks) {
		return fmt.Errorf("papers: the document has %d pages, and text on %d", len(pages), len(s.marks))
	}
	tree, parents := r.next(), r.next()
	var all []*element
	numbers := map[*element]int{}
	var number func(*element)
	number = func(e *element) {
		numbers[e] = r.next()
		all = append(all, e)
		for _, kid := range e.kids {
			number(kid)
		}
	}
	number(s.root)
	reference := func(list []*element) string {
		var text strings.Builder
		for _, e := range list {
			text.WriteString(decimal(numbers[e]) + " 0 R ")
		}
		return text.String()
	}
	for some := range slices.Chunk(all, 200) {
		var heads, bodies strings.Builder
		in := r.next()
		for i, e := range some {
			fmt.Fprintf(&heads, "%d %d ", numbers[e], bodies.Len())
			above := tree
			if e.parent != nil {
				above = numbers[e.parent]
			}
			fmt.Fprintf(&bodies, "<</S /%s /P %d 0 R", e.role, above)
			if e.page > 0 {
				fmt.Fprintf(&bodies, " /Pg %d 0 R /K %d", pages[e.page-1], e.mark)
			} else {
				bodies.WriteString(" /K [" + reference(e.kids) + "]")
			}
			if e.span > 1 {
				fmt.Fprintf(&bodies, " /A <</O /Table /ColSpan %d>>", e.span)
			}
			if e.role == "TH" {
				bodies.WriteString(" /A <</O /Table /Scope /Column>>")
			}
			if e.alt != "" {
				bodies.WriteString(" /Alt <FEFF" + utf16Hex(e.alt) + ">")
			}
			bodies.WriteString(">> ")
			r.packed[numbers[e]] = [2]int{in, i}
		}
		r.stream(in, fmt.Sprintf("/Type /ObjStm /N %d /First %d /Filter /FlateDecode", len(some), heads.Len()), deflate(heads.String()+bodies.String()))
	}
	r.begin(tree)
	fmt.Fprintf(&r.out, "<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d>>\nendobj\n", numbers[s.root], parents, len(pages))
	r.begin(parents)
	r.out.WriteString("<</Nums [")
	for i := range pages {
		if marks := s.marks[i+1]; len(marks) > 0 {
			fmt.Fprintf(&r.out, "%d [%s]\n", i, reference(marks))
		}
	}
	r.out.WriteString("]>>\nendobj\n")
	for i, page := range pages {
		r.with(page, fmt.Sprintf("\n/StructParents %d /Tabs /S", i))
	}
	r.with(root, fmt.Sprintf("/Version /1.5 /MarkInfo <</Marked true>> /StructTreeRoot %d 0 R\n", tree))
	return nil
}

// finish writes where the objects stand: those of streams in a stream of their own,
// the others in a table.
func (r *revision) finish(root int, info string, previous int) {
	hybrid := ""
	if len(r.packed) > 0 {
		var index strings.Builder
		var entries bytes.Buffer
		numbers := slices.Sorted(maps.Keys(r.packed))
		for from := 0; from < len(numbers); {
			to := from + 1
			for to < len(numbers) && numbers[to] == numbers[to-1]+1 {
				to++
			}
			fmt.Fprintf(&index, "%d %d ", numbers[from], to-from)
			from = to
		}
		for _, n := range numbers {
			entries.WriteByte(2)
			_ = binary.Write(&entries, binary.BigEndian, uint32(r.packed[n][0])) // #nosec G115 -- numbers of objects
			_ = binary.Write(&entries, binary.BigEndian, uint16(r.packed[n][1])) // #nosec G115 -- below 200
		}
		at := r.next()
		r.stream(at, fmt.Sprintf("/Type /XRef /Size %d /W [1 4 2] /Index [%s] /Root %d 0 R /Filter /FlateDecode", r.size, index.String(), root), deflate(entries.String()))
		hybrid = fmt.Sprintf("/XRefStm %d\n", r.plain[at])
	}
	start := len(r.text) + r.out.Len()
	r.out.WriteString("xref\n")
	for _, n := range slices.Sorted(maps.Keys(r.plain)) {
		fmt.Fprintf(&r.out, "%d 1\n%010d 00000 n \n", n, r.plain[n])
	}
	fmt.Fprintf(&r.out, "trailer\n<<\n/Size %d\n/Root %d 0 R\n%s/Prev %d\n%s>>\nstartxref\n%d\n%%%%EOF\n", r.size, root, info, previous, hybrid, start)
}

func deflate(text string) []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = io.WriteString(w, text) // memory takes everything
	_ = w.Close()
	return packed.Bytes()
}

func decimal(n int) string { return strconv.Itoa(n) }
