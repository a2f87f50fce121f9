package papers

// element is a part of a document's structure (ISO 32000-1, 14.7): what a text is, for
// those who have it read to them and for programs that take it out. It holds either
// others, or one marked piece of a page.
type element struct {
	role   string // a standard structure type, 14.8.4: Table, TR, TD
	kids   []*element
	parent *element
	page   int // of its piece, from 1; 0 when it holds others
	mark   int // the piece's number on the page
	span   int // columns that a cell runs over; 0 is one
	alt    string
}

// structure is that of a document while it is drawn; nil for one that has none.
type structure struct {
	root, at *element
	marks    map[int][]*element // the pieces of each page, by their numbers
}

func newStructure() *structure {
	root := &element{role: "Document"}
	return &structure{root: root, at: root, marks: map[int][]*element{}}
}

func (s *structure) add(e *element) *element {
	e.parent = s.at
	s.at.kids = append(s.at.kids, e)
	return e
}

// within draws what belongs to an element that holds others.
func (p *paper) within(role string, draw func()) {
	if p.tags == nil {
		draw()
		return
	}
	p.tags.at = p.tags.add(&element{role: role})
	draw()
	p.tags.at = p.tags.at.parent
}

// is draws a piece of text that is an element. It must not begin a page.
func (p *paper) is(role string, draw func()) { p.piece(&element{role: role}, draw) }

func (p *paper) piece(e *element, draw func()) {
	if p.tags == nil || p.aside || p.open {
		draw()
		return
	}
	e.page = p.pdf.PageNo()
	e.mark = len(p.tags.marks[e.page])
	p.tags.marks[e.page] = append(p.tags.marks[e.page], p.tags.add(e))
	p.pdf.RawWriteStr("/" + e.role + " <</MCID " + decimal(e.mark) + ">> BDC")
	p.open = true
	draw()
	p.open = false
	p.pdf.RawWriteStr("EMC")
}

// artifact draws what is no part of the text: lines, and what every page repeats.
func (p *paper) artifact(draw func()) {
	if p.tags == nil || p.aside {
		draw()
		return
	}
	p.aside = true
	p.pdf.RawWriteStr("/Artifact BMC")
	draw()
	p.pdf.RawWriteStr("EMC")
	p.aside = false
}
