package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"regexp"

	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
)

// LargestJSON is the most that a JSON body may hold, in bytes.
const LargestJSON = 1 << 20

// Body reads the request's body, of at most limit bytes.
func Body(c *fiber.Ctx, limit int) ([]byte, error) {
	tooLarge := func() error {
		c.Set(fiber.HeaderConnection, "close") // what follows is not read
		size, unit := limit>>20, "MB"
		if size == 0 {
			size, unit = limit>>10, "kB"
		}
		return models.Refuse(models.TooLarge, "", "the request is larger than %d %s", size, unit)
	}
	if c.Request().Header.ContentLength() > limit {
		return nil, tooLarge()
	}
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		body := c.Request().Body()
		if len(body) > limit {
			return nil, tooLarge()
		}
		return takeForm(c, body), nil
	}
	body, err := io.ReadAll(io.LimitReader(stream, int64(limit)+1))
	if err != nil {
		c.Set(fiber.HeaderConnection, "close") // nobody can tell where the next request begins
		return nil, models.Refuse(models.Malformed, "", "the request broke off").Because(err)
	}
	if len(body) > limit {
		return nil, tooLarge()
	}
	c.Request().SetBodyRaw(body) // for whoever asks again
	return takeForm(c, body), nil
}

// JSON reads the request's body as exactly one JSON document of T: no unknown
// fields, nothing behind it.
func JSON[T any](c *fiber.Ctx) (T, error) {
	var doc T
	media, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if media != fiber.MIMEApplicationJSON {
		return doc, models.Refuse(models.Unsupported, "Content-Type", "must be application/json")
	}
	body, err := Body(c, LargestJSON)
	if err != nil {
		return doc, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&doc); err != nil {
		return doc, explain(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return doc, models.Refuse(models.Malformed, "", "something follows the JSON document")
	}
	if name, twice := givenTwice(body); twice {
		return doc, models.Refuse(models.Malformed, name, "is given twice")
	}
	return doc, nil
}

// givenTwice returns a name that one object of a JSON document has twice, of which programs
// take now the first, now the last (RFC 8259, section 4).
func givenTwice(document []byte) (string, bool) {
	type object struct {
		names map[string]bool // nil of a list
		value bool            // a value comes next, not a name
	}
	var within []object
	decoder := json.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if err != nil {
			return "", false
		}
		in := len(within) - 1
		switch token {
		case json.Delim('{'):
			within = append(within, object{names: map[string]bool{}})
			continue
		case json.Delim('['):
			within = append(within, object{})
			continue
		case json.Delim('}'), json.Delim(']'):
			within = within[:in]
			in--
		default:
			if in >= 0 && within[in].names != nil && !within[in].value {
				name := token.(string) // what stands where a name does
				if within[in].names[name] {
					return name, true
				}
				within[in].names[name], within[in].value = true, true
				continue
			}
		}
		if in >= 0 {
			within[in].value = false
		}
	}
}

var unknownField = regexp.MustCompile(`^json: unknown field "(.*)"$`)

var jsonNames = map[string]string{
	"string": "text", "int": "a whole number", "int64": "a whole number", "float64": "a number", "bool": "true or false",
}

// explain says in words what is wrong with a JSON document, and where.
func explain(err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var refused *models.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &wrongType):
		wanted, ok := jsonNames[wrongType.Type.String()]
		if !ok {
			wanted = map[string]string{"struct": "an object", "slice": "a list", "map": "an object", "string": "text"}[wrongType.Type.Kind().String()]
		}
		return models.Refuse(models.Malformed, wrongType.Field, "must be %s, not a %s", wanted, wrongType.Value).Because(err)
	case errors.As(err, &syntax):
		return models.Refuse(models.Malformed, "", "the JSON cannot be read at byte %d: %s", syntax.Offset, syntax.Error()).Because(err)
	case errors.Is(err, io.EOF):
		return models.Refuse(models.Malformed, "", "a JSON document is expected").Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return models.Refuse(models.Malformed, "", "the JSON document breaks off").Because(err)
	}
	if name := unknownField.FindStringSubmatch(err.Error()); name != nil {
		return models.Refuse(models.Malformed, name[1], "is not a field of this request").Because(err)
	}
	return models.Refuse(models.Malformed, "", "the JSON cannot be read: %s", err).Because(err)
}

// Upload is a form with one file.
type Upload struct {
	Name    string // of the file
	Content []byte
	Values  map[string]string // of the form's other fields
}

// OneFile reads a file of at most limit bytes: the part named "file" of a
// multipart form, or the whole body.
func OneFile(c *fiber.Ctx, limit int) (*Upload, error) {
	const formFields = 1 << 20 // room for the form's other fields
	body, err := Body(c, limit+formFields)
	if err != nil {
		return nil, err
	}
	media, params, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if media != fiber.MIMEMultipartForm {
		return &Upload{Name: c.Query("name"), Content: body, Values: map[string]string{}}, nil
	}
	upload := &Upload{Values: map[string]string{}}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return upload, nil
		}
		if err != nil {
			return nil, models.Refuse(models.Malformed, "file", "the form cannot be read").Because(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, models.Refuse(models.Malformed, "file", "the form breaks off").Because(err)
		}
		if part.FormName() == "file" {
			upload.Name, upload.Content = part.FileName(), content
		} else {
			upload.Values[part.FormName()] = typed(part.FormName(), string(content))
		}
	}
}
