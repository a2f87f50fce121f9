// Package signing takes signatures that are drawn on a screen.
package signing

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"quartermaster/models"
)

// LargestDrawing is the most that a drawn signature may hold, in bytes.
const LargestDrawing = 100 << 10

// mostSize bounds the width and height of a drawing, in pixels.
const mostSize = 10_000

// Drawing checks an SVG that a signature pad drew and writes it anew: nothing but
// strokes (paths of lines and curves at absolute places, SVG 1.1 section 8.3)
// within a frame. Whatever else an SVG can hold is refused.
func Drawing(svg string) (string, error) {
	if len(svg) > LargestDrawing {
		return "", models.Refuse(models.Invalid, "signature", "is larger than %d KB; clear it and sign again", LargestDrawing>>10)
	}
	d := &drawing{}
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", models.Refuse(models.Invalid, "signature", "cannot be read as SVG").Because(err)
		}
		if err := d.take(token); err != nil {
			return "", err
		}
	}
	return d.write()
}

type drawing struct {
	width, height float64
	strokes       []string
}

func foreign(what string) error {
	return models.Refuse(models.Invalid, "signature", "holds %s; a signature is made of strokes alone", what)
}

func (d *drawing) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "svg":
			return d.frame(t)
		case "g":
			return allowed(t)
		case "path":
			if err := allowed(t); err != nil {
				return err
			}
			path, err := strokes(attribute(t, "d"))
			if path != "" {
				d.strokes = append(d.strokes, path)
			}
			return err
		}
		return foreign("<" + t.Name.Local + ">")
	case xml.CharData:
		if strings.TrimSpace(string(t)) != "" {
			return foreign("text")
		}
	case xml.Directive, xml.ProcInst:
		return foreign("a declaration")
	}
	return nil
}

var looks = " d fill stroke stroke-width stroke-linecap stroke-linejoin xmlns width height viewBox "

// allowed refuses attributes that do more than say how a stroke looks; how it
// looks is decided here.
func allowed(e xml.StartElement) error {
	for _, a := range e.Attr {
		if !strings.Contains(looks, " "+a.Name.Local+" ") || a.Name.Space != "" {
			return foreign("the attribute " + a.Name.Local)
		}
	}
	return nil
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (d *drawing) frame(e xml.StartElement) error {
	if err := allowed(e); err != nil {
		return err
	}
	if d.width != 0 {
		return foreign("a drawing within the drawing")
	}
	sizes := []string{attribute(e, "width"), attribute(e, "height")}
	if box := strings.Fields(strings.ReplaceAll(attribute(e, "viewBox"), ",", " ")); len(box) == 4 {
		sizes = box[2:]
	}
	for i, to := range []*float64{&d.width, &d.height} {
		n, err := strconv.ParseFloat(strings.TrimSuffix(sizes[i], "px"), 64)
		if err != nil || !(n >= 1 && n <= mostSize) {
			return models.Refuse(models.Invalid, "signature", "must say its width and height, 1 to %d", mostSize)
		}
		*to = n
	}
	return nil
}

// operands is how many numbers each command of a path takes.
var operands = map[byte]int{'M': 2, 'L': 2, 'C': 6, 'Q': 4, 'Z': 0}

// strokes reads a path and writes it with one command a step and at most one
// decimal.
func strokes(path string) (string, error) {
	var b strings.Builder
	rest := strings.TrimSpace(strings.ReplaceAll(path, ",", " "))
	drawn := false
	for first := true; rest != ""; first = false {
		command := rest[0]
		n, known := operands[command]
		if !known || first && command != 'M' {
			return "", foreign("a path of other than M, L, C, Q and Z")
		}
		end := strings.IndexAny(rest[1:], "MLCQZ")
		if end < 0 {
			end = len(rest) - 1
		}
		numbers := strings.Fields(rest[1 : 1+end])
		rest = rest[1+end:]
		if n == 0 && len(numbers) > 0 || n > 0 && (len(numbers) == 0 || len(numbers)%n != 0) {
			return "", foreign("a path that breaks off")
		}
		drawn = drawn || command != 'M'
		for at := 0; at == 0 || at < len(numbers); at += max(n, 1) {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			if command == 'M' && at > 0 { // further pairs of a move are lines
				command, drawn = 'L', true
			}
			b.WriteByte(command)
			for _, text := range numbers[at:min(at+n, len(numbers))] {
				x, err := strconv.ParseFloat(text, 64)
				if err != nil || !(x >= -mostSize && x <= mostSize) {
					return "", foreign("a place that is no number within the frame")
				}
				b.WriteByte(' ')
				b.WriteString(decimal(x))
			}
		}
	}
	if !drawn {
		return "", nil
	}
	return b.String(), nil
}

func decimal(x float64) string {
	text := strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
	if text == "-0" {
		return "0"
	}
	return text
}

func (d *drawing) write() (string, error) {
	if d.width == 0 || len(d.strokes) == 0 {
		return "", models.Refuse(models.Invalid, "signature", "is empty; sign in the box, or give a PIN")
	}
	w, h := decimal(d.width), decimal(d.height)
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + w + `" height="` + h + `" viewBox="0 0 ` + w + " " + h + `">`)
	for _, s := range d.strokes {
		b.WriteString(`<path d="` + s + `" fill="none" stroke="#000" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>`)
	}
	b.WriteString("</svg>")
	return b.String(), nil
}
