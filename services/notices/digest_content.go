package notices

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	html "html/template"
	"slices"
	"strings"
	text "text/template"
	"time"

	"quartermaster/models"
	"quartermaster/services/flags"
	"quartermaster/services/requests"
)

// digest is what concerns a person now, and what is new of it.
type digest struct {
	Person   *models.Person
	Base     string // of the pages
	Since    string // when the last one was made, in the house's zone
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
	d := &digest{Person: person, Base: s.Settings.Base, Since: since.In(s.zone()).Format("Monday 2 January, 15:04")}
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
	subject := fmt.Sprintf("Quartermaster: %s", counted(open, "finding", "findings"))
	if fresh > 0 {
		subject += fmt.Sprintf(" (%d new)", fresh)
	}
	if d.Waits > 0 {
		subject += fmt.Sprintf(", %d waiting for you", d.Waits)
	}
	return subject
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

//go:embed templates
var templates embed.FS

var (
	functions = map[string]any{"day": shortDay, "upper": upperFirst}
	plain     = text.Must(text.New("digest.txt").Funcs(functions).ParseFS(templates, "templates/digest.txt"))
	pretty    = html.Must(html.New("digest.html").Funcs(functions).ParseFS(templates, "templates/digest.html"))
)

// letter writes the digest as an e-mail.
func (d *digest) letter() (Mail, error) {
	var asText, asHTML bytes.Buffer
	if err := plain.Execute(&asText, d); err != nil {
		return Mail{}, err
	}
	if err := pretty.Execute(&asHTML, d); err != nil {
		return Mail{}, err
	}
	return Mail{Kind: "digest", To: []string{d.Person.Email}, Subject: d.Subject(), Text: asText.String(), HTML: asHTML.String()}, nil
}

func shortDay(d models.Day) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("2 Jan 2006")
}

func upperFirst(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
