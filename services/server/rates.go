package server

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/limit"
)

// classes tell what kind of request an address takes; the first that fits counts. The
// addresses are in small letters, behind /api/v1 as without.
var classes = []struct {
	class   limit.Class
	methods []string // nil is any
	path    *regexp.Regexp
}{
	{limit.Free, []string{"GET", "HEAD"}, regexp.MustCompile(`^/(static/|favicon\.ico$|sw\.js$|manifest\.webmanifest$|offline/)`)},
	{limit.SignIn, []string{"POST"}, regexp.MustCompile(`^/(sign-in|sessions|oidc|password|pin|me)(/|$)`)},
	{limit.SignIn, []string{"GET"}, regexp.MustCompile(`^/(sign-in/.|oidc)`)},
	{limit.Public, nil, regexp.MustCompile(`^/(t|s|calendar|verify|language|ledger\.key|ledger/checkpoint|ledger/proof|openapi\.json)(/|$)`)},
	{limit.Exports, nil, regexp.MustCompile(`^/(assets/(import|export)|labels|reports)(/|$)|\.(pdf|csv|xlsx|png|svg|zpl|ics)$|/file$|/label$`)},
	{limit.Reads, []string{"GET", "HEAD", "OPTIONS"}, regexp.MustCompile(``)},
	{limit.Writes, nil, regexp.MustCompile(``)},
}

// classOf is the class of a request.
func classOf(method, path string) limit.Class {
	path = strings.TrimPrefix(strings.ToLower(path), "/api/v1")
	for _, c := range classes {
		if (c.methods == nil || slices.Contains(c.methods, method)) && c.path.MatchString(path) {
			return c.class
		}
	}
	return limit.Writes
}

type guardKey struct{}

// guard counts requests by the address that they come from.
func guard(g *limit.Guard) fiber.Handler {
	return func(c *fiber.Ctx) error {
		class := classOf(c.Method(), c.Path())
		if g == nil || class == limit.Free {
			return c.Next()
		}
		c.Locals(guardKey{}, g)
		if err := g.Address(time.Now(), class, Address(c)); err != nil {
			return err
		}
		return c.Next()
	}
}

// Of counts a request of somebody who is signed in, or refuses it.
func Of(c *fiber.Ctx, person *models.Person) error {
	g, counts := c.Locals(guardKey{}).(*limit.Guard)
	if !counts {
		return nil
	}
	return g.Person(time.Now(), classOf(c.Method(), c.Path()), person.Code)
}

// Waits tells in the answer when it is worth asking again, if the refusal says.
func Waits(c *fiber.Ctx, refusal *models.Error) {
	if refusal != nil && refusal.Wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(refusal.Wait.Seconds()))))
	}
}
