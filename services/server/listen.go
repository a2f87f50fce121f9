package server

import (
	"net"
	"net/netip"
	"sync"

	"quartermaster/services/limit"
)

// MostConnections is how many connections one network may have open. A browser has six
// to a server.
const MostConnections = 600

// Listen returns the listener with at most so many connections from one network at once;
// proxies that are believed may have as many as they like. A further one is closed
// before anything is read of it.
func Listen(l net.Listener, most int, believed []string) net.Listener {
	return &listener{Listener: l, most: most, proxies: proxiesOf(believed), open: map[string]int{}}
}

type listener struct {
	net.Listener
	most    int
	proxies proxies

	mu   sync.Mutex
	open map[string]int
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
		if err != nil || l.proxies.believed(from.Addr().Unmap()) {
			return conn, nil
		}
		network := limit.Network(from.Addr().String())
		if l.begin(network) {
			return &connection{Conn: conn, end: sync.OnceFunc(func() { l.end(network) })}, nil
		}
		_ = conn.Close()
	}
}

func (l *listener) begin(network string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[network] >= l.most {
		return false
	}
	l.open[network]++
	return true
}

func (l *listener) end(network string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[network]--; l.open[network] == 0 {
		delete(l.open, network)
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
