package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

type peoplePage struct {
	People []*models.Person
	Units  map[string]string
	Next   string
	First  bool
}

func (w *Web) people(c *fiber.Ctx) error {
	list, err := w.Access.People(c.UserContext(), c.Query("cursor"), pageOfAssets)
	if err != nil {
		return err
	}
	units, err := everything[models.Unit](c.UserContext(), w.Register.Units)
	if err != nil {
		return err
	}
	p := peoplePage{Next: list.Next, First: c.Query("cursor") == "", Units: map[string]string{}}
	for _, u := range units {
		p.Units[u.Code] = u.Name
	}
	for _, r := range list.Records {
		person, err := store.Decode[models.Person](r)
		if err != nil {
			return err
		}
		p.People = append(p.People, person)
	}
	v := view{Title: say("People"), Here: "people", Data: p}
	if v.Undo, err = w.undoingRetirement(c); err != nil {
		return err
	}
	return w.render(c, fiber.StatusOK, "people", v)
}

type personForm struct {
	Shown       *models.Person // nil for somebody new
	Groups      []group
	Outstanding access.Outstanding
	Training    *trainingSection
	Findings    []finding // of what they answer for
	More        bool      // findings than are shown
}

func (w *Web) newPerson(c *fiber.Ctx) error {
	return w.personPage(c, fiber.StatusOK, nil, formOf(c), nil)
}

func (w *Web) personPage(c *fiber.Ctx, status int, person *models.Person, values map[string]string, refusal *models.Error) error {
	ch, err := w.choices(c.UserContext())
	if err != nil {
		return err
	}
	v := view{Title: say("Add a person"), Here: "people", Refusal: refusal}
	none := option{Value: "", Label: "—"}
	roles := []option{{Value: "", Label: say("does not sign in")}}
	for _, r := range models.Roles {
		roles = append(roles, option{Value: string(r), Label: words.Capital{Of: r}})
	}
	fill := func(inputs ...input) []input {
		for i := range inputs {
			inputs[i].Value = values[inputs[i].Name]
			inputs[i].Options = choose(inputs[i].Options, inputs[i].Value)
		}
		return inputs
	}
	who := []input{{Name: "name", Label: say("Name"), Required: true, Max: 200, Wide: true}, {Name: "rank", Label: say("Rank"), Max: 80}, {Name: "service_number", Label: say("Service number"), Max: 60}, {Name: "email", Label: say("E-mail"), Type: "email", Max: 254},
		{Name: "unit", Label: say("Posted to"), Type: "select", Options: append([]option{none}, ch.Units...)}}
	if person == nil {
		who = append([]input{{Name: "code", Label: say("Code"), Required: true, Max: 40, Hint: say("Short and for good: a service number, for instance")}}, who...)
	} else {
		v.Title = person.Name
		who = append(who, input{Name: "inactive", Label: say("Serves"), Type: "select", Options: []option{{Value: "", Label: say("Yes")}, {Value: "yes", Label: say("No longer")}}})
	}
	f := personForm{Shown: person}
	if person != nil {
		if _, f.Outstanding, err = w.Access.Outstanding(c.UserContext(), person.Code); err != nil {
			return err
		}
		if f.Findings, f.More, err = w.ownedBy(c.UserContext(), person); err != nil {
			return err
		}
		if f.Training, err = w.trainingOf(c.UserContext(), person); err != nil {
			return err
		}
		if !f.Outstanding.Nothing() {
			who = append(who, input{Name: "successor", Label: say("Answers for what they hold"), Max: 40, Hint: say("Code of the person, when they no longer serve")})
		}
	}
	f.Groups = []group{{say("Who"), fill(who...)}}
	caller, err := access.Caller(c.UserContext())
	if err != nil {
		return err
	}
	if access.May(caller.Role, access.ManagePeople) {
		hint := say("At least 10 characters. It lets them in once, to set one of their own")
		if person != nil && person.Username != "" {
			hint = say("Leave empty to keep the present one. Another lets them in once, to set one of their own")
		}
		f.Groups = append(f.Groups, group{"Sign-in", fill(
			input{Name: "role", Label: say("Role"), Type: "select", Options: roles},
			input{Name: "username", Label: say("User name"), Max: 80},
			input{Name: "password", Label: say("Password"), Type: "password", Hint: hint},
			input{Name: "scope", Label: say("Sees"), Type: "select", Options: append([]option{{Value: "", Label: say("their unit and below")}}, ch.Units...), Hint: say("An administrator without one sees the whole book")},
			input{Name: "donors", Label: say("Donors"), Hint: say("An auditor's, by code, with commas between")},
			input{Name: "grants", Label: say("Grants"), Hint: say("An auditor's, by code, with commas between")},
		)})
	}
	if f.Training != nil && access.May(caller.Role, access.Train) {
		for _, r := range f.Training.Records {
			if r.ID == c.Query("of") && r.Training.State == models.TrainingCurrent {
				v.Undo = undoing(c, "trained", true, "/people/"+person.Code+"/training/"+r.ID+"/withdraw", r.Version, nil)
			}
		}
	}
	v.Data = f
	return w.render(c, status, "person", v)
}

func (w *Web) addPerson(c *fiber.Ctx) error {
	err := w.act(c, func(c *fiber.Ctx) error {
		_, err := w.Access.AddPerson(c.UserContext(), access.NewPerson{Password: c.FormValue("password"), Person: models.Person{
			Code: strings.TrimSpace(c.FormValue("code")), Name: strings.TrimSpace(c.FormValue("name")), Rank: strings.TrimSpace(c.FormValue("rank")), ServiceNumber: strings.TrimSpace(c.FormValue("service_number")), Email: strings.TrimSpace(c.FormValue("email")),
			Unit: c.FormValue("unit"), Username: c.FormValue("username"), Role: models.Role(c.FormValue("role")), Scope: c.FormValue("scope"),
			Donors: codes(c.FormValue("donors")), Grants: codes(c.FormValue("grants")),
		}})
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.personPage(c, status, nil, formOf(c), refusal)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/people?done=added", fiber.StatusSeeOther)
}

func codes(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' })
}

func (w *Web) person(c *fiber.Ctx) error {
	person, err := w.Access.Person(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	return w.personPage(c, fiber.StatusOK, person, personValues(person), nil)
}

// personValues is what the form of a person holds before anything is changed in it.
func personValues(person *models.Person) map[string]string {
	values := map[string]string{"name": person.Name, "rank": person.Rank, "service_number": person.ServiceNumber, "email": person.Email, "unit": person.Unit, "role": string(person.Role),
		"username": person.Username, "scope": person.Scope, "donors": strings.Join(person.Donors, ", "), "grants": strings.Join(person.Grants, ", ")}
	if person.Inactive {
		values["inactive"] = "yes"
	}
	return values
}

func (w *Web) editPerson(c *fiber.Ctx) error {
	code := c.Params("code")
	person, err := w.Access.Person(c.UserContext(), code)
	if err != nil {
		return err
	}
	err = w.act(c, func(c *fiber.Ctx) error {
		form := formOf(c)
		text := func(name string) *string {
			value, given := form[name]
			if !given {
				return nil
			}
			value = strings.TrimSpace(value)
			return &value
		}
		inactive := form["inactive"] == "yes"
		edit := access.PersonEdit{Name: text("name"), Rank: text("rank"), ServiceNumber: text("service_number"), Email: text("email"), Unit: text("unit"),
			Username: text("username"), Scope: text("scope"), Inactive: &inactive, Successor: text("successor")}
		if role, given := form["role"]; given {
			value := models.Role(role)
			edit.Role = &value
			donors, grants := codes(form["donors"]), codes(form["grants"])
			edit.Donors, edit.Grants = &donors, &grants
		}
		if form["password"] != "" {
			edit.Password = text("password")
		}
		version, err := versionIfRead(form["version"])
		if err == nil {
			_, err = w.Access.EditPerson(c.UserContext(), code, version, edit)
		}
		return err
	})
	if refusal, ok := shown(err); ok {
		status, _ := refusalOf(err)
		return w.personPage(c, status, person, formOf(c), refusal)
	}
	if err != nil {
		return err
	}
	if form := formOf(c); form["inactive"] == "yes" && !person.Inactive && form["successor"] == "" {
		return c.Redirect("/people?done=retired&of="+url.QueryEscape(code), fiber.StatusSeeOther)
	}
	return c.Redirect("/people?done=changed", fiber.StatusSeeOther)
}

// undoingRetirement offers to take somebody back into service who was just said to serve no
// longer; what a successor took over stays with the successor.
func (w *Web) undoingRetirement(c *fiber.Ctx) (*undo, error) {
	if c.Query("done") != "retired" {
		return nil, nil
	}
	person, err := w.Access.Person(c.UserContext(), c.Query("of"))
	if err != nil {
		return nil, err
	}
	values := personValues(person)
	values["inactive"] = ""
	return undoing(c, "retired", person.Inactive, "/people/"+person.Code, person.Version, values), nil
}
