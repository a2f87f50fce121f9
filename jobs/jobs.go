// Package jobs runs what the book does by itself, by the clock. Each job is a few
// lines that call a service.
package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"quartermaster/services/access"
	"quartermaster/services/proofs"
	"quartermaster/services/register"
)

// Jobs are the running jobs.
type Jobs struct{ cron *cron.Cron }

const longestJob = 10 * time.Minute

// Start starts every job. Several instances may run them: what one swept, another
// does not find.
func Start(log *slog.Logger, people *access.Service, book *register.Service, ledger *proofs.Log) (*Jobs, error) {
	j := &Jobs{cron.New(cron.WithLocation(time.UTC), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))}
	for _, job := range []struct {
		name, when string
		do         func(context.Context) (int, error)
	}{
		{"sweep sessions and kept answers", "17 * * * *", people.Sweep},
		{"sweep files never imported", "47 * * * *", book.SweepDrafts},
		{"integrate events into the ledger's log", "* * * * *", ledger.Integrate},
		{"sweep events that came late", "7 * * * *", ledger.Sweep},
	} {
		if _, err := j.cron.AddFunc(job.when, func() {
			ctx, cancel := context.WithTimeout(access.AsOperator(context.Background()), longestJob)
			defer cancel()
			n, err := job.do(ctx)
			if err != nil {
				log.Error("a job failed", "job", job.name, "error", err)
				return
			}
			log.Debug("a job is done", "job", job.name, "count", n)
		}); err != nil {
			return nil, err
		}
	}
	j.cron.Start()
	return j, nil
}

// Stop lets running jobs finish and starts no more.
func (j *Jobs) Stop() { <-j.cron.Stop().Done() }
