package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"quartermaster/models"
	"quartermaster/services/words"
)

// refusedForm is a page that shows a refusal: within the form that was sent, each matter
// stands beside the field that it is about, what was typed is kept, and the first
// field that is wrong has the focus. Whichever page and form it is: templates say
// nothing of what may be wrong.
//
// A field is found by its name, or where the services call it otherwise by data-of.
type refusedForm struct {
	page  *html.Node
	form  *html.Node // nil when the page does not show the form any more
	in    *words.Printer
	wrong int // fields that were marked
}

// beside puts the refusal of what c sent into the page that answers it.
func beside(page []byte, c *fiber.Ctx, refusal *models.Error, in *words.Printer) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("web: a page that is refused: %w", err)
	}
	was := sent(c)
	f := &refusedForm{page: doc, form: formSentTo(doc, was), in: in}
	for _, control := range f.controls() {
		keep(control, was.typed[attr(control, "name")])
	}
	f.tell(refusal)
	var marked bytes.Buffer
	if err := html.Render(&marked, doc); err != nil {
		return nil, fmt.Errorf("web: a page that is refused: %w", err)
	}
	return marked.Bytes(), nil
}

// typedIn is what a form was sent with.
func typedIn(c *fiber.Ctx) url.Values {
	typed := url.Values{}
	add := func(name, value []byte) { typed.Add(string(name), string(value)) }
	c.Context().QueryArgs().VisitAll(add)
	c.Request().PostArgs().VisitAll(add)
	for name, value := range uploaded(c).Values {
		typed.Add(name, value)
	}
	return typed
}

// formSentTo finds the form that was sent; of several to one address, the one whose hidden
// fields say what it sent.
func formSentTo(doc *html.Node, to sentForm) *html.Node {
	var found *html.Node
	most := -1
	for n := range doc.Descendants() {
		if n.DataAtom != atom.Form || !strings.EqualFold(cmp.Or(attr(n, "method"), fiber.MethodGet), to.method) || !leadsTo(n, to.path) {
			continue
		}
		same := 0
		for i := range n.Descendants() {
			if value, sent := to.typed[attr(i, "name")]; sent && attr(i, "type") == "hidden" && slices.Contains(value, attr(i, "value")) {
				same++
			}
		}
		if same > most {
			found, most = n, same
		}
	}
	return found
}

// leadsTo says whether a form, or a button of it, is sent to a path.
func leadsTo(form *html.Node, path string) bool {
	to := func(address string) bool {
		at, err := url.Parse(address)
		return err == nil && at.Path == path
	}
	if to(attr(form, "action")) {
		return true
	}
	for n := range form.Descendants() {
		if n.DataAtom == atom.Button && has(n, "formaction") && to(attr(n, "formaction")) {
			return true
		}
	}
	return false
}

// controls are what one fills in of the form, and what stands for such in other ways.
func (f *refusedForm) controls() []*html.Node {
	if f.form == nil {
		return nil
	}
	var all []*html.Node
	id := attr(f.form, "id")
	for n := range f.page.Descendants() {
		switch n.DataAtom {
		case atom.Input, atom.Select, atom.Textarea:
			if attr(n, "type") == "hidden" && !has(n, "data-of") {
				continue
			}
		default:
			if !has(n, "data-of") {
				continue
			}
		}
		if within(n, f.form) || id != "" && attr(n, "form") == id {
			all = append(all, n)
		}
	}
	return all
}

// keep fills a control as it was sent; passwords and files are given anew.
func keep(control *html.Node, typed []string) {
	switch control.DataAtom {
	case atom.Select:
		if typed == nil {
			return
		}
		for o := range control.Descendants() {
			if o.DataAtom == atom.Option {
				mark(o, "selected", slices.Contains(typed, valueOf(o)))
			}
		}
	case atom.Textarea:
		if typed == nil {
			return
		}
		for control.FirstChild != nil {
			control.RemoveChild(control.FirstChild)
		}
		control.AppendChild(&html.Node{Type: html.TextNode, Data: typed[0]})
	case atom.Input:
		switch attr(control, "type") {
		case "checkbox", "radio": // of which an empty one is not sent
			mark(control, "checked", slices.Contains(typed, cmp.Or(attr(control, "value"), "on")))
		case "password", "file", "submit":
		default:
			if typed != nil {
				set(control, "value", typed[0])
			}
		}
	}
}

// tell says what is wrong at the head of the form, each matter leading to its field, and
// again beside that.
func (f *refusedForm) tell(refusal *models.Error) {
	for n := range f.page.Descendants() {
		mark(n, "autofocus", false)
	}
	note := element(atom.Div, "class", "note bad", "role", "alert", "tabindex", "-1")
	head := element(atom.Strong)
	if len(refusal.Details) > 1 && refusal.Details[0].Line == 0 && refusal.Details[0].Message == refusal.Message {
		head.AppendChild(text(f.in.Say("To be put right"))) // the first matter is among them
	} else {
		f.matter(head, refusal.Field, refusal)
	}
	note.AppendChild(head)
	list := element(atom.Ul)
	for _, d := range refusal.Details {
		if len(refusal.Details) == 1 && d.Line == 0 && d.Message == refusal.Message {
			break // the head says it
		}
		item := element(atom.Li)
		if d.Line > 0 { // of a table, which has no fields
			item.AppendChild(containing(element(atom.Span, "class", "tag"), f.in.Say("line %v", d.Line)))
			item.AppendChild(text(" "))
			if d.Field != "" {
				item.AppendChild(containing(element(atom.B), d.Field))
				item.AppendChild(text(": "))
			}
			item.AppendChild(text(f.in.Tell(d)))
		} else {
			f.matter(item, d.Field, d)
		}
		list.AppendChild(item)
	}
	if list.FirstChild != nil {
		note.AppendChild(list)
	}
	f.place(note)
	for n := range f.page.Descendants() {
		if n == note && f.wrong == 0 || strings.Contains(attr(n, "aria-describedby"), "wrong-") {
			mark(n, "autofocus", true)
			return
		}
	}
}

// matter writes one matter into to, and beside the field that it is about.
func (f *refusedForm) matter(to *html.Node, field string, what any) {
	sentence := f.in.Tell(what)
	control := f.control(field)
	if control == nil {
		to.AppendChild(text(words.UpperFirst(sentence)))
		return
	}
	f.wrong++
	told := fmt.Sprintf("wrong-%d", f.wrong)
	if attr(control, "id") == "" {
		set(control, "id", fmt.Sprintf("field-%d", f.wrong))
	}
	link := element(atom.A, "href", "#"+attr(control, "id"))
	to.AppendChild(link)
	if label := f.label(control); label != "" && !strings.HasPrefix(sentence, label) {
		link.AppendChild(text(label))
		to.AppendChild(text(": " + sentence))
	} else {
		link.AppendChild(text(words.UpperFirst(sentence)))
	}
	if control.DataAtom != atom.Canvas {
		set(control, "aria-invalid", "true")
	}
	set(control, "aria-describedby", strings.TrimSpace(attr(control, "aria-describedby")+" "+told))
	f.open(control)
	f.stand(control, containing(element(atom.Span, "class", "wrong", "id", told), words.UpperFirst(sentence)))
}

// open opens what a part of the page is folded away in.
func (f *refusedForm) open(n *html.Node) {
	for ; n != nil; n = n.Parent {
		if n.DataAtom == atom.Details {
			mark(n, "open", true)
		}
	}
}

// control finds the field that the services call so: by its name, by that of the whole
// of which it is a part, or without that of the document in which it lies.
func (f *refusedForm) control(field string) *html.Node {
	controls := f.controls()
	for field != "" {
		for name := field; name != ""; name = name[:max(0, strings.LastIndexAny(name, ".["))] {
			if at := slices.IndexFunc(controls, func(n *html.Node) bool {
				return attr(n, "name") == name && attr(n, "type") != "checkbox" || slices.Contains(strings.Fields(attr(n, "data-of")), name)
			}); at >= 0 {
				return controls[at]
			}
			if at := slices.IndexFunc(controls, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "name"), name+".") }); at >= 0 {
				return controls[at]
			}
		}
		_, field, _ = strings.Cut(field, ".")
	}
	return nil
}

// label is what the page calls a control.
func (f *refusedForm) label(control *html.Node) string {
	if id := attr(control, "id"); id != "" {
		for n := range f.page.Descendants() {
			if n.DataAtom == atom.Label && attr(n, "for") == id {
				return spoken(n)
			}
		}
	}
	for n := control.Parent; n != nil && n != f.form; n = n.Parent {
		if n.DataAtom == atom.Label && attr(control, "type") != "radio" {
			return spoken(n)
		}
	}
	if label := attr(control, "aria-label"); label != "" {
		return label
	}
	for n := control.Parent; n != nil && n != f.form; n = n.Parent {
		for part := range n.ChildNodes() {
			if part.DataAtom == atom.Legend || hasClass(part, "label") {
				return spoken(part)
			}
		}
	}
	return attr(control, "placeholder")
}

// stand puts what is wrong below its control.
func (f *refusedForm) stand(control, told *html.Node) {
	after := control
	for n := control.Parent; n != nil && n != f.form; n = n.Parent {
		if hasClass(n, "field") || n.DataAtom == atom.Td {
			set(n, "class", strings.TrimSpace(attr(n, "class")+" bad"))
			n.AppendChild(told)
			return
		}
		if n.DataAtom == atom.Label || hasClass(n, "signpad") {
			after = n
		}
	}
	after.Parent.InsertBefore(told, after.NextSibling)
}

// place puts the note at the head of the form, or of the page.
func (f *refusedForm) place(note *html.Node) {
	if f.form != nil {
		before := f.form.FirstChild
		for before != nil && (before.Type != html.ElementNode || attr(before, "type") == "hidden") {
			before = before.NextSibling
		}
		if hasClass(f.form, "filters") || hasClass(f.form, "report-filters") {
			f.form.Parent.InsertBefore(note, f.form)
			return
		}
		f.open(f.form)
		f.form.InsertBefore(note, before)
		return
	}
	for n := range f.page.Descendants() {
		if n.DataAtom != atom.Main {
			continue
		}
		at := n
		for part := range n.ChildNodes() {
			if hasClass(part, "door") {
				at = part
				break
			}
		}
		before := at.FirstChild
		for before != nil && (before.Type != html.ElementNode || hasClass(before, "head") || before.DataAtom == atom.H1 || before.DataAtom == atom.A) {
			before = before.NextSibling
		}
		at.InsertBefore(note, before)
		return
	}
}

func element(kind atom.Atom, attributes ...string) *html.Node {
	n := &html.Node{Type: html.ElementNode, DataAtom: kind, Data: kind.String()}
	for i := 0; i+1 < len(attributes); i += 2 {
		set(n, attributes[i], attributes[i+1])
	}
	return n
}

func text(data string) *html.Node { return &html.Node{Type: html.TextNode, Data: data} }

func containing(n *html.Node, data string) *html.Node {
	n.AppendChild(text(data))
	return n
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

func set(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

// mark gives an attribute that needs no value, or takes it away.
func mark(n *html.Node, key string, is bool) {
	if is {
		set(n, key, "")
		return
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func within(n, in *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == in {
			return true
		}
	}
	return false
}

// valueOf is what an option sends.
func valueOf(option *html.Node) string {
	if has(option, "value") {
		return attr(option, "value")
	}
	return spoken(option)
}

// spoken is what is read aloud of a node.
func spoken(n *html.Node) string {
	var said strings.Builder
	var read func(*html.Node)
	read = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			said.WriteString(n.Data)
		case attr(n, "aria-hidden") == "true" || hasClass(n, "hint"), n.DataAtom == atom.Select, n.DataAtom == atom.Textarea:
		default:
			for part := range n.ChildNodes() {
				read(part)
			}
		}
	}
	read(n)
	return strings.Join(strings.Fields(said.String()), " ")
}
