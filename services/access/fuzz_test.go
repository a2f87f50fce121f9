package access

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"quartermaster/models"
)

// FuzzRoles reads a file of roles and asks which of them a provider's claims give: what is
// given stands in the file, for a value that stands in the claim, and is a role that can be had.
func FuzzRoles(f *testing.F) {
	const file = `{"claim":"groups","roles":[{"value":"a","role":"admin"},{"value":"s","role":"storekeeper","unit":"N"},{"value":"u","role":"auditor","donors":["UNODC"]}]}`
	for _, claims := range []string{`{"groups":["s","a"]}`, `{"groups":"u"}`, `{"groups":{"a":true}}`, `{"groups":[["a"],1,null]}`, `{"email_verified":"true","groups":[]}`, `{"amr":"mfa"}`, `[]`} {
		f.Add(file, claims)
	}
	f.Add(`{"claim":"","roles":[]}`, `{"":"x"}`)
	f.Add(`{"claim":"g","roles":[{"value":"","role":"admin"}]}`, `{"g":""}`)
	f.Fuzz(func(t *testing.T, file, said string) {
		roles, err := ReadRoles(strings.NewReader(file))
		if err != nil {
			return
		}
		c := &claims{Subject: "x"}
		if json.Unmarshal([]byte(said), c) != nil || json.Unmarshal([]byte(said), &c.all) != nil {
			return
		}
		rule := roles.of(c)
		if rule == nil {
			return
		}
		if !strings.Contains(said, "\"") || !slices.Contains(models.Roles, rule.Role) || rule.Value == "" {
			t.Errorf("%s gives %+v", said, rule)
		}
		person := &models.Person{Code: "x", Unit: "OWN"}
		rule.give(person)
		if rule.give(person) {
			t.Errorf("%+v gives something else the second time", rule)
		}
		if person.Unit != "OWN" || person.Scope == "" && person.Role != models.Admin && person.Role != models.Auditor {
			t.Errorf("%+v makes %+v", rule, person)
		}
	})
}
