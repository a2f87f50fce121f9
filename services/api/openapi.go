package api

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3gen"
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
)

func (a *API) openapi(c *fiber.Ctx) error {
	raw, err := a.description()
	if err != nil {
		return err
	}
	return sendJSON(c, ok, raw)
}

var parameter = regexp.MustCompile(`:(\w+)`)

func (a *API) describe() (*openapi3.T, error) {
	doc := &openapi3.T{
		OpenAPI: "3.0.3",
		Info: &openapi3.Info{Title: "Quartermaster", Version: "1", Description: "The property book for donated equipment. " +
			"Sign in at /sessions and send the token as a bearer token. Documents carry an ETag; send it back in If-Match to change only what you read. " +
			"Every POST honours Idempotency-Key: the same request sent again is answered as the first time. Happened-At and Device-Clock say when something was done that is sent later. Errors are problem details (RFC 9457)."},
		Paths:   openapi3.NewPaths(),
		Servers: openapi3.Servers{{URL: Root}},
		Components: &openapi3.Components{
			Schemas:         openapi3.Schemas{},
			SecuritySchemes: openapi3.SecuritySchemes{"bearer": {Value: openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer")}},
		},
		Security: openapi3.SecurityRequirements{{"bearer": {}}},
	}
	refused, err := schemaOf(doc, problem{})
	if err != nil {
		return nil, err
	}
	for _, r := range a.Routes() {
		operation := &openapi3.Operation{Summary: r.Summary, OperationID: operationID(r), Responses: openapi3.NewResponsesWithCapacity(2)}
		for _, name := range parameter.FindAllStringSubmatch(r.Path, -1) {
			operation.AddParameter(openapi3.NewPathParameter(name[1]).WithSchema(openapi3.NewStringSchema()))
		}
		for _, p := range r.Query {
			operation.AddParameter(openapi3.NewQueryParameter(p.Name).WithDescription(p.Says).WithSchema(openapi3.NewStringSchema()))
		}
		if r.Public {
			operation.Security = &openapi3.SecurityRequirements{}
		}
		if r.Body != nil {
			schema, err := schemaOf(doc, r.Body)
			if err != nil {
				return nil, err
			}
			operation.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithRequired(true).WithContent(openapi3.NewContentWithJSONSchemaRef(schema))}
		}
		answer := openapi3.NewResponse().WithDescription(r.Summary)
		if r.Answer != nil {
			schema, err := schemaOf(doc, r.Answer)
			if err != nil {
				return nil, err
			}
			if r.List {
				schema = openapi3.NewObjectSchema().WithPropertyRef("items", &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{"array"}, Items: schema}}).
					WithProperty("next", openapi3.NewStringSchema()).NewRef()
			}
			answer.WithContent(openapi3.NewContentWithJSONSchemaRef(schema))
		}
		operation.Responses.Set(strconv.Itoa(r.Status), &openapi3.ResponseRef{Value: answer})
		operation.Responses.Set("default", &openapi3.ResponseRef{Value: openapi3.NewResponse().WithDescription("Refused: what is wrong, and with which field").
			WithContent(openapi3.NewContentWithSchemaRef(refused, []string{"application/problem+json"}))})
		doc.AddOperation(parameter.ReplaceAllString(r.Path, "{$1}"), r.Method, operation)
	}
	return doc, nil
}

var separators = regexp.MustCompile(`[^a-z]+`)

func operationID(r Route) string {
	return strings.ToLower(r.Method) + "_" + strings.Trim(separators.ReplaceAllString(strings.ToLower(r.Path), "_"), "_")
}

var (
	timeType     = reflect.TypeFor[models.Time]()
	dayType      = reflect.TypeFor[models.Day]()
	quantityType = reflect.TypeFor[models.Quantity]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	kindsType    = reflect.TypeFor[models.Kind]()
)

// schemaOf returns the schema of a value's type, kept under its name.
func schemaOf(doc *openapi3.T, value any) (*openapi3.SchemaRef, error) {
	name := reflect.TypeOf(value).Name()
	if doc.Components.Schemas[name] == nil {
		schema, err := openapi3gen.NewSchemaRefForValue(value, nil, openapi3gen.SchemaCustomizer(customise))
		if err != nil {
			return nil, err
		}
		doc.Components.Schemas[name] = &openapi3.SchemaRef{Value: schema.Value}
	}
	return openapi3.NewSchemaRef("#/components/schemas/"+name, doc.Components.Schemas[name].Value), nil
}

// customise says of our own types what their JSON is.
func customise(_ string, t reflect.Type, _ reflect.StructTag, schema *openapi3.Schema) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case timeType:
		*schema = *openapi3.NewDateTimeSchema()
	case dayType:
		schema.Description = "a day as ISO 8601 writes it, or empty"
	case quantityType:
		*schema = *openapi3.NewFloat64Schema()
		schema.Description = "a decimal with at most three places"
	case rawType:
		*schema = openapi3.Schema{}
	case kindsType:
		schema.Description = "the sort of refusal"
	}
	return nil
}
