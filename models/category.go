package models

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Category is a kind of equipment (scanner, vehicle, radio, test kit) and what
// is recorded of each item of that kind.
type Category struct {
	Code   string  `json:"code" validate:"required,code"`
	Name   string  `json:"name" validate:"required,text,max=200"`
	Fields []Field `json:"fields,omitempty" validate:"max=60,unique=Name,dive"`
	// LifeMonths is the expected life; 0 when none is set.
	LifeMonths int `json:"life_months,omitempty" validate:"min=0,max=1200"`
	// SeenWithin is after how many days without being seen an item is unaccounted; 0 is
	// a year.
	SeenWithin int `json:"seen_within_days,omitempty" validate:"min=0,max=3660"`
	// Class is the class of property in the accounts (IPSAS 45), such as "vehicles".
	Class string `json:"class,omitempty" validate:"omitempty,text,max=80"`
	// Residual is what is left of the cost at the end of the life, in percent; "" is nothing.
	Residual string `json:"residual,omitempty" validate:"omitempty,percent"`
	// Threshold is the cost from which an item is capitalised; below it is an expense.
	Threshold *Money `json:"threshold,omitempty"`
	// Demands are the courses of whoever has its equipment in custody.
	Demands []Demand `json:"demands,omitempty" validate:"max=20,unique=Course,dive"`
	// Meters are what counts the use of its items.
	Meters []Meter `json:"meters,omitempty" validate:"max=6,unique=Name,dive"`
	// Calibrated says that its items are issued only with a calibration certificate in
	// force.
	Calibrated bool `json:"calibrated,omitempty"`
	// Enhanced says that every item is seen on each end-use visit, whatever the sample.
	Enhanced bool `json:"enhanced,omitempty"`
	Base
}

// AYear is after how many days without being seen an item of a category that says
// nothing else is unaccounted.
const AYear = 365

// UnseenAfter is how many days an item of the category may go unseen.
func (c *Category) UnseenAfter() int {
	if c.SeenWithin == 0 {
		return AYear
	}
	return c.SeenWithin
}

// Field defines one custom field of a category.
type Field struct {
	Name     string    `json:"name" validate:"required,fieldname"`
	Label    string    `json:"label" validate:"required,text,max=80"`
	Type     FieldType `json:"type" validate:"required,oneof=text number day choice yesno"`
	Unit     string    `json:"unit,omitempty" validate:"max=16"` // of measure, for numbers: km, h, V
	Required bool      `json:"required,omitempty"`
	Choices  []string  `json:"choices,omitempty" validate:"max=100,dive,required,max=80"`
	Pattern  string    `json:"pattern,omitempty" validate:"omitempty,max=200,regexp"`
}

// FieldType is what a custom field holds.
type FieldType string

// The types of custom field.
const (
	TextField   FieldType = "text"
	NumberField FieldType = "number"
	DayField    FieldType = "day"
	ChoiceField FieldType = "choice"
	YesNoField  FieldType = "yesno"
)

const longestFieldText = 2000

// CheckFields returns values as they are kept (numbers as numbers, days in ISO
// form, blanks left out), or one Detail for each value that is not acceptable.
func (c *Category) CheckFields(values map[string]any) (map[string]any, []Detail) {
	kept := make(map[string]any, len(values))
	var wrong []Detail
	known := make(map[string]bool, len(c.Fields))
	for _, f := range c.Fields {
		known[f.Name] = true
		value, given := values[f.Name]
		if text, isText := value.(string); !given || value == nil || isText && strings.TrimSpace(text) == "" {
			if f.Required {
				wrong = append(wrong, Matter(0, "fields."+f.Name, "%s is required for %s", f.Label, c.Name))
			}
			continue
		}
		clean, problem := f.check(value)
		if problem.Format != "" {
			wrong = append(wrong, Matter(0, "fields."+f.Name, "%s %s", f.Label, problem))
			continue
		}
		kept[f.Name] = clean
	}
	for name, value := range values {
		if !known[name] && value != nil { // a field of the category that it had may be taken out
			wrong = append(wrong, Matter(0, "fields."+name, "%s has no field of this name", c.Name))
		}
	}
	if len(kept) == 0 {
		kept = nil
	}
	return kept, wrong
}

// check returns value in its kept form, or what is wrong with it.
func (f Field) check(value any) (kept any, problem Text) {
	switch f.Type {
	case NumberField:
		n, ok := number(value)
		if !ok {
			return nil, Say("must be a number")
		}
		return n, Text{}
	case YesNoField:
		switch v := value.(type) {
		case bool:
			return v, Text{}
		case string:
			switch strings.ToLower(strings.TrimSpace(v)) {
			case "yes", "y", "true", "1":
				return true, Text{}
			case "no", "n", "false", "0":
				return false, Text{}
			}
		}
		return nil, Say("must be yes or no")
	}
	text, ok := value.(string)
	if !ok {
		return nil, Say("must be text")
	}
	text = strings.TrimSpace(text)
	switch {
	case utf8.RuneCountInString(text) > longestFieldText:
		return nil, Say("is longer than %d characters", longestFieldText)
	case f.Type == DayField:
		day, err := ParseDay(text)
		if err != nil || !day.Valid() {
			return nil, Say("must be a day such as 2026-03-31")
		}
		return string(day), Text{}
	case f.Type == ChoiceField:
		for _, choice := range f.Choices {
			if strings.EqualFold(choice, text) {
				return choice, Text{}
			}
		}
		return nil, Say("must be one of %s", strings.Join(f.Choices, ", "))
	case f.Pattern != "":
		if matched, err := regexp.MatchString("^(?:"+f.Pattern+")$", text); err != nil || !matched {
			return nil, Say("does not have the expected form")
		}
	}
	return text, Text{}
}

func number(value any) (float64, bool) {
	var n float64
	switch v := value.(type) {
	case float64:
		n = v
	case int:
		n = float64(v)
	case string:
		parsed, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(v), ",", ""), 64)
		if err != nil {
			return 0, false
		}
		n = parsed
	default:
		return 0, false
	}
	return n, !math.IsNaN(n) && !math.IsInf(n, 0)
}
