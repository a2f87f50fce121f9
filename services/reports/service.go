// Package reports is the account to the donor: what a grant delivered, what is on
// charge, what moved and what it is worth, as of any day, as a page or a file that
// proves itself. A kind of report is a file of this package: what it is asked for,
// its columns and its rows as a stream.
package reports

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/custody"
	"quartermaster/services/ledger"
	"quartermaster/services/proofs"
	"quartermaster/services/register"
	"quartermaster/services/reports/layout"
	"quartermaster/services/stock"
	"quartermaster/services/stocktake"
	"quartermaster/services/training"
	"quartermaster/services/visits"
)

// Service makes reports.
type Service struct {
	Book     *ledger.Book
	Access   *access.Service
	Register *register.Service
	Stock    *stock.Service
	Custody  *custody.Service
	// Stocktakes says whether their results are still what was signed for.
	Stocktakes *stocktake.Service
	Visits     *visits.Service
	Training   *training.Service
	Proofs     *proofs.Log
	// Failed is told what went wrong in the background.
	Failed func(error)

	life    life
	work    sync.WaitGroup
	working sync.Mutex // one report in the background at a time
}

// Kind is a kind of report.
type Kind struct {
	Name    string
	Title   string
	Answers string // the question that it answers, for who chooses one
	Period  bool   // it is of a period, from and to; others are as of a day
	Ever    bool   // its period begins with the book when no other is asked for
	// count is how many lines it will have, roughly and counting no further than limit.
	count func(ctx context.Context, a *asked, limit int) (int64, error)
	// build says what the report consists of. Rows are read when they are asked for.
	build func(ctx context.Context, a *asked, r *layout.Report) error
}

// Heading and Question are the kind's title and what it answers, in whatever language.
func (k *Kind) Heading() models.Text  { return models.Say(k.Title) }
func (k *Kind) Question() models.Text { return models.Say(k.Answers) }

// Kinds lists the kinds in the order that pages show them.
var Kinds = []*Kind{registerKind, handoverKind, movementsKind, verificationKind, visitsKind, endUseKind, maintenanceKind, lossesKind, consumablesKind, depreciationKind, flagsKind}

// Find returns the kind of a name.
func Find(name string) (*Kind, error) {
	at := slices.IndexFunc(Kinds, func(k *Kind) bool { return k.Name == name })
	if at < 0 {
		return nil, models.Refuse(models.NotFound, "kind", "there is no report %q; there are %s", name, names(Kinds))
	}
	return Kinds[at], nil
}

// Names lists the kinds by name, for refusals.
func Names() string { return names(Kinds) }

func names(kinds []*Kind) string {
	text := ""
	for i, k := range kinds {
		if i > 0 {
			text += ", "
		}
		text += k.Name
	}
	return text
}

// layOut lays out a report for whoever acts in ctx; number is its own.
func (s *Service) layOut(ctx context.Context, k *Kind, a *asked, number string) (*layout.Report, error) {
	r := &layout.Report{Kind: k.Name, Title: k.Title, Voice: a.voice, Number: number, Facts: a.facts(k), Made: models.At(s.Book.Now()), Zone: s.zone(),
		Address: s.Address(number)}
	if err := k.build(ctx, a, r); err != nil {
		return nil, err
	}
	r.Speak()
	head, err := s.Proofs.Head(ctx)
	if err != nil && models.KindOf(err) != models.Unavailable {
		return nil, err
	}
	if err == nil {
		r.Closing = append(r.Closing, layout.Fact{Label: a.t("Checkpoint"), Value: a.checkpoint(head.Checkpoint)})
	}
	r.Closing = append(r.Closing, layout.Fact{Label: a.t("Report number"), Value: number},
		layout.Fact{Label: a.t("To check it"), Value: a.t("Give this file to %v, or offline: %v. The ledger's public key is at %v", s.Register.Base+"/verify", "quartermaster verify FILE --key ledger.key", s.Register.Base+"/ledger.key")})
	return r, nil
}

// Address is what the QR code of a report carries: it opens the page that checks it.
func (s *Service) Address(number string) string { return s.Register.Base + "/verify?report=" + number }

func (s *Service) zone() *time.Location {
	if s.Book.Zone == nil {
		return time.UTC
	}
	return s.Book.Zone
}

// checkpoint is the text of a checkpoint without its signatures: whose ledger,
// how many events, the root over them.
func (a *asked) checkpoint(signed string) string {
	text, _, _ := strings.Cut(signed, "\n\n")
	lines := strings.Split(text, "\n")
	if len(lines) < 3 {
		return text
	}
	size, err := strconv.Atoi(lines[1])
	if err != nil {
		return text
	}
	return a.t("%v, %v events, root %v", lines[0], size, lines[2])
}
