package server

import (
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"
)

func TestOnlyWhatProxiesSayThatAreBelievedCounts(t *testing.T) {
	for name, c := range map[string]struct {
		proxies   []string
		forwarded []string
		address   string
	}{
		"nobody is believed":                 {nil, []string{"192.0.2.7"}, "0.0.0.0"},
		"another proxy":                      {[]string{"10.0.0.0/8"}, []string{"192.0.2.7"}, "0.0.0.0"},
		"the proxy":                          {[]string{"0.0.0.0"}, []string{"192.0.2.7"}, "192.0.2.7"},
		"it says nothing":                    {[]string{"0.0.0.0"}, nil, "0.0.0.0"},
		"what the client wrote before":       {[]string{"0.0.0.0"}, []string{"203.0.113.9, 192.0.2.7"}, "192.0.2.7"},
		"what it wrote on a line of its own": {[]string{"0.0.0.0"}, []string{"203.0.113.9", "192.0.2.7"}, "192.0.2.7"},
		"proxies in a row":                   {[]string{"0.0.0.0", "10.0.0.0/8"}, []string{"203.0.113.9, 192.0.2.7, 10.1.2.3"}, "192.0.2.7"},
		"the client claims to be a proxy":    {[]string{"0.0.0.0", "10.0.0.0/8"}, []string{"10.9.9.9, 192.0.2.7"}, "192.0.2.7"},
		"only proxies":                       {[]string{"0.0.0.0", "10.0.0.0/8"}, []string{"10.9.9.9, 10.1.2.3"}, "10.9.9.9"},
		"nonsense":                           {[]string{"0.0.0.0"}, []string{"203.0.113.9, <script>"}, "0.0.0.0"},
		"nonsense behind a proxy":            {[]string{"0.0.0.0", "10.0.0.0/8"}, []string{"unknown, 10.1.2.3"}, "10.1.2.3"},
		"with a port":                        {[]string{"0.0.0.0"}, []string{"192.0.2.7:4711"}, "192.0.2.7"},
		"IPv6 with a port":                   {[]string{"0.0.0.0"}, []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		"IPv4 written as IPv6":               {[]string{"0.0.0.0"}, []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
	} {
		t.Run(name, func(t *testing.T) {
			app := fiber.New()
			got := ""
			app.Use(proxiesOf(c.proxies).locate, func(c *fiber.Ctx) error { got = Address(c); return nil })
			r := httptest.NewRequest("GET", "/", nil)
			for _, line := range c.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			if _, err := app.Test(r, -1); err != nil || got != c.address {
				t.Errorf("%q, wanted %q; %v", got, c.address, err)
			}
		})
	}
}

// TestMetricsAreNotForStrangers nor for who reaches the server through a proxy that nobody
// said is to be believed.
func TestMetricsAreNotForStrangers(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	const here = "0.0.0.0" // whence a test asks
	for _, c := range []struct {
		to, proxies []string
		forwarded   string
		status      int
	}{
		{to: nil, status: 404},
		{to: []string{"127.0.0.0/8"}, status: 404},
		{to: []string{here}, status: 200},
		{to: []string{here}, forwarded: "192.0.2.7", status: 404},
		{to: []string{here}, proxies: []string{here}, forwarded: "192.0.2.7", status: 404},
		{to: []string{"192.0.2.0/24"}, proxies: []string{here}, forwarded: "192.0.2.7", status: 200},
	} {
		app := New(Config{Log: log, MetricsTo: c.to, Proxies: c.proxies, HSTS: AndSubdomains, Secure: true, OnError: func(ctx *fiber.Ctx, err error) error {
			status, _ := Refusal(err)
			return ctx.SendStatus(status)
		}})
		r := httptest.NewRequest("GET", "/metrics", nil)
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		answer, err := app.Test(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != c.status {
			t.Errorf("%+v: %d", c, answer.StatusCode)
		}
		if hsts := answer.Header.Get("Strict-Transport-Security"); hsts != "max-age=31536000; includeSubDomains" {
			t.Errorf("HSTS is %q", hsts)
		}
	}
}
