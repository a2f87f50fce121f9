package api

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/proofs"
)

// ledgerRoutes are the proofs. What shows nothing but hashes and sizes is public,
// so that a donor needs no sign-in to check; whether an event exists is not.
func (a *API) ledgerRoutes() []Route {
	return []Route{
		{Method: get, Path: "/ledger/checkpoint", Summary: "The ledger's latest checkpoint: its size and root, signed (C2SP tlog-checkpoint)", Status: ok, Public: true, Handle: a.checkpoint},
		{Method: get, Path: "/ledger.key", Summary: "The ledger's public keys, the one in use first, a line each", Status: ok, Public: true, Handle: a.ledgerKey},
		{Method: get, Path: "/ledger/proof/inclusion", Summary: "Proof that an event is in the ledger (RFC 6962, 2.1.1)", Status: ok, Answer: proofs.Inclusion{},
			Query: []Param{{"event", "subject and number of the event, as assets/01J…@3"}}, Handle: a.inclusion},
		{Method: get, Path: "/ledger/proof/consistency", Summary: "Proof that the ledger only grew between two sizes (RFC 6962, 2.1.2)", Status: ok, Public: true, Answer: proofs.Consistency{},
			Query: []Param{{"from", "size of the older checkpoint"}, {"to", "size of the newer; the latest when not given"}}, Handle: a.consistency},
	}
}

func (a *API) checkpoint(c *fiber.Ctx) error {
	signed, err := a.Proofs.Checkpoint(c.UserContext())
	if err != nil {
		return err
	}
	return text(c, signed)
}

func (a *API) ledgerKey(c *fiber.Ctx) error { return LedgerKey(c, a.Proofs) }

// LedgerKey answers with the verifier keys of a book.
func LedgerKey(c *fiber.Ctx, log *proofs.Log) error {
	keys, err := log.Keys(c.UserContext())
	if err != nil {
		return err
	}
	return text(c, strings.Join(keys, "\n")+"\n")
}

func text(c *fiber.Ctx, body string) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString(body)
}

func (a *API) inclusion(c *fiber.Ctx) error {
	if c.Query("event") == "" {
		return models.Refuse(models.Malformed, "event", "is required: subject and number of an event, as assets/01J…@3")
	}
	in, err := a.Proofs.Inclusion(c.UserContext(), c.Query("event"))
	return answer(c, ok, in, err)
}

func (a *API) consistency(c *fiber.Ctx) error {
	from, err := size(c, "from")
	if err != nil {
		return err
	}
	to := int64(0)
	if c.Query("to") != "" {
		if to, err = size(c, "to"); err != nil {
			return err
		}
	}
	proof, err := a.Proofs.Consistency(c.UserContext(), from, to)
	return answer(c, ok, proof, err)
}

func size(c *fiber.Ctx, name string) (int64, error) {
	n, err := strconv.ParseInt(c.Query(name), 10, 64)
	if err != nil {
		return 0, models.Refuse(models.Malformed, name, "must be a whole number: the size of a checkpoint")
	}
	return n, nil
}
