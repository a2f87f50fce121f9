package server

import (
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quartermaster/services/limit"
)

// MostConnections is how many connections one network may have open. A browser has six
// to a server.
const MostConnections = 600

const (
	// mostTurnedAway is how many connections are told at once that there are too many; more
	// are closed without a word.
	mostTurnedAway = 4096
	// mostHeard is how many bytes are read of one that is turned away, and heardFor how long.
	// They are read because what is unread when a connection closes has the answer thrown
	// away on its way (RFC 9112, section 9.6).
	mostHeard = 64 << 10
	heardFor  = 5 * time.Second
)

// Connections counts connections by network, and turns away those beyond so many.
type Connections struct {
	prometheus.Collector // how many were turned away
	most                 int
	proxies              proxies
	turnedAway           prometheus.Counter
	telling              chan struct{} // one for each that is being told
	heardFor             time.Duration

	mu   sync.Mutex
	open map[string]int
}

// NewConnections allows at most so many connections from one network at once; proxies
// that are believed may have as many as they like.
func NewConnections(most int, believed []string) *Connections {
	turnedAway := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "quartermaster_connections_turned_away_total", Help: "Connections that were answered 503 and closed because their network had too many open.",
	})
	return &Connections{Collector: turnedAway, turnedAway: turnedAway, most: most, proxies: proxiesOf(believed),
		telling: make(chan struct{}, mostTurnedAway), heardFor: heardFor, open: map[string]int{}}
}

// Listen returns the listener with the count kept, over TLS if config is not nil. One
// connection too many is answered 503 before its request is looked at.
func (c *Connections) Listen(l net.Listener, config *tls.Config) net.Listener {
	return &listener{l, c, config}
}

type listener struct {
	net.Listener
	*Connections
	config *tls.Config
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
		if err != nil || l.proxies.believed(from.Addr().Unmap()) {
			return l.secured(conn), nil
		}
		network := limit.Network(from.Addr().String())
		if l.begin(network) {
			return l.secured(&connection{Conn: conn, end: sync.OnceFunc(func() { l.end(network) })}), nil
		}
		l.turnAway(conn)
	}
}

func (l *listener) secured(conn net.Conn) net.Conn {
	if l.config == nil {
		return conn
	}
	return tls.Server(conn, l.config)
}

// turnAway tells a connection that there are too many, while others are accepted.
func (l *listener) turnAway(conn net.Conn) {
	l.turnedAway.Inc()
	select {
	case l.telling <- struct{}{}:
		go func() {
			defer func() { <-l.telling }()
			tellTooMany(l.secured(conn), l.heardFor)
			_ = conn.Close()
		}()
	default:
		_ = conn.Close()
	}
}

var tooManyConnections = fmt.Appendf(nil, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: %d\r\nConnection: close\r\nCache-Control: no-store\r\n"+
	"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", int(math.Ceil(patience.Seconds())), len(saysTooMany), saysTooMany)

const saysTooMany = "too many connections from here at once; nothing was changed, try again in a moment\n"

// tellTooMany answers when the first of a request is there, as clients take an answer that
// comes sooner for a broken connection.
func tellTooMany(conn net.Conn, within time.Duration) {
	if conn.SetDeadline(time.Now().Add(within)) != nil {
		return
	}
	var heard [512]byte
	if _, err := conn.Read(heard[:]); err != nil {
		return
	}
	if _, err := conn.Write(tooManyConnections); err != nil {
		return
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() != nil {
		return
	}
	for range mostHeard / len(heard) {
		if _, err := conn.Read(heard[:]); err != nil {
			return
		}
	}
}

func (c *Connections) begin(network string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[network] >= c.most {
		return false
	}
	c.open[network]++
	return true
}

func (c *Connections) end(network string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[network]--; c.open[network] == 0 {
		delete(c.open, network)
	}
}

type connection struct {
	net.Conn
	end func()
}

func (c *connection) Close() error {
	c.end()
	return c.Conn.Close()
}
