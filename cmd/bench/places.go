package main

import (
	"context"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/house"
)

const (
	commands = 10 // under the agency; each has a keeper, who sees that part alone
	posts    = 10 // of each
	password = "bench password"
)

var (
	makes      = []string{"Icom", "Motorola", "Hytera", "Toyota", "Nuctech", "Smiths", "Regula", "Pulsar", "Dell", "Codan"}
	categories = []string{"radio", "vehicle", "scanner", "computer"}
)

// An asset numbered n, from 1, is of these.
func commandOf(n int) int     { return n % commands }
func postOf(n int) int        { return n / commands % posts }
func categoryOf(n int) string { return categories[n/(commands*posts)%len(categories)] }
func serialOf(n int) string   { return fmt.Sprintf("S%06d%03d", n, n%997) }

func commandCode(command int) string    { return fmt.Sprintf("COMMAND-%d", command) }
func postCode(command, post int) string { return fmt.Sprintf("POST-%d-%d", command, post) }
func keeperCode(command int) string     { return fmt.Sprintf("keeper-%d", command) }
func holderCode(command int) string     { return fmt.Sprintf("holder-%d", command) }

// places enters the units, people, categories and payers of a book.
func places(ctx context.Context, h *house.House) error {
	units := []models.Unit{{Code: "AGENCY", Name: "Agency", Kind: "agency"}}
	for i := range commands {
		units = append(units, models.Unit{Code: commandCode(i), Name: fmt.Sprintf("Command %d", i), Kind: "directorate", Parent: "AGENCY"})
		for j := range posts {
			units = append(units, models.Unit{Code: postCode(i, j), Name: fmt.Sprintf("Post %d of command %d", j, i), Kind: "post", Parent: commandCode(i)})
		}
	}
	for _, u := range units {
		if _, err := h.Register.AddUnit(ctx, u); err != nil {
			return err
		}
	}
	for _, code := range categories {
		c := models.Category{Code: code, Name: code}
		if code == "vehicle" {
			c.Meters = []models.Meter{{Name: "odometer", Label: "Odometer", Unit: "km"}}
		}
		if _, err := h.Register.AddCategory(ctx, c); err != nil {
			return err
		}
	}
	if _, err := h.Register.AddDonor(ctx, models.Donor{Code: "DONOR", Name: "Donor", Mark: "DONOR"}); err != nil {
		return err
	}
	if _, err := h.Register.AddGrant(ctx, models.Grant{Code: "GRANT", Name: "Grant", Donor: "DONOR"}); err != nil {
		return err
	}
	people := []access.NewPerson{{Person: models.Person{Code: "admin", Name: "Administrator", Username: "admin", Role: models.Admin}, Password: password}}
	for i := range commands {
		people = append(people,
			access.NewPerson{Person: models.Person{Code: keeperCode(i), Name: fmt.Sprintf("Keeper %d", i), Unit: commandCode(i), Username: keeperCode(i), Role: models.Storekeeper}, Password: password},
			access.NewPerson{Person: models.Person{Code: holderCode(i), Name: fmt.Sprintf("Holder %d", i), Unit: postCode(i, 0)}})
	}
	for _, p := range people {
		if _, err := h.Access.AddPerson(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
