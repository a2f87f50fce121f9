// Package server is what the JSON interface and the pages stand on: one fiber
// application with request ids, logs, metrics, security headers, limits on
// bodies, and one place where a refusal becomes a status.
package server

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"

	"quartermaster/services/limit"
	"quartermaster/services/store"
)

// Config is what the server needs to know.
type Config struct {
	Log     *slog.Logger
	Store   store.Store            // asked whether the book can be read
	Secure  bool                   // pages are served over TLS, by this server or a proxy before it
	HSTS    HSTS                   // for how much of the host's name browsers are to insist on that
	Proxies []string               // addresses of proxies that are believed about whom they serve
	Metrics []prometheus.Collector // of the services, beside those of requests
	// MetricsTo are the addresses to which /metrics is answered; for others it is not there.
	MetricsTo []string
	AtOnce    int          // requests that are worked on at once; 0 is DefaultAtOnce
	Guard     *limit.Guard // how many requests are taken from whom; nil takes all
	// ReadWithin is how long a request may take to arrive; 0 is longestRequest.
	ReadWithin time.Duration
	// OnError writes the answer to a request that failed.
	OnError func(*fiber.Ctx, error) error
}

const (
	// longestRequest is how long one request may take before it is given up.
	longestRequest = 60 * time.Second
	// readAhead is how much of a body is read before its handler sees the request.
	readAhead = 64 << 10
	idle      = 75 * time.Second
)

// New returns an application with all that every request passes through.
func New(c Config) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:                 "Quartermaster",
		Immutable:               true, // what a handler keeps of a request outlives it
		StreamRequestBody:       true, // so that a body is measured before it is held
		BodyLimit:               readAhead,
		ReadBufferSize:          16 << 10,
		ReadTimeout:             cmp.Or(c.ReadWithin, longestRequest),
		WriteTimeout:            2 * longestRequest,
		IdleTimeout:             idle,
		DisableStartupMessage:   true,
		EnableTrustedProxyCheck: true,
		TrustedProxies:          c.Proxies,
		ErrorHandler:            c.OnError,
	})
	app.Server().KeepHijackedConns = true // whoever takes a connection over closes it
	m := newMetrics(c.Metrics)
	app.Use(whole, proxiesOf(c.Proxies).locate, identify, c.observe(m), headers(c.Secure, c.HSTS), recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: c.panicked}), framing)
	app.Use(compress.New(compress.Config{Level: compress.LevelBestSpeed, Next: func(ctx *fiber.Ctx) bool {
		path := ctx.Path()
		return strings.HasSuffix(path, ".png") || strings.HasSuffix(path, ".pdf") || strings.Contains(path, "/files/") || strings.HasPrefix(path, "/live/")
	}}))
	app.Get("/healthz", func(ctx *fiber.Ctx) error { return ctx.SendString("ok\n") })
	app.Get("/readyz", func(ctx *fiber.Ctx) error {
		if err := c.Store.Ping(ctx.UserContext()); err != nil {
			c.Log.Error("the store does not answer", "error", err)
			return ctx.Status(fiber.StatusServiceUnavailable).SendString("the store does not answer\n")
		}
		return ctx.SendString("ready\n")
	})
	app.Get("/metrics", only(proxiesOf(c.MetricsTo)), m.handler())
	app.Use(guard(c.Guard), newLanes(cmp.Or(c.AtOnce, DefaultAtOnce)).admit, limitTime, takeQuery)
	return app
}

// identify gives the request an id, which its log lines, its answer and its
// error page carry. One that a proxy gave is kept if it is plain.
func identify(c *fiber.Ctx) error {
	id := c.Get(fiber.HeaderXRequestID)
	if len(id) < 8 || len(id) > 64 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		id = ulid.Make().String()
	}
	c.Locals(requestID{}, id)
	c.Set(fiber.HeaderXRequestID, id)
	return c.Next()
}

type requestID struct{}

// RequestID returns the request's id.
func RequestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestID{}).(string)
	return id
}

func limitTime(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), longestRequest)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// Sandbox is the policy of a file that somebody attached: whatever it is, nothing of it
// runs, and no page frames it.
const Sandbox = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// HSTS is what Strict-Transport-Security says beside its year (RFC 6797, section 6.1.2).
type HSTS string

// The program cannot know whether all that is served under the host's name has TLS.
const (
	ThisHost      HSTS = ""
	AndSubdomains HSTS = "; includeSubDomains"
)

type secureKey struct{}

// Secure says whether pages are served over TLS, by this server or a proxy before it.
func Secure(c *fiber.Ctx) bool { return c.Locals(secureKey{}) == true }

// headers sets what keeps a browser from doing anything with the pages that they
// do not do themselves.
func headers(secure bool, hsts HSTS) fiber.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
		"connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentSecurityPolicy, policy)
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set(fiber.HeaderXFrameOptions, "DENY")
		c.Set(fiber.HeaderReferrerPolicy, "same-origin")
		c.Set("Cross-Origin-Opener-Policy", "same-origin")
		c.Set("Cross-Origin-Resource-Policy", "same-origin")
		c.Set(fiber.HeaderPermissionsPolicy, "camera=(self), microphone=(), geolocation=(), payment=(), usb=()")
		c.Set(fiber.HeaderCacheControl, "no-store")
		c.Locals(secureKey{}, secure)
		if secure {
			c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000"+string(hsts))
		}
		return c.Next()
	}
}
