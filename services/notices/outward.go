package notices

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

const hour = time.Hour

// outward makes the client that calls webhooks. An administrator chooses their
// addresses, but they must not become a way into the network that the server stands
// in: whatever a name is said to mean, the address that is dialled must be public or
// within one of networks. Redirects are not followed and no proxy is used.
func outward(networks []netip.Prefix) *http.Client {
	dialer := &net.Dialer{Timeout: longestPost / 2, ControlContext: func(ctx context.Context, _, address string, _ syscall.RawConn) error {
		return reachable(address, networks)
	}}
	return &http.Client{
		Timeout: longestPost,
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: longestPost / 2, ResponseHeaderTimeout: longestPost,
			MaxResponseHeaderBytes: longestAnswer, MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// reachable refuses an address and port that is about to be dialled unless it is
// public or in one of networks.
func reachable(address string, networks []netip.Prefix) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := target.Addr().Unmap().WithZone("")
	if public(ip) || slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(ip) }) {
		return nil
	}
	return fmt.Errorf("%s is not a public address; whoever runs the server may allow its network with QM_WEBHOOK_NETWORKS", ip)
}

// reserved are the networks that are not public besides those that netip knows:
// https://www.iana.org/assignments/iana-ipv4-special-registry and its sister for IPv6.
// Networks that carry IPv4 addresses within them are refused whole.
var reserved = func() []netip.Prefix {
	var list []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	} {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}()

func public(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(reserved, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// unwrapped is what went wrong without the address, which may hold what only its
// receiver should know.
func unwrapped(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return "it did not answer in time"
		}
		return wrapped.Err.Error()
	}
	return err.Error()
}
