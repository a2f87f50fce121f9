package notices

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"quartermaster/models"
)

// FuzzWebhookAddress looks for an address that is taken and that the program that calls it
// would read otherwise, and for one inside that is dialled.
func FuzzWebhookAddress(f *testing.F) {
	for _, address := range []string{"https://example.org/hook", "http://example.org", "https://user@example.org", "https://example.org#x", "https://[::1]:80/", "https:example.org", "https://example.org\\@10.0.0.1", "https://%31%30.0.0.1/", "https://", "javascript:x", "https://例え.jp", "https://0x7f.1"} {
		f.Add(address)
	}
	s := &Service{}
	f.Fuzz(func(t *testing.T, address string) {
		err := s.check(&models.Webhook{ID: "x", Name: "x", URL: address, Events: []string{models.Announcements[0].Kind}})
		var refusal *models.Error
		if err != nil && !errors.As(err, &refusal) {
			t.Errorf("%q: %v", address, err)
		}
		u, parsed := url.Parse(address)
		if err == nil && (parsed != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(u.Host, "\\@ \r\n")) {
			t.Errorf("%q is taken", address)
		}
		if reachable(address, nil) == nil {
			at := netip.MustParseAddrPort(address).Addr().Unmap()
			if at.IsPrivate() || at.IsLoopback() || at.IsLinkLocalUnicast() || at.IsMulticast() || at.IsUnspecified() {
				t.Errorf("%q is dialled", address)
			}
		}
	})
}
