package papers

import (
	"fmt"
	"io"
	"strings"
	"time"

	"quartermaster/models"
	tongues "quartermaster/services/words"
)

// Voucher is a voucher as it is printed.
type Voucher struct {
	*models.Voucher
	FromName, ToName string
	Names            map[string]string // a person's code to "Rank Name"
	Address          string            // that the QR code carries; "" prints none
	Issued           models.Time       // when it is printed
	Zone             *time.Location    // of the times on it; nil is UTC
	Broken           map[string]bool   // "outgoing", "incoming": the signature no longer matches
	Voice            tongues.Voice     // in whose language it is; nothing is English
	Hidden           int               // lines that are left out, because other donors paid for them
}

var titles = map[models.VoucherKind]models.Text{
	models.IssueVoucher:    models.Say("Store issue and receipt voucher"),
	models.ReturnVoucher:   models.Say("Return voucher"),
	models.TransferVoucher: models.Say("Transfer voucher"),
	models.HandoverVoucher: models.Say("Donor handover and transfer of title"),
	models.LoanVoucher:     models.Say("Loan voucher"),
	models.TakingOver:      models.Say("Handing and taking over certificate"),
}

var stamps = map[models.VoucherState]colour{
	models.Draft:          grey,
	models.Underway:       blue,
	models.Accepted:       green,
	models.AcceptedInPart: amber,
	models.Refused:        red,
	models.Cancelled:      red,
}

// Write writes the voucher as a PDF.
func (v Voucher) Write(w io.Writer) error {
	p, err := v.draw()
	if err != nil {
		return err
	}
	return p.write(w)
}

func (v Voucher) draw() (*paper, error) {
	voice := speaking(v.Voice)
	v.Voice = voice
	p := newPaper(voice, v.title(), v.Number, voice[0].Say("printed %v from the property book", when(voice, v.Issued, v.Zone)), v.Issued)
	p.head = func() {
		p.say(left, p.y, words{p.t("%v %v", titleOf(v.Kind), readable(v.Number)), strong})
		p.sayRight(right, p.y, words{v.stamp(), style{8.5, true, stamps[v.State]}})
		p.y += 7
	}
	p.newPage()
	if err := v.opening(p); err != nil {
		return nil, err
	}
	v.facts(p)
	v.table(p)
	v.signatures(p)
	return p, nil
}

func (v Voucher) title() string {
	return v.Voice.Tell(titleOf(v.Kind))
}

func titleOf(kind models.VoucherKind) models.Text {
	if title := titles[kind]; !title.Empty() {
		return title
	}
	return models.Say("Voucher")
}

// speaking is the voice of a paper, English where none was chosen.
func speaking(v tongues.Voice) tongues.Voice {
	if len(v) == 0 {
		return tongues.Speaking(tongues.English, tongues.Western)
	}
	return v
}

func (v Voucher) stamp() string { return strings.ToUpper(v.Voice.Tell(v.State)) }

// opening draws the title, the number, the state and the code.
func (v Voucher) opening(p *paper) error {
	beside := wide
	under := p.y
	if v.Address != "" {
		at, err := p.code(v.Address)
		if err != nil {
			return err
		}
		does := models.Say("scan to accept")
		if v.Settled() {
			does = models.Say("scan to look up")
		}
		under = at.under(p, p.paragraphs(does, style{size: 7.5, bold: true}))
		beside = at.x - at.quiet - left
	}
	y := p.y + 2
	y += p.put(left, y, p.set(beside, append(p.paragraphs(titleOf(v.Kind), style{size: 17, bold: true}), words{v.Number, style{size: 13}})...))
	p.y = max(under, v.drawStamp(p, y+2.5)+4)
	return nil
}

// drawStamp draws the state in a frame as a rubber stamp does, and returns where
// the frame ends.
func (v Voucher) drawStamp(p *paper, y float64) float64 {
	c := stamps[v.State]
	word := words{v.stamp(), style{12, true, c}}
	w, h := p.width(word)+8, word.height()+3
	p.pen(c, 0.7)
	p.rect(left+0.35, y, w, h, "D")
	p.pen(c, 0.2)
	p.rect(left+1.25, y+0.9, w-1.8, h-1.8, "D")
	p.say(left+0.35+4, y+1.6, word)
	return y + h
}

// fact is a field of the form.
type fact struct{ label, value string }

// facts draws who, when and why, in two columns, and the note below them.
func (v Voucher) facts(p *paper) {
	from, to := p.t("From"), p.t("To")
	if v.Kind == models.HandoverVoucher {
		from = p.t("From the donor")
	}
	raised := p.when(v.RaisedAt, v.Zone)
	switch by := v.name(v.RaisedBy); {
	case by != "" && len(p.voice) == 1:
		raised = p.t("%v, by %v", raised, by)
	case by != "":
		raised += " · " + by
	}
	facts := []fact{
		{from, unit(v.FromName, v.From)}, {to, unit(v.ToName, v.To)},
		{p.t("Handed over by"), v.name(v.Sender)}, {p.t("Received by"), v.name(v.Receiver)},
		{p.t("Raised"), raised},
	}
	for _, f := range []fact{
		{p.t("Due back"), p.day(v.DueBack)}, {p.t("Operation"), v.Operation}, {p.t("Agreement"), v.Agreement}, {p.t("On request"), v.Request}, {p.t("Reason"), v.Reason},
	} {
		if f.value != "" {
			facts = append(facts, f)
		}
	}
	const gap = 6
	column := (wide - gap) / 2
	for len(facts) > 0 {
		row := facts[:min(2, len(facts))]
		facts = facts[len(row):]
		var cells [][]words
		tall := 0.0
		for _, f := range row {
			if f.value == "" {
				f.value = "–"
			}
			cells = append(cells, p.set(column, words{f.label, small}, words{f.value, style{size: 9.5}}))
			tall = max(tall, height(cells[len(cells)-1]))
		}
		p.room(tall + 2)
		for i, cell := range cells {
			p.put(left+float64(i)*(column+gap), p.y, cell)
		}
		p.y += tall + 2
	}
	if v.Note != "" {
		p.flow(left, wide, words{p.t("Note"), small}, words{strings.TrimSpace(v.Note), plain})
		p.y += 2
	}
	p.y += 1
}

func (v Voucher) name(code string) string {
	if name := v.Names[code]; name != "" {
		return name
	}
	return code
}

func unit(name, code string) string {
	if name == "" || name == code {
		return code
	}
	return fmt.Sprintf("%s (%s)", name, code)
}

// join puts texts together, leaving out those that are empty.
func join(with string, texts ...string) string {
	var all []string
	for _, text := range texts {
		if text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, with)
}
