package models

import (
	"errors"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/go-playground/validator/v10"
)

var (
	codeForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	usernameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,79}$`)
	fieldForm    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

var rules = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	matches := func(form *regexp.Regexp) validator.Func {
		return func(f validator.FieldLevel) bool { return form.MatchString(f.Field().String()) }
	}
	for name, rule := range map[string]validator.Func{
		"code":      matches(codeForm),
		"username":  matches(usernameForm),
		"fieldname": matches(fieldForm),
		"percent":   matches(percentForm),
		"rate":      matches(rateForm),
		"amount":    func(f validator.FieldLevel) bool { return ValidAmount(f.Field().String()) },
		"yearday":   func(f validator.FieldLevel) bool { return yearDay(f.Field().String()) },
		"day":       func(f validator.FieldLevel) bool { return Day(f.Field().String()).Valid() },
		"text":      func(f validator.FieldLevel) bool { return printable(f.Field().String()) },
		"regexp": func(f validator.FieldLevel) bool {
			_, err := regexp.Compile(f.Field().String())
			return err == nil
		},
	} {
		if err := v.RegisterValidation(name, rule, true); err != nil {
			panic(err) // a rule's name is a constant above
		}
	}
	return v
})

// printable refuses text that is blank or holds control characters.
func printable(s string) bool {
	return strings.TrimSpace(s) != "" && strings.IndexFunc(s, unicode.IsControl) < 0
}

// Validate checks a model against its tags and returns an Invalid Error that
// names each field that is not acceptable, or nil.
func Validate(model any) error {
	err := rules().Struct(model)
	if err == nil {
		return nil
	}
	var wrong validator.ValidationErrors
	if !errors.As(err, &wrong) {
		return Refuse(Invalid, "", "this cannot be checked").Because(err)
	}
	details := make([]Detail, len(wrong))
	for i, w := range wrong {
		_, field, _ := strings.Cut(w.Namespace(), ".")
		details[i] = sentence(w).matter(0, embedded.Replace(field))
	}
	return Wrong(details)
}

// Wrong makes one Invalid Error of several matters; nil when there are none.
func Wrong(details []Detail) error {
	if len(details) == 0 {
		return nil
	}
	first := details[0]
	e := Refuse(Invalid, first.Field, "")
	e.Say(first.Text())
	if first.Line > 0 {
		e.Say(Say("line %d: %s", first.Line, first.Text()))
	}
	if len(details) > 1 || first.Line > 0 {
		e.Details = details
	}
	return e
}

// embedded structs do not stand in the names of fields.
var embedded = strings.NewReplacer("Base.", "", "Accounting.", "", "Item.", "")

func sentence(w validator.FieldError) Text {
	switch w.Tag() {
	case "required":
		return Say("is required")
	case "max":
		if w.Kind() == reflect.String {
			return Say("is longer than %s characters", w.Param())
		}
		return Say("is more than %s", w.Param())
	case "min":
		return Say("is less than %s", w.Param())
	case "oneof":
		return Say("must be one of %s", strings.ReplaceAll(w.Param(), " ", ", "))
	case "code":
		return Say("is a code of up to 40 letters, digits, dots, dashes and underscores")
	case "yearday":
		return Say("is a day of the year, month and day; write it like 01-31")
	case "username":
		return Say("is 2 to 80 lower-case letters, digits and . _ @ -")
	case "fieldname":
		return Say("is a name of lower-case letters, digits and underscores, starting with a letter")
	case "amount":
		return Say(`is an amount such as "1250.00"`)
	case "percent":
		return Say("is a percentage from 0 to 100, such as 75 or 33.3")
	case "rate":
		return Say("is a rate such as 278.45")
	case "iso4217":
		return Say("is not a currency code such as USD or PKR")
	case "day":
		return Say("is not a day; write it like 2026-03-31")
	case "email":
		return Say("is not an e-mail address")
	case "text":
		return Say("is blank or holds characters that cannot be printed")
	case "excludes":
		return Say("must not hold %s", w.Param())
	case "unique":
		return Say("holds the same value twice")
	case "regexp":
		return Say("is not a pattern that can be used")
	}
	return Say("is not acceptable (%s)", w.Tag())
}
