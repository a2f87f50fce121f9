package main

import (
	"fmt"
	"net/netip"

	"quartermaster/services/notices"
)

// telling says how people and other programs are told what happens.
type telling struct {
	SMTPHost        string   `help:"Mail server that takes e-mail; without one none is sent." name:"smtp-host" env:"QM_SMTP_HOST" placeholder:"HOST"`
	SMTPPort        int      `help:"Port of the mail server; without one 587, or 465 with tls, or 25 with none." name:"smtp-port" env:"QM_SMTP_PORT" placeholder:"PORT"`
	SMTPTLS         string   `help:"How the mail server is reached: starttls, tls, or none for one in the house that needs no password." name:"smtp-tls" env:"QM_SMTP_TLS" default:"starttls" placeholder:"starttls"`
	SMTPUser        string   `help:"User name at the mail server." name:"smtp-user" env:"QM_SMTP_USER" placeholder:"NAME"`
	SMTPPassword    string   `help:"Password at the mail server." name:"smtp-password" env:"QM_SMTP_PASSWORD" placeholder:"PASSWORD"`
	SMTPFrom        string   `help:"Address that e-mail comes from." name:"smtp-from" env:"QM_SMTP_FROM" placeholder:"ADDRESS"`
	DigestHour      int      `help:"Hour of the day at which digests are sent, in the zone of the house." env:"QM_DIGEST_HOUR" default:"7" placeholder:"0-23"`
	WebhookNetworks []string `help:"Networks that webhooks may lie in although they are not public." env:"QM_WEBHOOK_NETWORKS" placeholder:"NETWORK"`
}

func (t telling) settings() (notices.Settings, error) {
	settings := notices.Settings{DigestHour: t.DigestHour}
	if t.DigestHour < 0 || t.DigestHour > 23 {
		return settings, fmt.Errorf("QM_DIGEST_HOUR is %d; it must be 0 to 23", t.DigestHour)
	}
	for _, text := range t.WebhookNetworks {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, wrong := netip.ParseAddr(text)
			if wrong != nil {
				return settings, fmt.Errorf("QM_WEBHOOK_NETWORKS holds %q; it must be networks such as 10.0.0.0/8 or addresses", text)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		settings.Networks = append(settings.Networks, network)
	}
	if t.SMTPHost == "" && t.SMTPPort == 0 && t.SMTPUser == "" && t.SMTPPassword == "" && t.SMTPFrom == "" {
		return settings, nil
	}
	settings.SMTP = &notices.SMTP{Host: t.SMTPHost, Port: t.SMTPPort, TLS: t.SMTPTLS, User: t.SMTPUser, Password: t.SMTPPassword, From: t.SMTPFrom}
	return settings, settings.SMTP.Check()
}
