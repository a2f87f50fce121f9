package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// console is what a tab told its console of errors: what a page logged, what it threw,
// what its policy refused and which requests failed.
type console struct {
	tab      context.Context
	expected []string
	mu       sync.Mutex
	errors   []string
	ended    chan struct{}
	once     sync.Once
}

// consoleEnds is logged by a test behind everything that the pages told.
const consoleEnds = "the test ends"

// refused is what the browser says of a request that the server refused, for a test
// that provokes it.
func refused(status int, path string) string {
	return fmt.Sprintf("Failed to load resource: the server responded with a status of %d (%s), of %s", status, http.StatusText(status), path)
}

// outOfReach is what the browser says of a request that did not come through, whichever
// way the network broke off; for a test that cuts it.
const outOfReach = "Failed to load resource: net::ERR_"

// listen fails the test on every error of a tab's console that it does not expect.
func listen(t testing.TB, tab context.Context, expected ...string) *console {
	t.Helper()
	c := &console{tab: tab, expected: expected, ended: make(chan struct{})}
	messages := chromedp.Console(tab)
	go func() {
		defer close(c.ended)
		for m, err := range messages {
			if err != nil || m.Text == consoleEnds {
				return
			}
			c.hear(m)
		}
	}()
	t.Cleanup(func() {
		c.end()
		for _, said := range c.errors {
			if !slices.Contains(c.expected, said) && !(slices.Contains(c.expected, outOfReach) && strings.HasPrefix(said, outOfReach)) {
				t.Errorf("an error in the browser's console: %s", said)
			}
		}
	})
	return c
}

// expect names what a test provokes, besides what listen was told.
func (c *console) expect(errors ...string) { c.expected = append(c.expected, errors...) }

func (c *console) hear(m chromedp.ConsoleMessage) {
	if m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleException {
		return
	}
	said := m.Text
	if at, err := url.Parse(m.URL); err == nil && at.Path != "" {
		said = fmt.Sprintf("%s, of %s", said, at.RequestURI())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errors = append(c.errors, said)
}

// end waits until all that was told until now was heard.
func (c *console) end() {
	c.once.Do(func() {
		ctx, cancel := context.WithTimeout(c.tab, longest)
		defer cancel()
		if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void]("console.debug('"+consoleEnds+"')")); err != nil {
			return // the tab is gone
		}
		select {
		case <-c.ended:
		case <-time.After(longest):
		}
	})
}
