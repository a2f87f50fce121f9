// Package api is the book over HTTP as JSON, for other software: each handler
// decodes, calls one service method and encodes. The table of routes also makes
// the description at /api/v1/openapi.json.
package api

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/house"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/server"
	"quartermaster/services/words"
)

// API serves the services as JSON.
type API struct {
	*house.House

	description func() ([]byte, error) // of the routes, as OpenAPI; made once
}

// Root is where the interface begins.
const Root = "/api/v1"

// Route is one thing that can be asked.
type Route struct {
	Method, Path string // Path is behind Root, parameters written :name
	Summary      string
	Status       int  // of the answer when all is well
	Public       bool // needs no sign-in
	SettingUp    bool // is open also to who must set up a second factor first
	Beginning    bool // is open also to who must set a password of their own first
	Body         any  // a value of the type that a JSON body has; nil for none
	Answer       any  // a value of the type that the answer has; nil where it is not JSON
	List         bool // the answer is a page of Answers
	Query        []Param
	Handle       fiber.Handler
}

// Param is one parameter of a query.
type Param struct{ Name, Says string }

// Mount adds every route to the application.
func (a *API) Mount(app *fiber.App) {
	a.description = sync.OnceValues(func() ([]byte, error) {
		doc, err := a.describe()
		if err != nil {
			return nil, err
		}
		return json.Marshal(doc)
	})
	for _, r := range a.Routes() {
		if r.Public {
			app.Add(r.Method, Root+r.Path, takes(r.Query), r.Handle)
			continue
		}
		app.Add(r.Method, Root+r.Path, a.signedIn(r), takes(r.Query), a.once(r.Status), r.Handle)
	}
}

// signedIn lets the owner of the bearer token act; on some routes also who is to set up
// a second factor, or a password of their own, before anything else.
func (a *API) signedIn(r Route) fiber.Handler {
	enter := a.Access.Enter
	switch {
	case r.SettingUp:
		enter = a.Access.EnterToSetUp
	case r.Beginning:
		enter = a.Access.EnterToBegin
	}
	return func(c *fiber.Ctx) error {
		ctx, err := enter(c.UserContext(), bearer(c), c.Get(fiber.HeaderUserAgent))
		if err != nil {
			return err
		}
		person, err := access.Caller(ctx)
		if err != nil {
			return err
		}
		if err := server.Of(c, person); err != nil {
			return err
		}
		c.SetUserContext(ctx)
		if err := Happened(c, a.Book); err != nil {
			return err
		}
		return c.Next()
	}
}

// bearer is the token that the request carries.
func bearer(c *fiber.Ctx) string {
	scheme, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// once makes a request with an Idempotency-Key take effect once: a repetition is
// given the first answer.
func (a *API) once(status int) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key := c.Get("Idempotency-Key")
		if key == "" || c.Method() == fiber.MethodGet {
			return c.Next()
		}
		caller, err := access.Caller(c.UserContext())
		if err != nil {
			return err
		}
		body, err := server.Body(c, register.LargestImport)
		if err != nil {
			return err
		}
		ctx, err := a.Book.OnlyOnce(c.UserContext(), caller.Code, key, []byte(c.Method()+" "+c.OriginalURL()), body)
		if err == nil {
			c.SetUserContext(ctx)
			err = a.Book.Instead(ctx, c.Next())
		}
		var first *ledger.Replayed
		if errors.As(err, &first) {
			c.Set("Idempotency-Replayed", "true")
			c.Response().ResetBody()
			return sendJSON(c, status, first.Body)
		}
		return err
	}
}

// Problem writes a refusal as RFC 9457 problem details.
func Problem(c *fiber.Ctx, err error) error {
	status, refusal := server.Refusal(err)
	if status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="quartermaster"`)
	}
	server.Waits(c, refusal)
	in := words.In(words.Accepted(c.Get(fiber.HeaderAcceptLanguage)), words.Western)
	c.Set(fiber.HeaderContentLanguage, in.Language)
	return c.Status(status).JSON(problem{
		Type: "about:blank", Title: statusText(status), Status: status, Kind: refusal.Kind, Detail: in.Tell(refusal),
		Field: refusal.Field, Details: toldIn(in, refusal.Details), Request: server.RequestID(c),
	}, "application/problem+json")
}

type problem struct {
	Type    string          `json:"type"`
	Title   string          `json:"title"`
	Status  int             `json:"status"`
	Kind    models.Kind     `json:"kind,omitempty"`
	Detail  string          `json:"detail"`
	Field   string          `json:"field,omitempty"`   // of the request that it is about
	Details []models.Detail `json:"details,omitempty"` // where there are several matters
	Request string          `json:"request"`           // id, as in the server's log
}

func toldIn(in *words.Printer, details []models.Detail) []models.Detail {
	told := slices.Clone(details)
	for i, d := range details {
		told[i].Message = in.Tell(d)
	}
	return told
}

func statusText(status int) string {
	return fiber.NewError(status).Message
}

func sendJSON(c *fiber.Ctx, status int, body []byte) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(status).Send(body)
}

// version reads the version that the caller has from If-Match; 0 when they name
// none.
func version(c *fiber.Ctx) (int64, error) {
	tag := strings.TrimSpace(c.Get(fiber.HeaderIfMatch))
	if tag == "" || tag == "*" {
		return 0, nil
	}
	text, quoted := strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"`)
	text, closed := strings.CutSuffix(text, `"`)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || quoted != closed {
		return 0, models.Refuse(models.Malformed, fiber.HeaderIfMatch, `must be the ETag of an answer, such as "3"`)
	}
	return n, nil
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// document answers with a document and its version.
func document(c *fiber.Ctx, status int, doc models.Document, err error) error {
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, etag(doc.Meta().Version))
	return c.Status(status).JSON(doc)
}

// limit reads how many documents a page is to hold.
func limit(c *fiber.Ctx) (int, error) {
	text := c.Query("limit")
	if text == "" {
		return 50, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, models.Refuse(models.Malformed, "limit", "must be a whole number")
	}
	return n, nil
}

// takes refuses parameters of the query that a route does not have.
func takes(params []Param) fiber.Handler {
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name
	}
	return func(c *fiber.Ctx) error {
		var strange []string
		c.Context().QueryArgs().VisitAll(func(key, _ []byte) {
			if !slices.Contains(names, string(key)) {
				strange = append(strange, string(key))
			}
		})
		switch {
		case strange == nil:
			return c.Next()
		case len(names) == 0:
			return models.Refuse(models.Malformed, strange[0], "is not a parameter of this address, which takes none")
		}
		return models.Refuse(models.Malformed, strange[0], "is not a parameter of this address; it takes %s", strings.Join(names, ", "))
	}
}
