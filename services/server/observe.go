package server

import (
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type metrics struct {
	registry *prometheus.Registry
	took     *prometheus.HistogramVec
}

func newMetrics(services []prometheus.Collector) *metrics {
	m := &metrics{prometheus.NewRegistry(), prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "quartermaster_request_seconds", Help: "Time to answer, by route and status.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5, 30},
	}, []string{"method", "route", "status"})}
	m.registry.MustRegister(m.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(services...)
	return m
}

func (m *metrics) handler() fiber.Handler {
	return adaptor.HTTPHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
}

// observe logs and measures each request after its answer is made. Requests that
// went well are logged only when the log asks for all.
func (c Config) observe(m *metrics) fiber.Handler {
	return func(ctx *fiber.Ctx) error {
		start := time.Now()
		err := ctx.Next()
		if err != nil {
			if failed := c.OnError(ctx, err); failed != nil {
				c.Log.Error("no answer could be made of an error", "request", RequestID(ctx), "path", ctx.Path(), "error", err, "because", failed)
				return failed
			}
		}
		took := time.Since(start)
		status := ctx.Response().StatusCode()
		m.took.WithLabelValues(ctx.Method(), ctx.Route().Path, strconv.Itoa(status)).Observe(took.Seconds())
		level := slog.LevelDebug
		switch {
		case isPutOff(err):
			// logging each would make it worse; the histogram counts them
		case status >= fiber.StatusInternalServerError:
			level = slog.LevelError
		case status >= fiber.StatusBadRequest:
			level = slog.LevelInfo
		}
		log := c.Log
		if !log.Enabled(ctx.UserContext(), level) {
			return nil
		}
		path := ctx.Path()
		if ctx.Params("secret") != "" {
			path = ctx.Route().Path // whoever reads the log is not to know the address
		}
		attrs := []slog.Attr{
			slog.String("request", RequestID(ctx)), slog.String("method", ctx.Method()), slog.String("path", path),
			slog.Int("status", status), slog.Duration("took", took), slog.String("from", Address(ctx)),
		}
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		log.LogAttrs(ctx.UserContext(), level, "request", attrs...)
		return nil
	}
}

func (c Config) panicked(ctx *fiber.Ctx, fault any) {
	c.Log.Error("a request failed unexpectedly", "request", RequestID(ctx), "fault", fault, "stack", string(debug.Stack()))
}
