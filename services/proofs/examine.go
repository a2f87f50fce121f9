package proofs

import (
	"bytes"
	"context"

	"quartermaster/models"
)

// Examined is what the book itself finds of something that somebody brings: a report,
// or a checkpoint that they kept.
type Examined struct {
	Report *Sealed    // nil when it was a checkpoint
	Then   Checkpoint // of the report, or the one that was kept
	Now    Checkpoint
}

// Grown is how many events were added since.
func (e *Examined) Grown() int64 { return e.Now.Size - e.Then.Size }

// Examine checks a report, or a checkpoint that somebody kept, with the book's own
// keys, and that the ledger grew from it to what it is now. Refusals: Malformed for
// what is neither, Invalid for what does not agree.
func (l *Log) Examine(ctx context.Context, content []byte) (*Examined, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return nil, err
	}
	keys := append([]string{head.Key}, head.Retired...)
	now, err := ReadCheckpoint(head.Checkpoint, keys...)
	if err != nil {
		return nil, err
	}
	e := &Examined{Now: *now}
	if content = bytes.TrimLeft(content, "\ufeff \r\n"); isNote(content) {
		then, err := ReadCheckpoint(unwrapped(content), keys...)
		if err != nil {
			return nil, err
		}
		e.Then = *then
	} else if e.Report, err = CheckReport(content, keys...); err != nil {
		return nil, err
	} else {
		e.Then = e.Report.Ledger
	}
	if e.Then.Size > now.Size {
		return nil, models.Refuse(models.Invalid, "file", "stands on a ledger of %d events, and this book now holds only %d: it was set back to an earlier state, and what came after was lost", e.Then.Size, now.Size)
	}
	grown, err := l.Consistency(ctx, e.Then.Size, now.Size)
	if err != nil {
		return nil, err
	}
	return e, CheckConsistency(&e.Then, now, grown.Proof)
}

// isNote tells a signed note from a report.
func isNote(content []byte) bool {
	return len(content) < longestNote && !bytes.Contains(content, []byte(mark)) && bytes.Contains(content, []byte("\n— "))
}

// unwrapped undoes what a form and a mail make of a note's line ends.
func unwrapped(content []byte) string {
	content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	return string(bytes.TrimRight(content, " \n")) + "\n"
}
