package main

import (
	"context"
	"encoding/json"
	"fmt"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/house"
	"quartermaster/services/register"
	"quartermaster/services/store"
	"quartermaster/services/web"
	"quartermaster/testdata"
)

type demo struct {
	serving
}

// demoPassword opens every sign-in of the demo, which holds nothing real.
const demoPassword = "open-the-demo"

// Run serves the demo register, loading it into a store that is empty.
func (d *demo) Run() error {
	return d.serve(func(ctx context.Context, h *house.House, pages *web.Web, base string) error {
		ctx = access.AsOperator(ctx)
		units, err := h.Book.Store.Count(ctx, store.Query{In: store.Units, By: "code", Limit: 1})
		if err != nil {
			return err
		}
		people, err := demoList[access.NewPerson]("people")
		if err != nil {
			return err
		}
		if units == 0 {
			fmt.Println("Loading the demo register …")
			if err := loadDemo(ctx, h, people); err != nil {
				return fmt.Errorf("the demo register cannot be loaded: %w", err)
			}
			if _, err := h.Proofs.Integrate(ctx); err != nil {
				return err
			}
		}
		for _, p := range people {
			if _, err := store.Get[models.Person](ctx, h.Book.Store, store.People, p.Code); err == nil && p.Username != "" {
				pages.Demo = append(pages.Demo, web.SignIn{Role: p.Role, Username: p.Username, Password: demoPassword})
			}
		}
		fmt.Println("Quartermaster is at " + base)
		for _, s := range pages.Demo {
			fmt.Printf("  %-12s sign in as %-16s password %s\n", s.Role, s.Username, s.Password)
		}
		return nil
	})
}

func demoList[T any](name string) ([]T, error) {
	raw, err := testdata.Demo.ReadFile("demo/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var list []T
	return list, json.Unmarshal(raw, &list)
}

func loadDemo(ctx context.Context, h *house.House, people []access.NewPerson) error {
	if err := addAll(ctx, "units", h.Register.AddUnit); err != nil {
		return err
	}
	if err := addAll(ctx, "categories", h.Register.AddCategory); err != nil {
		return err
	}
	if err := addAll(ctx, "donors", h.Register.AddDonor); err != nil {
		return err
	}
	if err := addAll(ctx, "grants", h.Register.AddGrant); err != nil {
		return err
	}
	if err := addAll(ctx, "stock", h.Stock.AddItem); err != nil {
		return err
	}
	for _, p := range people {
		if p.Username != "" {
			p.Password = demoPassword
		}
		if _, err := h.Access.AddPerson(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p.Code, err)
		}
	}
	assets, err := testdata.Demo.ReadFile("demo/assets.csv")
	if err != nil {
		return err
	}
	taken, err := h.Register.Import(ctx, register.Import{File: assets})
	if err != nil {
		return err
	}
	return (&story{h, ctx}).tell(taken.FirstTag)
}

func addAll[T, P any](ctx context.Context, name string, add func(context.Context, T) (P, error)) error {
	list, err := demoList[T](name)
	if err != nil {
		return err
	}
	for _, item := range list {
		if _, err := add(ctx, item); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
