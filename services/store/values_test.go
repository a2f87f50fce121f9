package store_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// TestValuesAreThoseOfTheJSON compares what indexes hold of documents with what their
// JSON says, where a field is set, empty, left out, nested or embedded.
func TestValuesAreThoseOfTheJSON(t *testing.T) {
	at := models.At(time.Date(2026, 3, 31, 9, 30, 0, 0, time.UTC))
	docs := map[*store.Collection][]any{
		store.Assets: {
			&models.Asset{},
			&models.Asset{Number: 7, Name: "broken \xff text", Category: "radio", DueBack: "2026-04-01", LastSeenAt: &at, Care: &models.Care{}, Base: models.Base{Version: 3, UpdatedAt: at}},
			&models.Asset{Care: &models.Care{Due: "2026-04-01", Late: "2026-04-08", Certificate: &models.Certificate{Expiry: "2027-01-01"}}},
		},
		store.Flags:          {&models.Flag{}, &models.Flag{Kind: models.Unaccounted, Owner: "guard", RisesOn: "2026-04-01", OpenedAt: at}},
		store.Events:         {&models.Entry{}, &models.Entry{Subject: "assets/1", Seq: 2, At: at}},
		store.StocktakeLines: {&models.StocktakeLine{}, &models.StocktakeLine{Line: 4, Sighting: &models.Sighting{By: "guard", ReceivedAt: at}}},
		store.Stocktakes:     {&models.Stocktake{}, &models.Stocktake{Serial: 12, OpenedAt: at}},
		store.Grants:         {&models.Grant{}, &models.Grant{Code: "A", To: "2027-01-01"}},
	}
	for c, some := range docs {
		for _, index := range c.Indexes {
			for _, path := range index.Fields {
				if c.IsMany(path) {
					continue
				}
				for _, doc := range some {
					got, err := store.Value(doc, path)
					if want := inJSON(t, doc, path); err != nil || !reflect.DeepEqual(got, want) {
						t.Errorf("%s of %s: %#v, %v; its JSON says %#v", path, c.Name, got, err, want)
					}
				}
			}
		}
	}
}

func inJSON(t *testing.T, doc any, path string) any {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	if n, ok := value.(float64); ok {
		return int64(n)
	}
	return value
}

func TestAnIndexOfAListIsRefused(t *testing.T) {
	if value, err := store.Value(&models.Asset{Path: []string{"NORTH"}}, "path"); err == nil {
		t.Errorf("path is indexed as %v", value)
	}
}
