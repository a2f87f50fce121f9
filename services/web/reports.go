package web

import (
	"context"
	"errors"
	"math"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/labels"
	"quartermaster/models"
	"quartermaster/services/api"
	"quartermaster/services/reports"
	"quartermaster/services/reports/layout"
	"quartermaster/services/server"
	"quartermaster/services/store"
)

func (w *Web) mountReports(in fiber.Router) {
	in.Get("/reports", w.reports)
	in.Get("/reports/made", w.madeReports)
	in.Get("/reports/made/:id", w.madeReport)
	in.Get("/reports/made/:id/file", func(c *fiber.Ctx) error { return api.KeptReport(c, w.Reports) })
	in.Get("/reports/made/:id/qr.svg", w.reportQR)
	in.Get("/reports/:kind", w.showReport)
	in.Post("/reports/:kind", w.startReport)
	in.Get("/reports/:kind/file", func(c *fiber.Ctx) error { return api.ReportFile(c, w.Reports) })
}

type reportsPage struct {
	Kinds []*reports.Kind
	Made  []*models.Report // lately
}

// lately is how many reports the page lists that were asked for.
const lately = 8

func (w *Web) reports(c *fiber.Ctx) error {
	made, _, err := w.reportsMade(c, "", lately)
	if err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "reports", view{Title: say("Reports"), Here: "reports", Data: reportsPage{reports.Kinds, made}})
}

func (w *Web) reportsMade(c *fiber.Ctx, cursor string, limit int) ([]*models.Report, string, error) {
	page, err := w.Reports.List(c.UserContext(), cursor, limit)
	if err != nil {
		return nil, "", err
	}
	var made []*models.Report
	for _, r := range page.Records {
		report, err := store.Decode[models.Report](r)
		if err != nil {
			return nil, "", err
		}
		made = append(made, report)
	}
	return made, page.Next, nil
}

type madePage struct {
	Made []*models.Report
	Next string
}

func (w *Web) madeReports(c *fiber.Ctx) error {
	made, next, err := w.reportsMade(c, c.Query("cursor"), 50)
	if err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "reports-made", view{Title: say("Reports that were asked for"), Here: "reports", Data: madePage{made, next}})
}

// reportPage is a report as a page: at most shownRows of each section, and all of
// its totals.
type reportPage struct {
	Kind      *reports.Kind
	Query     models.ReportQuery
	Choices   *choices
	Report    *layout.Report
	Number    string
	Sections  []reportSection
	Downloads []reportDownload
	Lines     int64
	Long      bool // too long to be shown
	Hidden    url.Values
	Voices    []option // the languages of the report
}

type reportSection struct {
	layout.Section
	Columns  []layout.Column
	Rows     []reportRow
	More     int // lines that are not shown
	Measures []reportMeasure
}

type reportRow struct {
	layout.Row
	Cells []reportCell
}

type reportCell struct {
	Text  string
	Right bool
	Code  bool
	Link  string
	Span  int
}

// reportMeasure is a bar as long as Width of a hundred.
type reportMeasure struct {
	layout.Measure
	Width int
}

// unlinked takes away what leads to pages that whoever sees the report may not open.
func (p *reportPage) unlinked() {
	for _, section := range p.Sections {
		for _, row := range section.Rows {
			for i := range row.Cells {
				row.Cells[i].Link = ""
			}
		}
	}
}

type reportDownload struct {
	reports.Format
	Address    string
	Background bool
}

const shownRows = 500

func (w *Web) showReport(c *fiber.Ctx) error { return w.reportPage(c, nil) }

func (w *Web) reportPage(c *fiber.Ctx, refusal error) error {
	kind, err := reports.Find(c.Params("kind"))
	if err != nil {
		return err
	}
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	q := api.ReportQuery(func(name string) string { return strings.TrimSpace(c.FormValue(name, c.Query(name))) })
	reportVoice(c, &q)
	chosen := *ch
	chosen.Donors, chosen.Grants = choose(ch.Donors, q.Donor), choose(ch.Grants, q.Grant)
	chosen.Units, chosen.Categories = choose(ch.Units, q.Unit), choose(ch.Categories, q.Category)
	p := &reportPage{Kind: kind, Query: q, Choices: &chosen, Hidden: queryOf(c), Voices: voiceOptions(q.Language)}
	p.Hidden.Set("language", q.Language)
	p.Hidden.Set("digits", q.Digits)
	status := fiber.StatusOK
	v := view{Title: say(kind.Title), Here: "reports", Data: p}
	if refusal == nil {
		refusal = w.fillReport(c.UserContext(), p, func(format string) string {
			query := queryOf(c)
			query.Set("format", format)
			query.Set("language", q.Language)
			query.Set("digits", q.Digits)
			return "/reports/" + kind.Name + "/file?" + query.Encode()
		})
	}
	var refused *models.Error
	if errors.As(refusal, &refused) && refused.Kind != models.Unauthenticated {
		status, v.Refusal = server.Refusal(refused)
		refusal = nil
	}
	if refusal != nil {
		return refusal
	}
	return w.render(c, status, "report", v)
}

// fillReport makes the report that a page shows, for whoever acts in ctx; file is where
// its file of a format is.
func (w *Web) fillReport(ctx context.Context, p *reportPage, file func(format string) string) error {
	shown, err := w.Reports.Show(ctx, p.Kind.Name, p.Query)
	if err != nil {
		return err
	}
	p.Report, p.Lines, p.Long = shown.Report, shown.Lines, shown.Pull == nil
	if shown.Pull != nil {
		p.Number = shown.Pull.ID
	}
	for _, f := range reports.Formats {
		p.Downloads = append(p.Downloads, reportDownload{f, file(f.Name), p.Lines > f.Long})
	}
	if p.Long {
		return nil
	}
	for _, section := range shown.Sections {
		s, err := w.reportSection(section, shown.Report)
		if err != nil {
			return err
		}
		p.Sections = append(p.Sections, s)
	}
	return nil
}

func (w *Web) reportSection(section layout.Section, r *layout.Report) (reportSection, error) {
	s := reportSection{Section: section}
	for _, c := range section.Columns {
		if !c.Wide {
			s.Columns = append(s.Columns, c)
		}
	}
	err := section.Rows(func(row layout.Row) error {
		if row.Kind == layout.Line && len(s.Rows) >= shownRows {
			s.More++
			return nil
		}
		s.Rows = append(s.Rows, rowShown(section.Columns, row, r))
		return nil
	})
	if section.Measures != nil {
		most := 0.0
		measures := section.Measures()
		for _, m := range measures {
			most = max(most, m.Value)
		}
		for _, m := range measures {
			width := 0
			if most > 0 {
				width = int(math.Round(m.Value * 100 / most))
			}
			s.Measures = append(s.Measures, reportMeasure{m, width})
		}
	}
	return s, err
}

// rowShown sets a row in cells. The name of a total runs over the empty cells that
// follow it.
func rowShown(columns []layout.Column, row layout.Row, r *layout.Report) reportRow {
	shown := reportRow{Row: layout.Row{Kind: row.Kind}}
	spanning := row.Kind != layout.Line
	for i, cell := range row.Cells {
		if columns[i].Wide {
			continue
		}
		text := layout.Readable(cell, columns[i].Type, r.Zone, r.Voice[0])
		if spanning && len(shown.Cells) > 0 && text == "" {
			shown.Cells[len(shown.Cells)-1].Span++
			continue
		}
		one := reportCell{Text: text, Right: columns[i].Type.Numeric() && len(shown.Cells) > 0, Code: columns[i].Type == layout.Code || columns[i].Type == layout.Day || columns[i].Type == layout.Instant, Span: 1}
		if len(shown.Cells) == 0 {
			one.Link = row.Link
		} else {
			spanning = false
		}
		shown.Cells = append(shown.Cells, one)
	}
	return shown
}

// startReport has a report made in the background and leads to its progress.
func (w *Web) startReport(c *fiber.Ctx) error {
	to := "/reports/made"
	err := w.act(c, func(c *fiber.Ctx) error {
		report, err := w.Reports.Start(c.UserContext(), c.Params("kind"), c.FormValue("format"), api.ReportQuery(func(name string) string { return c.FormValue(name) }))
		if err == nil {
			to = "/reports/made/" + report.ID
		}
		return err
	})
	if err != nil {
		return w.reportPage(c, err)
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// madeReport shows how far a report is; while it is made, the page asks again by
// itself.
func (w *Web) madeReport(c *fiber.Ctx) error {
	made, err := w.Reports.Report(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	if made.State == models.ReportWaiting || made.State == models.ReportRunning {
		c.Set("Refresh", "2")
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return w.render(c, fiber.StatusOK, "report-made", view{Title: say(made.Title), Here: "reports", Data: made})
}

// reportQR draws the code that opens the page which checks a report.
func (w *Web) reportQR(c *fiber.Ctx) error {
	report, err := w.Reports.Report(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	code, err := labels.NewPaperCode(w.Reports.Address(report.ID))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.Send(code.SVG())
}
