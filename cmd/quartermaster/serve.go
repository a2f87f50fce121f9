package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"quartermaster/jobs"
	"quartermaster/services/access"
	"quartermaster/services/api"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/limit"
	"quartermaster/services/server"
	"quartermaster/services/timetable"
	"quartermaster/services/web"
)

type serve struct {
	serving
	AdminPassword string `help:"Password of the administrator who is made at the first start; without one a password is made up and printed once." env:"QM_ADMIN_PASSWORD" placeholder:"PASSWORD"`
}

// Run serves a book; in one without an administrator it makes one.
func (s *serve) Run() error {
	return s.serve(func(ctx context.Context, h *house.House, _ *web.Web, base string) error {
		made, err := h.Access.EnsureAdmin(access.AsOperator(ctx), s.AdminPassword)
		if err != nil {
			return fmt.Errorf("no administrator can be made of QM_ADMIN_PASSWORD: %w", err)
		}
		if made != "" {
			fmt.Printf("An administrator was made. Sign in as admin with the password %s and change it; it is not shown again.\n", made)
		}
		fmt.Println("Quartermaster is at " + base)
		return nil
	})
}

// gcPercent lets the memory grow further than Go would before it is collected: what
// lives is small, and collecting at 100 took a tenth of the processors under load. A
// report of 100,000 lines as XLSX has 28 MB alive, and is to stay under 200 in all.
const gcPercent = 200

// serve opens the book, prepares it, and serves it until the process is told to
// stop; then it finishes what is in hand.
func (s *serving) serve(prepare func(context.Context, *house.House, *web.Web, string) error) (err error) {
	zone, err := s.check()
	if err != nil {
		return err
	}
	tell, err := s.settings()
	if err != nil {
		return err
	}
	backups, err := s.Backup.settings()
	if err != nil {
		return err
	}
	secured, err := s.overTLS()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	book, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()

	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	log := s.log()
	base := s.base(s.Listen)
	tell.Log = log
	h := house.Over(&ledger.Book{Store: book, Now: time.Now, Zone: zone},
		house.Settings{TagPrefix: s.TagPrefix, Base: base, RisesAfter: s.risesAfter(), AcceptWithin: s.AcceptWithin, Notices: tell, Backups: backups})
	h.Timetable.Log, h.Timetable.Instance, h.Timetable.LeaseLasts = log, timetable.NewInstance(), s.JobLease
	if err := h.Timetable.Plan(jobs.Table(h), s.Jobs); err != nil {
		return fmt.Errorf("QM_JOBS: %w", err)
	}
	made, err := h.Proofs.Open(ctx, s.file(s.Store))
	if err != nil {
		return err
	}
	if made {
		fmt.Printf("The ledger's signing key was made: %s. Keep a copy of it where the server's backups are not; without it the server will not start.\n", s.file(s.Store))
	}
	if err := s.signingIn.tell(ctx, h.Access, s.Store); err != nil {
		return err
	}
	pages := &web.Web{House: h, Log: log, Secure: s.TLSCert != "" || strings.HasPrefix(base, "https:"), Zone: zone}
	guard := s.guard()
	connections := server.NewConnections(server.MostConnections, s.TrustedProxies)
	app := server.New(server.Config{Log: log, Store: book, Secure: pages.Secure, HSTS: s.hsts(), Proxies: s.TrustedProxies, MetricsTo: s.MetricsTo, AtOnce: s.AtOnce, Guard: guard,
		Metrics: []prometheus.Collector{h.Timetable, h.Notices, connections},
		OnError: func(c *fiber.Ctx, err error) error {
			if strings.HasPrefix(c.Path(), api.Root) {
				return api.Problem(c, err)
			}
			return pages.ErrorPage(c, err)
		}})
	(&api.API{House: h}).Mount(app)
	pages.Mount(app)

	unprofiled, err := profiles(ctx, s.Pprof, log)
	if err != nil {
		return err
	}
	defer unprofiled()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", s.Listen, err)
	}
	listener = connections.Listen(listener, secured)
	if err := prepare(ctx, h, pages, base); err != nil {
		return errors.Join(err, listener.Close())
	}
	h.Reports.Failed = func(err error) { log.Error("a report cannot be made", "error", err) }
	defer h.Reports.Stop()
	defer h.Timetable.Start(ctx)()
	sending, enough := context.WithCancel(ctx)
	var delivering sync.WaitGroup
	delivering.Go(func() { h.Notices.Run(sending) })
	if s.shared() {
		exchange := &limit.Exchange{Guard: guard, Store: book, Instance: h.Timetable.Instance, Now: time.Now}
		delivering.Go(func() {
			exchange.Run(sending, func(err error) { log.Warn("limits are this instance's alone for now", "error", err) })
		})
	}
	defer delivering.Wait()
	defer enough()
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener) }()
	var failed <-chan struct{}
	if disk, ok := book.(interface{ Failed() <-chan struct{} }); ok {
		failed = disk.Failed()
	}
	select {
	case err := <-served:
		return err
	case <-failed:
		err := book.Ping(ctx)
		log.Error("the store failed; stopping", "error", err)
		return errors.Join(err, app.ShutdownWithTimeout(s.ShutdownAfter))
	case <-ctx.Done():
	}
	log.Info("stopping; finishing what is in hand")
	h.Live.End()
	return app.ShutdownWithTimeout(s.ShutdownAfter)
}

func (s *serving) log() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // one of the four that the flag takes
	options := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
