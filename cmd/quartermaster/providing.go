package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"quartermaster/services/access"
)

// providing says at which provider people sign in, by OpenID Connect.
type providing struct {
	Issuer           string   `help:"Address of the OpenID Connect provider, as it names itself." env:"QM_OIDC_ISSUER" placeholder:"URL"`
	ClientID         string   `help:"Name under which this server is registered there." name:"client-id" env:"QM_OIDC_CLIENT_ID" placeholder:"ID"`
	ClientSecret     string   `help:"Secret of this server there." env:"QM_OIDC_CLIENT_SECRET" placeholder:"SECRET"`
	ClientSecretFile string   `help:"File that holds the secret instead." env:"QM_OIDC_CLIENT_SECRET_FILE" placeholder:"FILE"`
	Name             string   `help:"What the sign-in page calls the provider; without one, its host." env:"QM_OIDC_NAME" placeholder:"NAME"`
	Scopes           []string `help:"What is asked for." env:"QM_OIDC_SCOPES" default:"openid,profile,email" placeholder:"SCOPE,…"`
	Roles            string   `help:"JSON file that says which role a claim gives; without one everybody keeps the role that the book says, and nobody is added." env:"QM_OIDC_ROLES" placeholder:"FILE"`
	LinkByEmail      bool     `help:"Take an account for the person with its e-mail address, when the provider has checked the address." env:"QM_OIDC_LINK_BY_EMAIL"`
	Only             bool     `help:"Turn passwords off." env:"QM_OIDC_ONLY"`
}

// provider is nil when none is named. base is this server's address.
func (p providing) provider(base string) (*access.Provider, error) {
	if p.Issuer == "" {
		if p.ClientID+p.ClientSecret+p.ClientSecretFile+p.Roles+p.Name != "" || p.Only || p.LinkByEmail {
			return nil, errors.New("QM_OIDC_ISSUER is missing; the other QM_OIDC_ settings need it")
		}
		return nil, nil
	}
	if err := sure("QM_OIDC_ISSUER", p.Issuer); err != nil {
		return nil, err
	}
	if err := sure("QM_BASE_URL", base); err != nil {
		return nil, fmt.Errorf("%w, since the provider sends people back to it", err)
	}
	if p.ClientID == "" {
		return nil, errors.New("QM_OIDC_CLIENT_ID is missing")
	}
	if p.ClientSecret != "" && p.ClientSecretFile != "" {
		return nil, errors.New("give QM_OIDC_CLIENT_SECRET or QM_OIDC_CLIENT_SECRET_FILE, not both")
	}
	made := &access.Provider{Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret, Scopes: p.Scopes, LinkByEmail: p.LinkByEmail, Only: p.Only}
	if p.ClientSecretFile != "" {
		text, err := os.ReadFile(p.ClientSecretFile)
		if err != nil {
			return nil, fmt.Errorf("QM_OIDC_CLIENT_SECRET_FILE: %w", err)
		}
		made.ClientSecret = strings.TrimSpace(string(text))
	}
	if made.Name == "" {
		at, _ := url.Parse(p.Issuer) // sure has read it
		made.Name = at.Host
	}
	if p.Roles == "" {
		return made, nil
	}
	file, err := os.Open(p.Roles)
	if err != nil {
		return nil, fmt.Errorf("QM_OIDC_ROLES: %w", err)
	}
	made.Roles, err = access.ReadRoles(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("QM_OIDC_ROLES, %s: %w", p.Roles, err)
	}
	return made, nil
}

// sure refuses an address at which somebody on the way could read or change what is sent.
func sure(setting, address string) error {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Hostname() != "localhost" && at.Hostname() != "127.0.0.1" {
		return fmt.Errorf("%s is %q; it must begin with https", setting, address)
	}
	return nil
}
