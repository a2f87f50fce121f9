// Package limit counts what comes in from outside, so that nobody can have the book do
// too much.
package limit

import (
	"net/netip"
	"sync"
	"time"
)

// Limit admits so much from one and from all in a window of time. Each instance counts
// its own.
type Limit struct {
	One, All int
	Window   time.Duration

	mu    sync.Mutex
	began time.Time
	all   int
	from  map[string]int // at most All of them
}

// Admit counts one from key, or says how long it has to wait.
func (l *Limit) Admit(now time.Time, key string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin(now)
	if l.all >= l.All || l.from[key] >= l.One {
		return l.began.Add(l.Window).Sub(now), false
	}
	l.all++
	l.from[key]++
	return 0, true
}

// Full says whether key had its share, and counts nothing.
func (l *Limit) Full(now time.Time, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begin(now)
	return l.from[key] >= l.One
}

func (l *Limit) begin(now time.Time) {
	if l.from == nil || now.Sub(l.began) >= l.Window || now.Before(l.began) {
		l.began, l.all, l.from = now, 0, map[string]int{}
	}
}

// Network is what counts as one address: of IPv6 the /64 that one subscriber has
// (RFC 6177).
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
