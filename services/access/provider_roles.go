package access

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"quartermaster/models"
)

// claims is what a provider says of somebody.
type claims struct {
	Issuer        string   `json:"-"`
	Subject       string   `json:"-"`
	Name          string   `json:"name"`
	Username      string   `json:"preferred_username"`
	Email         string   `json:"email"`
	EmailVerified flag     `json:"email_verified"`
	AMR           []string `json:"amr"`
	all           map[string]any
}

// flag is true also when it is written as text, as some providers do.
type flag bool

func (f *flag) UnmarshalJSON(raw []byte) error {
	*f = flag(string(raw) == "true" || string(raw) == `"true"`)
	return nil
}

// Roles says which role people have by a claim of their provider. Of several that apply
// the first in the list counts.
type Roles struct {
	Claim string     `json:"claim"` // such as groups
	Rules []RoleRule `json:"roles"`
}

// RoleRule is what a value of the claim gives.
type RoleRule struct {
	Value  string      `json:"value"`
	Role   models.Role `json:"role"`
	Unit   string      `json:"unit,omitempty"`  // to which somebody new is posted
	Scope  string      `json:"scope,omitempty"` // that they see; without one their unit, or for an administrator the whole book
	Donors []string    `json:"donors,omitempty"`
	Grants []string    `json:"grants,omitempty"`
}

// ReadRoles reads them as JSON, and says what is wrong in it.
func ReadRoles(from io.Reader) (Roles, error) {
	var r Roles
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return r, err
	}
	if r.Claim == "" || len(r.Rules) == 0 {
		return r, fmt.Errorf(`it names a "claim" and a list of "roles"`)
	}
	for i, rule := range r.Rules {
		switch {
		case rule.Value == "":
			return r, fmt.Errorf("number %d has no value", i+1)
		case !slices.Contains(models.Roles, rule.Role):
			return r, fmt.Errorf("number %d gives the role %q; there are %v", i+1, rule.Role, models.Roles)
		case rule.Role == models.Auditor && len(rule.Donors)+len(rule.Grants) == 0:
			return r, fmt.Errorf("number %d is of auditors, and names no donors or grants", i+1)
		case rule.Role != models.Admin && rule.Role != models.Auditor && rule.Unit+rule.Scope == "":
			return r, fmt.Errorf("number %d needs a unit or a scope", i+1)
		}
	}
	return r, nil
}

// of returns the rule that applies to what the claims say; nil for none.
func (r Roles) of(c *claims) *RoleRule {
	var values []string
	switch value := c.all[r.Claim].(type) {
	case string:
		values = []string{value}
	case []any:
		for _, one := range value {
			if text, ok := one.(string); ok {
				values = append(values, text)
			}
		}
	}
	for i := range r.Rules {
		if slices.Contains(values, r.Rules[i].Value) {
			return &r.Rules[i]
		}
	}
	return nil
}

// give sets in a person what the rule gives, and says whether anything is different.
func (r *RoleRule) give(p *models.Person) bool {
	before := *p
	p.Role, p.Scope, p.Donors, p.Grants = r.Role, r.Scope, r.Donors, r.Grants
	if p.Unit == "" {
		p.Unit = r.Unit
	}
	if p.Scope == "" && p.Role != models.Admin && p.Role != models.Auditor {
		p.Scope = p.Unit
	}
	return before.Role != p.Role || before.Scope != p.Scope || before.Unit != p.Unit || !slices.Equal(before.Donors, p.Donors) || !slices.Equal(before.Grants, p.Grants)
}
