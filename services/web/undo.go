package web

import (
	"maps"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

// undo is the form that takes back what was just done. It is sent to the action that does
// the opposite, with the version that the page shows, so that the rules of that action
// hold and the ledger keeps both; docs/undo.md says what can be taken back, and why the
// rest cannot.
type undo struct {
	Action string
	Fields map[string]string
}

// undoneAtOnce is the reason that the ledger keeps, in the language of who gave it.
var undoneAtOnce = say("Undone at once: it was a mistake")

// undoing offers to take back what led to this page, named by done, when may says that it can
// be; with are the names and values that the opposite asks for besides a reason.
func undoing(c *fiber.Ctx, done string, may bool, action string, version int64, with map[string]string) *undo {
	if !may || c.Method() != fiber.MethodGet || c.Query("done") != done {
		return nil
	}
	fields := map[string]string{"version": strconv.FormatInt(version, 10), "reason": speaks(c).Tell(undoneAtOnce)}
	maps.Copy(fields, with)
	return &undo{action, fields}
}

// yesIf is how a form says whether something is to be.
func yesIf(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// versionIfRead is the version that a form was made of, 0 when it says none.
func versionIfRead(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	return versionRead(text)
}

// undoingAsset offers to take back what was just done to an asset, if that moved nothing:
// to change it back, to put it into the workshop
// or take it out, to take a file away.
func undoingAsset(c *fiber.Ctx, caller *models.Person, r store.Record, a *models.Asset, events []models.Event) (*undo, error) {
	if len(events) == 0 || events[0].Actor != caller.Code || events[0].Seq != a.Version {
		return nil, nil
	}
	at, note := "/assets/"+a.Tag, speaks(c).Tell(undoneAtOnce)
	switch events[0].Kind {
	case "asset.entered_workshop":
		return undoing(c, "put_in", a.Status == models.InWorkshop, at+"/workshop/leave", a.Version, map[string]string{"note": note}), nil
	case "asset.left_workshop":
		return undoing(c, "taken_out", a.Status != models.InWorkshop, at+"/workshop", a.Version, nil), nil
	case "asset.file_added":
		if n := len(a.Files); n > 0 {
			return undoing(c, "attached", true, at+"/files/"+a.Files[n-1].ID+"/remove", a.Version, nil), nil
		}
	case "asset.changed":
		before, err := ledger.Before(r, events[0])
		if err != nil {
			return nil, err
		}
		former, err := store.Decode[models.Asset](before)
		if err != nil {
			return nil, err
		}
		values := valuesOf(a)
		for name := range values {
			values[name] = "" // also what the asset did not have before
		}
		maps.Copy(values, valuesOf(former))
		return undoing(c, "changed", true, at+"/edit", a.Version, values), nil
	}
	return nil, nil
}
