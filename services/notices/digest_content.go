package notices

import (
	"bytes"
	"context"
	"embed"
	html "html/template"
	"slices"
	"strings"
	"sync"
	text "text/template"
	"time"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/requests"
	"quartermaster/services/words"
)

// digest is what concerns a person now, and what is new of it.
type digest struct {
	Person   *models.Person
	Base     string // of the pages
	in       *words.Printer
	since    time.Time // when the last one was made, in the house's zone
	Standing []standing
	New      []findings
	MoreNew  int64 // findings that are new and not listed
	Waiting  []requests.Waiting
	Waits    int // all that wait
	Coming   []findings
}

// standing is how many findings of a kind stand.
type standing struct {
	Kind  models.FlagKind
	Count int64
}

// findings are some of a kind.
type findings struct {
	Kind  models.FlagKind
	Items []finding
	More  int // of them, not listed
}

type finding struct {
	*models.Flag
	Link string
}

const (
	// newRead is how many new findings are looked at, newest first; listed how many
	// of a kind are in the letter.
	newRead = 200
	listed  = 5
	waits   = 10
	// ahead is how many days what is about to happen is told beforehand.
	ahead = 14
)

// lyingAhead are the kinds of finding about what is about to happen.
var lyingAhead = []models.FlagKind{models.DueSoon, models.Expiring, models.TrainingLapsing, models.WarrantyEnding}

// digestOf reads what concerns the caller, in their part of the book.
func (s *Service) digestOf(ctx context.Context, person *models.Person, since models.Time) (*digest, error) {
	d := &digest{Person: person, Base: s.Settings.Base, in: words.In(person.Language, words.Digits(person.Digits)), since: since.In(s.zone())}
	counts, err := s.Flags.Counts(ctx, flags.Filter{})
	if err != nil {
		return nil, err
	}
	for _, c := range counts {
		d.Standing = append(d.Standing, standing{c.Kind, c.Count})
	}
	fresh, n, err := s.Flags.OpenedSince(ctx, since, newRead)
	if err != nil {
		return nil, err
	}
	today := s.Book.Today()
	for _, kind := range models.FlagKinds {
		d.New = s.group(d.New, kind, slices.DeleteFunc(slices.Clone(fresh), func(f *models.Flag) bool { return f.Kind != kind }))
	}
	d.MoreNew = n - int64(len(fresh))
	inbox, err := s.Requests.Inbox(ctx)
	if err != nil {
		return nil, err
	}
	d.Waits, d.Waiting = inbox.Count, inbox.Items[:min(waits, len(inbox.Items))]
	for _, kind := range lyingAhead {
		coming, err := s.Flags.Coming(ctx, kind, today, today.Plus(ahead), listed+1)
		if err != nil {
			return nil, err
		}
		d.Coming = s.group(d.Coming, kind, coming)
	}
	return d, nil
}

func (s *Service) group(groups []findings, kind models.FlagKind, of []*models.Flag) []findings {
	if len(of) == 0 {
		return groups
	}
	g := findings{Kind: kind, More: max(len(of)-listed, 0)}
	for _, f := range of[:min(listed, len(of))] {
		g.Items = append(g.Items, finding{f, s.linkTo(f)})
	}
	return append(groups, g)
}

// Empty says whether there is nothing to tell.
func (d *digest) Empty() bool {
	return len(d.Standing) == 0 && d.Waits == 0
}

// Subject says in a few words what is in the letter.
func (d *digest) Subject() string {
	var open int64
	for _, s := range d.Standing {
		open += s.Count
	}
	fresh := d.MoreNew
	for _, g := range d.New {
		fresh += int64(len(g.Items) + g.More)
	}
	told := models.Count("%v finding", "%v findings", int(open))
	if fresh > 0 {
		told = models.Say("%v (%v new)", told, fresh)
	}
	if d.Waits > 0 {
		told = models.Say("%v, %v waiting for you", told, d.Waits)
	}
	return d.in.Say("Quartermaster: %v", told)
}

// Since tells when the last one was made.
func (d *digest) Since() string { return d.in.Moment(d.since) }

// Lang and Direction are the attributes of these names.
func (d *digest) Lang() string      { return d.in.Language }
func (d *digest) Direction() string { return d.in.Direction() }

//go:embed templates
var templates embed.FS

// written are the templates of a digest in one language.
type written struct {
	plain  *text.Template
	pretty *html.Template
}

var inLanguages sync.Map // of *words.Printer, as they are first asked for

func templatesIn(p *words.Printer) written {
	if known, ok := inLanguages.Load(p); ok {
		return known.(written) //nolint:errcheck // nothing else is stored
	}
	functions := p.Functions()
	functions["upper"], functions["caps"] = words.UpperFirst, strings.ToUpper
	w := written{text.Must(text.New("digest.txt").Funcs(functions).ParseFS(templates, "templates/digest.txt")),
		html.Must(html.New("digest.html").Funcs(functions).ParseFS(templates, "templates/digest.html"))}
	inLanguages.Store(p, w)
	return w
}

// letter writes the digest as an e-mail.
func (d *digest) letter() (Mail, error) {
	var asText, asHTML bytes.Buffer
	in := templatesIn(d.in)
	if err := in.plain.Execute(&asText, d); err != nil {
		return Mail{}, err
	}
	if err := in.pretty.Execute(&asHTML, d); err != nil {
		return Mail{}, err
	}
	return Mail{Kind: "digest", To: []string{d.Person.Email}, Subject: d.Subject(), Text: asText.String(), HTML: asHTML.String()}, nil
}
