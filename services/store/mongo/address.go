package mongo

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// databaseOf reads the name of the database from an address, and refuses an
// address with options that the driver would pass over: `tsl=true` must not
// become a connection without TLS.
func databaseOf(uri string) (string, error) {
	address, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return "", fmt.Errorf("the address of the MongoDB deployment is not usable: %w", err)
	}
	if unknown := slices.Sorted(maps.Keys(address.UnknownOptions)); len(unknown) > 0 {
		return "", fmt.Errorf("the address of the MongoDB deployment has options that are not known: %s", strings.Join(unknown, ", "))
	}
	switch name := address.Database; name {
	case "":
		return "", errors.New("the address of the MongoDB deployment names no database: " +
			"put it behind the hosts, as in mongodb://db1,db2,db3/quartermaster?replicaSet=rs0")
	case "admin", "local", "config":
		return "", fmt.Errorf("the database %s belongs to MongoDB itself; name another for the book", name)
	default:
		return name, nil
	}
}
