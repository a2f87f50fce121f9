package server

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

type addressKey struct{}

// Address is where the request comes from, as far as those who are believed say.
func Address(c *fiber.Ctx) string {
	if address, ok := c.Locals(addressKey{}).(string); ok {
		return address
	}
	return c.Context().RemoteIP().String()
}

// proxies are believed about whom they serve.
type proxies []netip.Prefix

func proxiesOf(addresses []string) proxies {
	var all proxies
	for _, text := range addresses {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			all = append(all, prefix.Masked())
		} else if ip, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
		}
	}
	return all
}

func (p proxies) believed(ip netip.Addr) bool {
	return slices.ContainsFunc(p, func(prefix netip.Prefix) bool { return prefix.Contains(ip) })
}

// locate notes where a request comes from.
func (p proxies) locate(c *fiber.Ctx) error {
	remote, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if ok && p.believed(remote.Unmap()) {
		c.Locals(addressKey{}, p.client(remote.Unmap(), c.Request().Header.PeekAll(fiber.HeaderXForwardedFor)).String())
	}
	return c.Next()
}

// client goes through X-Forwarded-For from its end, where each proxy adds whom it serves:
// the first who is not believed is the client. What stands before that, the client may
// have written.
func (p proxies) client(at netip.Addr, forwarded [][]byte) netip.Addr {
	for _, line := range slices.Backward(forwarded) {
		for _, hop := range slices.Backward(strings.Split(string(line), ",")) {
			ip, err := hopAddress(strings.TrimSpace(hop))
			if err != nil {
				return at
			}
			if at = ip; !p.believed(ip) {
				return at
			}
		}
	}
	return at
}

// hopAddress reads an address, which some proxies write with its port.
func hopAddress(text string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap().WithZone(""), nil
	}
	ip, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return ip.Unmap().WithZone(""), err
}

// only answers those whose address is among these; for others there is nothing here. Who
// is said to be served by a proxy that is not believed is somebody else than they seem.
func only(those proxies) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ip, err := netip.ParseAddr(Address(c))
		_, believed := c.Locals(addressKey{}).(string)
		if err != nil || !those.believed(ip.Unmap()) || !believed && (c.Get(fiber.HeaderXForwardedFor) != "" || c.Get(fiber.HeaderForwarded) != "") {
			return fiber.ErrNotFound
		}
		return c.Next()
	}
}
