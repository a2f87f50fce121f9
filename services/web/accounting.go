package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/words"
)

// accountInputs are the fields that donors' registers ask for.
func accountInputs() []input {
	uses := []option{{Value: "", Label: say("not verified")}}
	for _, u := range models.EndUses {
		uses = append(uses, option{Value: string(u), Label: words.Capital{Of: u}})
	}
	return []input{
		{Name: "use", Label: say("Use"), Type: "select", Options: uses},
		{Name: "use_verified_on", Label: say("Use verified on"), Type: "date"},
		{Name: "value.currency", Label: say("Reporting currency"), Max: 3},
		{Name: "value.rate", Label: say("Rate of the day"), Type: "decimal", Hint: say("How much of it one of the cost's currency was worth")},
		{Name: "value.on", Label: say("Day of the rate"), Type: "date"},
		{Name: "value.amount", Label: say("Value in the reporting currency"), Type: "decimal", Hint: say("Worked out by the rate when left empty")},
		{Name: "insurance", Label: say("Insurance"), Max: 120, Hint: say("Insurer and policy")},
		{Name: "insured_to", Label: say("Insured until"), Type: "date"},
	}
}

func accountingOf(c *fiber.Ctx) models.Accounting {
	text := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	a := models.Accounting{Share: text("share"), Invoice: text("invoice"), Use: models.EndUse(text("use")), UseVerifiedOn: models.Day(text("use_verified_on")),
		Insurance: text("insurance"), InsuredTo: models.Day(text("insured_to"))}
	value := models.Valuation{Amount: text("value.amount"), Currency: strings.ToUpper(text("value.currency")), Rate: text("value.rate"), On: models.Day(text("value.on"))}
	if value != (models.Valuation{}) {
		a.Value = &value
	}
	return a
}

func accountValues(values map[string]string, a *models.Accounting) {
	for name, value := range map[string]string{"share": a.Share, "invoice": a.Invoice, "use": string(a.Use), "use_verified_on": string(a.UseVerifiedOn),
		"insurance": a.Insurance, "insured_to": string(a.InsuredTo)} {
		values[name] = value
	}
	if v := a.Value; v != nil {
		values["value.amount"], values["value.currency"], values["value.rate"], values["value.on"] = v.Amount, v.Currency, v.Rate, string(v.On)
	}
}

// accountsOf reads how a category stands in the accounts, and how often its items
// must be seen.
func accountsOf(c *fiber.Ctx, category *models.Category) error {
	category.Class, category.Residual = strings.TrimSpace(c.FormValue("class")), strings.TrimSpace(c.FormValue("residual"))
	if text := strings.TrimSpace(c.FormValue("life_months")); text != "" {
		months, err := strconv.Atoi(text)
		if err != nil {
			return models.Refuse(models.Malformed, "life_months", "must be a whole number of months")
		}
		category.LifeMonths = months
	}
	if text := strings.TrimSpace(c.FormValue("seen_within_days")); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil {
			return models.Refuse(models.Malformed, "seen_within_days", "must be a whole number of days")
		}
		category.SeenWithin = days
	}
	threshold := models.Money{Amount: strings.TrimSpace(c.FormValue("threshold.amount")), Currency: strings.ToUpper(strings.TrimSpace(c.FormValue("threshold.currency")))}
	if threshold != (models.Money{}) {
		category.Threshold = &threshold
	}
	return nil
}
