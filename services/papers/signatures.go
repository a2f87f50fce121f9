package papers

import (
	"quartermaster/models"

	"codeberg.org/go-pdf/fpdf"
)

// The boxes for signatures, mm.
const (
	boxGap   = 3
	boxW     = (wide - 2*boxGap) / 3
	boxPad   = 2
	drawingH = 18
	blankH   = 7  // of a line to be filled in by hand
	signH    = 14 // of the line to sign on
)

// box is one place to sign.
type box struct {
	title     string
	signature *models.Signature
	broken    bool
	by        string   // who is to sign
	blanks    []string // what is filled in by hand, beside a signature, where nobody signed
}

// signatures draws the totals, and with them on one page the boxes of both ends and
// of the accounts, so that nobody signs a page that says nothing of the goods.
func (v Voucher) signatures(p *paper) {
	gives, takes := p.t("Handed over"), p.t("Received")
	if v.Kind == models.HandoverVoucher {
		gives, takes = p.t("Handed over for the donor"), p.t("Title and goods received")
	}
	byHand := []string{p.t("Name and rank"), p.t("Service number"), p.t("Date")}
	boxes := []box{
		{gives, v.Outgoing, v.Broken["outgoing"], v.name(v.Sender), byHand},
		{takes, v.Incoming, v.Broken["incoming"], v.name(v.Receiver), byHand},
		{p.t("Accounts (copy)"), nil, false, "", []string{p.t("Ledger and folio"), p.t("Name and rank"), p.t("Date")}},
	}
	set := make([][]words, len(boxes))
	tall := 0.0
	for i, b := range boxes {
		set[i] = p.set(boxW-2*boxPad, v.below(p, b)...)
		h := strong.height() + 2*boxPad
		if b.signature != nil {
			h += drawingH + 1 + height(set[i])
		} else {
			h += height(set[i]) + signH + blankH*float64(len(b.blanks)) + boxPad
		}
		tall = max(tall, h)
	}
	totals := p.set(wide, v.totals(p)...)
	p.room(height(totals) + 3 + tall)
	p.y += p.put(left, p.y, totals) + 3
	for i, b := range boxes {
		v.drawBox(p, left+float64(i)*(boxW+boxGap), tall, b, set[i])
	}
	p.y += tall
}

// below is what stands under a drawn signature, or over the blanks of none.
func (v Voucher) below(p *paper, b box) []words {
	s := b.signature
	if s == nil && b.by == "" {
		return nil
	}
	if s == nil {
		return []words{{p.t("to be signed by %v", b.by), small}}
	}
	var texts []words
	if b.broken {
		texts = append(texts, words{p.t("DOES NOT MATCH WHAT WAS SIGNED"), style{7.5, true, red}})
	}
	texts = append(texts, words{join(" ", s.Rank, s.Name), strong})
	if s.ServiceNumber != "" {
		texts = append(texts, words{p.t("service number %v", s.ServiceNumber), plain})
	}
	texts = append(texts, words{p.how(s.Method), plain}, words{p.when(s.At, v.Zone), plain})
	if s.TakenBy != "" && s.TakenBy != s.Person {
		texts = append(texts, words{p.t("taken by %v", v.name(s.TakenBy)), small})
	}
	return append(texts, words{s.Hash, tiny})
}

func (p *paper) how(method string) string {
	switch method {
	case "drawn":
		return p.t("signed by hand on screen")
	case "pin":
		return p.t("signed by PIN")
	case "account":
		return p.t("signed in")
	}
	return method
}

func (v Voucher) drawBox(p *paper, x, tall float64, b box, set []words) {
	frame, thick := grey, 0.2
	if b.broken {
		frame, thick = red, 0.6
	}
	p.pen(frame, thick)
	p.rect(x, p.y, boxW, tall, "D")
	p.say(x+boxPad, p.y+boxPad, words{b.title, strong})
	y := p.y + boxPad + strong.height()
	if b.signature != nil {
		p.sign(x+boxPad, y, boxW-2*boxPad, drawingH, b.signature)
		p.put(x+boxPad, y+drawingH+1, set)
		return
	}
	y += p.put(x+boxPad, y, set)
	for i, blank := range append([]string{p.t("Signature")}, b.blanks...) {
		y += blankH
		if i == 0 {
			y += signH - blankH
		}
		label := words{blank, small}
		p.say(x+boxPad, y-small.height()-0.4, label)
		from := x + boxPad + p.width(label) + 1.5
		p.pen(grey, 0.12)
		p.line(from, y-0.6, x+boxW-boxPad, y-0.6)
	}
}

// sign draws a signature as large as a box allows; of one by PIN or account it says
// so instead.
func (p *paper) sign(x, y, w, h float64, s *models.Signature) {
	if s.Drawing == "" {
		p.put(x, y+h/2-2.5, p.set(w, words{p.how(s.Method), style{size: 11}}))
		return
	}
	drawn, err := fpdf.SVGBasicParse([]byte(s.Drawing))
	if err != nil || len(drawn.Paths) == 0 {
		p.say(x, y+h/2-2.5, words{p.t("the drawing cannot be read"), style{9, false, red}})
		return
	}
	if p.loose() {
		p.piece(&element{role: "Figure", alt: p.t("Signature")}, func() { p.sign(x, y, w, h, s) })
		return
	}
	scale := min(w/drawn.Wd, h/drawn.Ht)
	x = p.from(x, w)
	p.pen(black, 0.35)
	p.pdf.SetLineCapStyle("round")
	p.pdf.SetLineJoinStyle("round")
	p.pdf.ClipRect(x, y, w, h, false)
	p.pdf.SetXY(x, y)
	p.pdf.SVGBasicDraw(&drawn, scale, "D")
	p.pdf.DrawPath("D") // a stroke that is not closed is not drawn yet
	p.pdf.ClipEnd()
	p.pdf.SetLineCapStyle("butt")
	p.pdf.SetLineJoinStyle("miter")
}
