package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none of their own

	"quartermaster/labels"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/limit"
	"quartermaster/services/server"
	"quartermaster/services/stock"
	"quartermaster/services/store"
	"quartermaster/services/store/mongo"
	"quartermaster/services/store/sqlite"
)

// where says where the book is kept.
type where struct {
	Store string `help:"Where the book is kept: sqlite:PATH, or mongodb://HOSTS/DATABASE for a replica set." env:"QM_STORE" default:"sqlite:data/quartermaster.db" placeholder:"URL"`
}

func (w where) open(ctx context.Context) (store.Whole, error) {
	kind, rest, _ := strings.Cut(w.Store, ":")
	switch kind {
	case "sqlite":
		if rest == "" {
			return nil, fmt.Errorf("QM_STORE names no file; write it like sqlite:data/quartermaster.db")
		}
		return sqlite.Open(ctx, rest, store.Schema)
	case "mongodb", "mongodb+srv":
		return mongo.Open(ctx, w.Store)
	}
	return nil, fmt.Errorf("QM_STORE is %q; it must be sqlite:PATH or mongodb://HOSTS/DATABASE", w.Store)
}

// shared says whether several instances may serve the book.
func (w where) shared() bool { return strings.HasPrefix(w.Store, "mongodb") }

// marking says how tags and labels are made.
type marking struct {
	TagPrefix string `help:"Capital letters before the number of new tags." env:"QM_TAG_PREFIX" default:"QM" placeholder:"QM"`
	BaseURL   string `help:"Address at which phones reach the server; it stands in the labels' codes. Without one it is made of the address that is listened on." env:"QM_BASE_URL" placeholder:"https://HOST"`
}

func (m marking) check() error {
	if !labels.ValidPrefix(m.TagPrefix) {
		return fmt.Errorf("QM_TAG_PREFIX is %q; it must be 1 to 6 capital letters", m.TagPrefix)
	}
	if m.TagPrefix == stock.LotPrefix {
		return fmt.Errorf("QM_TAG_PREFIX is %q, with which the codes of stock lots begin; take another", m.TagPrefix)
	}
	if m.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(m.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("QM_BASE_URL is %q; it must be an address without a path, such as https://equipment.example.org", m.BaseURL)
	}
	return nil
}

// base is the address in labels' codes.
func (m marking) base(listen string) string {
	if m.BaseURL != "" {
		return strings.TrimRight(m.BaseURL, "/")
	}
	return "http://" + reachable(listen)
}

// reachable is an address by which this machine reaches what is listened on.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// over puts the services together for a command that makes no codes.
func over(s store.Store, m marking) *house.House {
	return house.Over(&ledger.Book{Store: s, Now: time.Now}, house.Settings{TagPrefix: m.TagPrefix})
}

// sealing says where the key is that signs the ledger.
type sealing struct {
	LedgerKey string `help:"File of the key that signs the ledger's checkpoints; without one, it lies beside the store as NAME.ledger.key. It is made at the first start of a book and never again." env:"QM_LEDGER_KEY" placeholder:"FILE"`
}

type serving struct {
	where
	sealing
	marking
	telling
	signingIn
	Backup         keeping           `embed:"" prefix:"backup-"`
	Listen         string            `help:"Address to listen on." env:"QM_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	TLSCert        string            `help:"Certificate file, with its chain, to serve over TLS." env:"QM_TLS_CERT" placeholder:"FILE"`
	TLSKey         string            `help:"Key file of the certificate." env:"QM_TLS_KEY" placeholder:"FILE"`
	TrustedProxies []string          `help:"Addresses of proxies that say truly whom they serve." env:"QM_TRUSTED_PROXIES" placeholder:"ADDRESS"`
	HSTS           string            `help:"Of what browsers are told to ask over TLS alone, where pages are served so: this host, or all names below it, too (subdomains)." name:"hsts" env:"QM_HSTS" enum:"host,subdomains" default:"host"`
	MetricsTo      []string          `help:"Addresses to which /metrics is answered; for others it is not there." env:"QM_METRICS_TO" default:"127.0.0.0/8,::1" placeholder:"ADDRESS,…"`
	TimeZone       string            `help:"Zone in which pages tell the time and a day begins and ends." env:"QM_TIME_ZONE" default:"Asia/Karachi" placeholder:"ZONE"`
	Jobs           map[string]string `help:"Other cron lines for jobs than the table's, or off: NAME=LINE;NAME=LINE. /jobs lists the names." env:"QM_JOBS" placeholder:"NAME=LINE;…"`
	JobLease       time.Duration     `help:"How long a job that an instance has begun waits for it when it is not heard of any more, before another takes it over; the same for all instances." env:"QM_JOB_LEASE" default:"1m"`
	RisesAfter     []int             `help:"After how many days a finding rises to the unit above, then to the next; the last number holds for all further ones. 0 leaves all where they are." env:"QM_RISES_AFTER" default:"7,14,30" placeholder:"DAYS,…"`
	AcceptWithin   int               `help:"Days in which a voucher is to be accepted or refused." env:"QM_ACCEPT_WITHIN" default:"3" placeholder:"DAYS"`
	LogLevel       string            `help:"How much to log: debug, info, warn or error." env:"QM_LOG_LEVEL" enum:"debug,info,warn,error" default:"info"`
	LogFormat      string            `help:"How to log: text or json." env:"QM_LOG_FORMAT" enum:"text,json" default:"text"`
	Pprof          string            `help:"Address at which profiles of the running program can be fetched (net/http/pprof). Whoever reaches it needs no sign-in: keep it to this machine." env:"QM_PPROF" placeholder:"HOST:PORT"`
	AtOnce         int               `help:"How many requests are worked on at once; more wait for a moment, and are then put off with 503 and Retry-After." env:"QM_AT_ONCE" default:"256" placeholder:"N"`
	Limits         map[string]int    `help:"How many requests a minute are taken: CLASS=N;CLASS=N. The classes are sign-in (30 from one address), public (120 from one address), writes (600 by one person), reads (1800), exports (60); of the last three 20 times as many from one address. 0 takes all; all=0 lifts every limit." env:"QM_LIMITS" placeholder:"CLASS=N;…"`
	ShutdownAfter  time.Duration     `help:"How long requests in hand may take when the server is stopped." env:"QM_SHUTDOWN_AFTER" default:"30s"`
}

// file is the key's, for a book that is kept in store.
func (s sealing) file(store string) string {
	if s.LedgerKey != "" {
		return s.LedgerKey
	}
	return beside(store) + ".ledger.key"
}

// risesAfter is how findings rise; an empty list is not at all.
func (s serving) risesAfter() []int {
	if len(s.RisesAfter) == 1 && s.RisesAfter[0] == 0 {
		return []int{}
	}
	return s.RisesAfter
}

// hsts is what browsers are told of TLS.
func (s serving) hsts() server.HSTS {
	if s.HSTS == "subdomains" {
		return server.AndSubdomains
	}
	return server.ThisHost
}

// guard counts requests by what is set.
func (s serving) guard() *limit.Guard {
	rates := limit.Rates{}
	if all, set := s.Limits["all"]; set {
		for class := range limit.Usual {
			rates[class] = all
		}
	}
	for class, n := range s.Limits {
		rates[limit.Class(class)] = n
	}
	return limit.NewGuard(rates)
}

func (s serving) check() (*time.Location, error) {
	if err := s.marking.check(); err != nil {
		return nil, err
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return nil, fmt.Errorf("QM_LISTEN is %q; it must be HOST:PORT, such as 127.0.0.1:8080", s.Listen)
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return nil, fmt.Errorf("QM_TLS_CERT and QM_TLS_KEY are given together or not at all")
	}
	for setting, addresses := range map[string][]string{"QM_TRUSTED_PROXIES": s.TrustedProxies, "QM_METRICS_TO": s.MetricsTo} {
		for _, address := range addresses {
			if _, _, err := net.ParseCIDR(address); err != nil && net.ParseIP(address) == nil {
				return nil, fmt.Errorf("%s holds %q; it must be addresses such as 10.0.0.7 or 10.0.0.0/8", setting, address)
			}
		}
	}
	for _, days := range s.RisesAfter {
		if days < 1 && len(s.RisesAfter) > 1 || days < 0 {
			return nil, fmt.Errorf("QM_RISES_AFTER holds %d; it must be days from 1, such as 7,14,30, or 0 alone", days)
		}
	}
	for class, n := range s.Limits {
		if _, known := limit.Usual[limit.Class(class)]; !known && class != "all" || n < 0 {
			return nil, fmt.Errorf("QM_LIMITS holds %s=%d; it must be sign-in, public, writes, reads, exports or all, and a number from 0", class, n)
		}
	}
	if s.JobLease < time.Second {
		return nil, fmt.Errorf("QM_JOB_LEASE is %s; it must be a second or more", s.JobLease)
	}
	if s.AcceptWithin < 1 {
		return nil, fmt.Errorf("QM_ACCEPT_WITHIN is %d; it must be days from 1", s.AcceptWithin)
	}
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("QM_TIME_ZONE is %q; it must be a zone such as Asia/Karachi", s.TimeZone)
	}
	return zone, nil
}
