package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/store/sqlite"
)

const (
	commands  = 10 // under the agency; the keeper who asks sees the first
	posts     = 10 // of each
	inOneFile = 100_000
)

var makes = []string{"Icom", "Motorola", "Hytera", "Toyota", "Nuctech", "Smiths", "Regula", "Pulsar", "Dell", "Codan"}
var categories = []string{"radio", "vehicle", "scanner", "computer"}

// inScope returns the number of an asset near n that the keeper sees: every tenth
// is of the first command.
func inScope(n int) int { return n - n%commands + 1 }

func serial(n int) string { return fmt.Sprintf("S%06d%03d", n, n%997) }

// seed makes a register of n assets in a file, by the import that anybody would
// use, and returns how long the import took.
func seed(file string, n int) (took time.Duration, err error) {
	ctx := access.AsOperator(context.Background())
	s, err := sqlite.Open(ctx, file, store.Schema)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	book := &ledger.Book{Store: s, Now: time.Now}
	r := &register.Service{Book: book, Prefix: "QM", Base: "https://qm.example.org"}
	if err := places(ctx, r); err != nil {
		return 0, err
	}
	people := &access.Service{Book: book}
	for _, p := range []access.NewPerson{
		{Person: models.Person{Code: "keeper", Name: "Keeper", Unit: "COMMAND-0", Username: "keeper", Role: models.Storekeeper}, Password: password},
		{Person: models.Person{Code: "holder", Name: "Holder", Unit: "POST-0-1"}},
		{Person: models.Person{Code: "admin", Name: "Administrator", Username: "admin", Role: models.Admin}, Password: password},
	} {
		if _, err := people.AddPerson(ctx, p); err != nil {
			return 0, err
		}
	}
	for from := 0; from < n; from += inOneFile {
		rows := sheet(from, min(n, from+inOneFile))
		began := time.Now()
		if _, err := r.Import(ctx, register.Import{File: rows}); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	return took, nil
}

func places(ctx context.Context, r *register.Service) error {
	units := []models.Unit{{Code: "AGENCY", Name: "Agency", Kind: "agency"}}
	for i := range commands {
		command := fmt.Sprintf("COMMAND-%d", i)
		units = append(units, models.Unit{Code: command, Name: command, Kind: "directorate", Parent: "AGENCY"})
		for j := range posts {
			units = append(units, models.Unit{Code: fmt.Sprintf("POST-%d-%d", i, j), Name: fmt.Sprintf("Post %d of command %d", j, i), Kind: "post", Parent: command})
		}
	}
	for _, u := range units {
		if _, err := r.AddUnit(ctx, u); err != nil {
			return err
		}
	}
	for _, code := range categories {
		if _, err := r.AddCategory(ctx, models.Category{Code: code, Name: code}); err != nil {
			return err
		}
	}
	if _, err := r.AddDonor(ctx, models.Donor{Code: "DONOR", Name: "Donor", Mark: "DONOR"}); err != nil {
		return err
	}
	_, err := r.AddGrant(ctx, models.Grant{Code: "GRANT", Name: "Grant", Donor: "DONOR"})
	return err
}

func sheet(from, to int) []byte {
	var b bytes.Buffer
	b.WriteString("name,category,make,model,serial,unit,grant,acquired_on,cost,status,condition\n")
	for n := from; n < to; n++ {
		status := "in_store"
		if n%3 == 0 {
			status = "issued"
		}
		fmt.Fprintf(&b, "Equipment of type %d,%s,%s,M-%d,%s,POST-%d-%d,GRANT,2025-%02d-%02d,%d.00 USD,%s,good\n", n%50, categories[n/7%len(categories)], makes[n/10%len(makes)],
			n%40, serial(n+1), n%commands, n/commands%posts, 1+n%12, 1+n%28, 100+n%900, status)
	}
	return b.Bytes()
}
