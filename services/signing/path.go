package signing

import (
	"math"
	"strconv"
	"strings"
)

// path is what the strokes of a drawing become.
type path struct {
	out     strings.Builder
	x, y    float64 // where the pen is, on the pad as it was given
	left    float64 // the pad's corner
	top     float64
	startX  float64
	startY  float64
	pending bool // the pen was moved and has drawn nothing since
}

func (p *path) String() string { return p.out.String() }

// arguments is how many numbers each command takes.
var arguments = map[byte]int{'M': 2, 'L': 2, 'C': 6, 'Q': 4, 'H': 1, 'V': 1, 'Z': 0}

// read adds a path's d attribute, on a pad whose corner is at left, top.
func (p *path) read(d string, left, top float64) error {
	p.left, p.top, p.x, p.y, p.pending = left, top, 0, 0, false
	s := scanner{text: d}
	for first := true; s.more(); first = false {
		letter := s.text[s.at]
		command := letter &^ 0x20
		count, known := arguments[command]
		if !known {
			return refuse("has a stroke with something other than M, L, C, Q, H, V and Z")
		}
		if first && command != 'M' {
			return refuse("has a stroke that does not begin with M")
		}
		s.at++
		if count == 0 {
			p.shut()
			continue
		}
		for again := true; again; again = s.number() {
			var n [6]float64
			for i := range count {
				v, err := s.next()
				if err != nil {
					return err
				}
				n[i] = v
			}
			if err := p.do(command, letter >= 'a', n); err != nil {
				return err
			}
			if command == 'M' {
				command = 'L' // further pairs after a move are lines
			}
		}
	}
	return nil
}

func (p *path) do(command byte, relative bool, n [6]float64) error {
	x, y := 0.0, 0.0
	if relative {
		x, y = p.x, p.y
	}
	switch command {
	case 'H':
		n[0], n[1], command = n[0]+x, p.y, 'L'
	case 'V':
		n[0], n[1], command = p.x, n[0]+y, 'L'
	default:
		for i := range n {
			if i%2 == 0 {
				n[i] += x
			} else {
				n[i] += y
			}
		}
	}
	count := arguments[command]
	for _, v := range n[:count] {
		if !(math.Abs(v) <= farthest) {
			return refuse("has a stroke that leaves the pad by far")
		}
	}
	p.x, p.y = n[count-2], n[count-1]
	if command == 'M' {
		p.startX, p.startY, p.pending = p.x, p.y, true
		return nil
	}
	p.begin()
	p.write(command, n[:count])
	return nil
}

// begin writes the move that comes before what is drawn.
func (p *path) begin() {
	if p.pending {
		p.write('M', []float64{p.startX, p.startY})
		p.pending = false
	}
}

// shut draws back to where the stroke began; what comes next begins there too.
func (p *path) shut() {
	p.x, p.y = p.startX, p.startY
	if !p.pending {
		p.out.WriteByte('Z')
		p.pending = true
	}
}

func (p *path) write(command byte, n []float64) {
	p.out.WriteByte(command)
	for i, v := range n {
		if i > 0 {
			p.out.WriteByte(' ')
		}
		corner := p.left
		if i%2 == 1 {
			corner = p.top
		}
		p.out.WriteString(decimal(v - corner))
	}
}

// scanner reads the commands and numbers of a path as SVG 1.1, 8.3.9 writes them.
type scanner struct {
	text string
	at   int
}

func separates(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' || r == '\r' }

// more skips what separates and says whether anything follows.
func (s *scanner) more() bool {
	for s.at < len(s.text) && separates(rune(s.text[s.at])) {
		s.at++
	}
	return s.at < len(s.text)
}

// number says whether a number follows.
func (s *scanner) number() bool {
	return s.more() && strings.IndexByte("+-.0123456789", s.text[s.at]) >= 0
}

func (s *scanner) next() (float64, error) {
	s.more()
	from := s.at
	s.sign()
	s.digits()
	if s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
		s.digits()
	}
	if s.at < len(s.text) && s.text[s.at]|0x20 == 'e' {
		s.at++
		s.sign()
		s.digits()
	}
	v, err := strconv.ParseFloat(s.text[from:s.at], 64)
	if err != nil {
		return 0, refuse("has a stroke with a number missing").Because(err)
	}
	return v, nil
}

func (s *scanner) sign() {
	if s.at < len(s.text) && (s.text[s.at] == '+' || s.text[s.at] == '-') {
		s.at++
	}
}

func (s *scanner) digits() {
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
}
