package main

import (
	"crypto/tls"
	"fmt"
	"net"

	"github.com/gofiber/fiber/v2"
)

func listenTLS(app *fiber.App, listener net.Listener, cert, key string) error {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("the certificate cannot be used: %w", err)
	}
	return app.Listener(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}))
}
