package public

import (
	"net/netip"
	"sync"
	"time"

	"quartermaster/models"
)

const (
	// fromOne and fromAll are how many reports are taken in a window from one address,
	// which a whole post may share, and from all of them. Each instance counts its own.
	fromOne = 6
	fromAll = 120
	window  = time.Hour
	// mostWaiting is how many may wait for somebody to look at them; it bounds what
	// strangers can make the book keep.
	mostWaiting = 2000
)

// limit counts what came in since the window began.
type limit struct {
	mu    sync.Mutex
	began time.Time
	all   int
	from  map[string]int // by network
}

// admit counts one report from an address, or refuses it.
func (l *limit) admit(now time.Time, address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.from == nil || now.Sub(l.began) >= window || now.Before(l.began) {
		l.began, l.all, l.from = now, 0, map[string]int{}
	}
	key := network(address)
	if l.all >= fromAll || l.from[key] >= fromOne {
		return models.Refuse(models.TooMany, "", "too many reports came in; try again in %d minutes, or tell the nearest post",
			max(1, int(l.began.Add(window).Sub(now).Minutes())))
	}
	l.all++
	l.from[key]++ // of at most fromAll keys
	return nil
}

// network is what counts as one address: of IPv6 the /64 that one subscriber has
// (RFC 6177).
func network(address string) string {
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
