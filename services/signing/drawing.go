// Package signing takes in what people sign with.
package signing

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"quartermaster/models"
)

// LargestDrawing is the most that a drawn signature may hold, in bytes.
const LargestDrawing = 100 << 10

// A pad is measured in its own units, mostly CSS pixels.
const (
	smallestPad = 10
	largestPad  = 10_000
	farthest    = 100_000 // that a stroke may go from the pad's corner
)

const namespace = "http://www.w3.org/2000/svg"

// paint are the attributes that say how a stroke looks. They are dropped: every
// signature is kept black on nothing.
var paint = []string{"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"}

// Drawing reads the SVG that a signature pad drew and returns the same strokes as
// a small SVG of one path, in absolute M, L, C, Q and Z with one decimal. It takes
// svg, g and path elements and nothing else, so that what it returns may stand in
// a page; anything more is refused as Invalid, for the field "signature". What it
// returned it returns again unchanged.
func Drawing(svg string) (clean string, err error) {
	if len(svg) > LargestDrawing {
		return "", tooLarge()
	}
	var d drawing
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", refuse("is no drawing that can be read").Because(err)
		}
		if err := d.take(token); err != nil {
			return "", err
		}
	}
	if !d.begun {
		return "", refuse("is empty")
	}
	strokes := d.path.String()
	if strokes == "" {
		return "", refuse("is empty")
	}
	w, h := decimal(d.w), decimal(d.h)
	clean = `<svg xmlns="` + namespace + `" width="` + w + `" height="` + h + `" viewBox="0 0 ` + w + " " + h +
		`"><path d="` + strokes + `" fill="none" stroke="#000" stroke-width="2.2" stroke-linecap="round"/></svg>`
	if len(clean) > LargestDrawing {
		return "", tooLarge()
	}
	return clean, nil
}

func refuse(format string, args ...any) *models.Error {
	return models.Refuse(models.Invalid, "signature", format, args...)
}

func tooLarge() error {
	return refuse("is larger than %d KB; clear it and sign again with fewer strokes", LargestDrawing>>10)
}

// decimal writes a coordinate to a tenth.
func decimal(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 {
		v = 0 // and not -0
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// drawing is what has been read of one.
type drawing struct {
	begun      bool
	depth      int
	inPath     bool
	x, y, w, h float64 // the pad
	path       path
}

func (d *drawing) take(token xml.Token) error {
	switch token := token.(type) {
	case xml.StartElement:
		return d.open(token)
	case xml.EndElement:
		d.depth--
		d.inPath = false
	case xml.CharData:
		if strings.TrimSpace(string(token)) != "" {
			return refuse("may hold strokes only, no text")
		}
	case xml.ProcInst:
		if token.Target != "xml" || d.begun {
			return refuse("may hold strokes only, no instructions")
		}
	case xml.Directive:
		return refuse("may hold strokes only, no document type")
	case xml.Comment:
		return refuse("may hold strokes only, no comments")
	}
	return nil
}

func (d *drawing) open(e xml.StartElement) error {
	if e.Name.Space != "" && e.Name.Space != namespace {
		return refuse("may hold elements of SVG only")
	}
	if (d.depth == 0) != (e.Name.Local == "svg") || (d.depth == 0 && d.begun) {
		return refuse("must be one svg element that holds strokes")
	}
	if d.inPath {
		return refuse("may hold nothing within a path")
	}
	d.depth++
	switch e.Name.Local {
	case "svg":
		d.begun = true
		return d.pad(e.Attr)
	case "g":
		_, err := attributes(e)
		return err
	case "path":
		found, err := attributes(e, "d")
		if err != nil {
			return err
		}
		d.inPath = true
		return d.path.read(found["d"], d.x, d.y)
	}
	return refuse("may hold strokes only, not a %.20q element", e.Name.Local)
}

// attributes returns those that are wanted and refuses any that are neither
// wanted nor paint.
func attributes(e xml.StartElement, wanted ...string) (map[string]string, error) {
	found := map[string]string{}
	for _, a := range e.Attr {
		name := a.Name.Local
		switch {
		case a.Name.Space == "xmlns" || a.Name.Space == "" && name == "xmlns":
		case a.Name.Space != "" || !slices.Contains(wanted, name) && !slices.Contains(paint, name):
			return nil, refuse("may not have the attribute %.20q", name)
		default:
			if _, twice := found[name]; twice {
				return nil, refuse("has the attribute %.20q twice", name)
			}
			found[name] = a.Value
		}
	}
	return found, nil
}

// pad reads how large the pad was: its viewBox, else its width and height.
func (d *drawing) pad(attr []xml.Attr) error {
	found, err := attributes(xml.StartElement{Attr: attr}, "width", "height", "viewBox", "version")
	if err != nil {
		return err
	}
	box := []string{"0", "0", strings.TrimSuffix(found["width"], "px"), strings.TrimSuffix(found["height"], "px")}
	if given := found["viewBox"]; given != "" {
		box = strings.FieldsFunc(given, separates)
	}
	if len(box) != 4 {
		return refuse("has a viewBox that is not four numbers")
	}
	for i, into := range []*float64{&d.x, &d.y, &d.w, &d.h} {
		v, err := strconv.ParseFloat(box[i], 64)
		if err != nil || !(math.Abs(v) <= largestPad) {
			return refuse("must say how large its pad is, at most %d by %d", largestPad, largestPad)
		}
		*into = v
	}
	if d.w < smallestPad || d.h < smallestPad {
		return refuse("must be at least %d by %d", smallestPad, smallestPad)
	}
	return nil
}
