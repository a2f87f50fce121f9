package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/schollz/progressbar/v3"

	"quartermaster/services/access"
	"quartermaster/services/register"
)

type intake struct {
	where
	marking
	File    string            `arg:"" type:"existingfile" help:"CSV file, as Excel or LibreOffice saves it."`
	DryRun  bool              `help:"Check and show, change nothing."`
	Columns map[string]string `name:"map" help:"What a heading stands for: HEADING=field; - leaves the column out." placeholder:"HEADING=FIELD"`
}

// Run takes the file in and prints how it was read.
func (i *intake) Run() (err error) {
	if err := i.check(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	file, err := os.ReadFile(i.File)
	if err != nil {
		return err
	}
	book, err := i.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if closed := book.Close(); err == nil {
			err = closed
		}
	}()
	h := over(book, i.marking)
	var bar *progressbar.ProgressBar
	progress := func(done, of int) {
		if bar == nil {
			bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("reading rows"),
				progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetVisibility(terminal(os.Stderr)))
		}
		_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
	got, err := h.Register.Import(access.AsOperator(ctx), register.Import{File: file, Columns: i.Columns, DryRun: i.DryRun, Progress: progress})
	if got != nil {
		fmt.Printf("%s, separated by %q, read like this:\n", got.Encoding, got.Delimiter)
		for _, column := range got.Columns {
			fmt.Printf("  %-30s %s %s\n", column.Header, column.Field, column.Read)
		}
	}
	if err != nil {
		return err
	}
	verb := "taken on charge"
	if i.DryRun {
		verb = "would be taken on charge"
	}
	fmt.Printf("%d rows: %d %s, %d in the register already\n", got.Rows, got.Added, verb, got.Present)
	if got.FirstTag != "" {
		fmt.Printf("tags %s to %s\n", got.FirstTag, got.LastTag)
	}
	return nil
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
