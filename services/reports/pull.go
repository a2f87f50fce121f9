package reports

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/papers"
	"quartermaster/services/proofs"
	"quartermaster/services/reports/formats"
	"quartermaster/services/reports/layout"
	"quartermaster/services/store"
)

// Format is a form in which a report can be had.
type Format struct {
	Name, Title, Type string
	Proof             proofs.Format
	Long              int64 // from how many lines on it takes long enough to be made in the background
	write             func(io.Writer, *layout.Report) error
}

// Page is the form of a report that is shown rather than given out.
const Page = "page"

// Formats lists the formats in the order that pages show them.
var Formats = []Format{
	{Name: "pdf", Title: "PDF", Type: "application/pdf", Proof: proofs.PDF, Long: 2_000, write: papers.Report},
	{Name: "xlsx", Title: "XLSX", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Proof: proofs.XLSX, Long: 20_000, write: formats.XLSX},
	{Name: "csv", Title: "CSV", Type: "text/csv; charset=utf-8", Proof: proofs.CSV, Long: 40_000, write: formats.CSV},
	{Name: "json", Title: "JSON", Type: "application/json", Proof: proofs.JSON, Long: 40_000, write: formats.JSON},
}

// FormatOf returns the format of a name, JSON for none.
func FormatOf(name string) (Format, error) {
	if name == "" {
		name = "json"
	}
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, models.Refuse(models.Invalid, "format", "there is no format %q; a report can be had as json, csv, xlsx or pdf", name)
}

// File is a report's file as it was made, which goes when it is closed.
type File struct {
	*os.File
	Name, Type string
	Size       int64
	Report     *models.Report
}

// Close removes the file.
func (f *File) Close() error {
	return errors.Join(f.File.Close(), os.Remove(f.File.Name()))
}

// Pull makes a report as a file, for whoever acts in ctx. That it was asked for is
// an event, on which the file's proof stands.
func (s *Service) Pull(ctx context.Context, kind, format string, q models.ReportQuery) (*File, error) {
	k, err := Find(kind)
	if err != nil {
		return nil, err
	}
	f, err := FormatOf(format)
	if err != nil {
		return nil, err
	}
	pull, a, err := s.record(ctx, k, f.Name, q)
	if err != nil {
		return nil, err
	}
	return s.write(ctx, k, f, a, pull, nil)
}

// Shown is a report as a page shows it.
type Shown struct {
	*layout.Report
	Pull *models.Report
	Kind *Kind
	// Lines is how many it has, as far as it was counted.
	Lines int64
}

// Show lays a report out for a page, whose rows are then read once.
func (s *Service) Show(ctx context.Context, kind string, q models.ReportQuery) (*Shown, error) {
	k, err := Find(kind)
	if err != nil {
		return nil, err
	}
	a, err := s.ask(ctx, k, q, models.At(s.Book.Now()))
	if err != nil {
		return nil, err
	}
	lines, err := k.count(ctx, a, mostCounted)
	if err != nil {
		return nil, err
	}
	shown := &Shown{Kind: k, Lines: lines}
	if lines > LongestPage {
		shown.Report = &layout.Report{Kind: k.Name, Title: a.t(k.Title), Voice: a.voice, Facts: a.facts(k)}
		return shown, nil
	}
	pull, a, err := s.record(ctx, k, Page, q)
	if err != nil {
		return nil, err
	}
	shown.Pull = pull
	shown.Report, err = s.layOut(ctx, k, a, pull.ID)
	return shown, err
}

// LongestPage is how many lines a report may have that a page makes while one waits.
const LongestPage = 5_000

// mostCounted is how far the lines of a report are counted before it is made.
const mostCounted = 100_000

// record enters that a report is asked for. What is asked is checked before.
func (s *Service) record(ctx context.Context, k *Kind, format string, q models.ReportQuery) (*models.Report, *asked, error) {
	now := models.At(s.Book.Now())
	a, err := s.ask(ctx, k, q, now)
	if err != nil {
		return nil, nil, err
	}
	pull := &models.Report{ID: s.newID(), Kind: k.Name, Title: k.Title, Asked: q, Format: format, By: a.caller.Code,
		State: models.ReportDone, AskedAt: now, DoneAt: &now}
	return pull, a, s.Book.Commit(ctx, ledger.Add(store.Reports, pull, "report.pulled", format))
}

// write makes the file of a report that was recorded. progress is told of each line.
func (s *Service) write(ctx context.Context, k *Kind, f Format, a *asked, pull *models.Report, progress func()) (file *File, err error) {
	r, err := s.layOut(ctx, k, a, pull.ID)
	if err != nil {
		return nil, err
	}
	watch(ctx, r, &pull.Lines, progress)
	temporary, err := os.CreateTemp("", "report-*."+f.Name)
	if err != nil {
		return nil, err
	}
	file = &File{File: temporary, Name: fileName(k, a) + "." + f.Name, Type: f.Type, Report: pull}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close())
			file = nil
		}
	}()
	buffered := bufio.NewWriterSize(temporary, 256<<10)
	out := s.Proofs.Report(buffered, f.Proof)
	if err := f.write(out, r); err != nil {
		return nil, err
	}
	if err := out.Seal(ctx, ledger.Subject(store.Reports, pull.ID)+"@1"); err != nil {
		return nil, err
	}
	if err := buffered.Flush(); err != nil {
		return nil, err
	}
	if file.Size, err = temporary.Seek(0, io.SeekCurrent); err != nil {
		return nil, err
	}
	_, err = temporary.Seek(0, io.SeekStart)
	return file, err
}

// watch counts the lines of a report as they are read, and ends the reading when ctx
// ends.
func watch(ctx context.Context, r *layout.Report, lines *int64, progress func()) {
	for i := range r.Sections {
		rows := r.Sections[i].Rows
		r.Sections[i].Rows = func(yield func(layout.Row) error) error {
			return rows(func(row layout.Row) error {
				if row.Kind == layout.Line {
					*lines++
				}
				if *lines%1000 == 0 {
					if err := ctx.Err(); err != nil {
						return err
					}
				}
				if progress != nil {
					progress()
				}
				return yield(row)
			})
		}
	}
}

// fileName says what a file is: register-DONOR-A-2026-03-31.
func fileName(k *Kind, a *asked) string {
	parts := []string{k.Name}
	for _, code := range []string{a.Donor, a.Grant, a.Unit, a.Category} {
		if code != "" {
			parts = append(parts, code)
		}
	}
	if k.Period && a.From != "" {
		parts = append(parts, string(a.From))
	}
	return strings.Join(append(parts, string(a.day)), "-")
}
