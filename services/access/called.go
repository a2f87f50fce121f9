package access

import (
	"context"
	"strings"

	"quartermaster/models"
	"quartermaster/services/store"
	"quartermaster/services/words"
)

// mostAlike is how many people a refusal names whom a text fits.
const mostAlike = 5

// Called returns the code of the person that a field means, which is typed as a code, a
// name or a service number, among those that the caller sees; it refuses Invalid, on
// field, what fits several. What fits nobody is returned as it is, for whoever uses it to
// refuse.
func (s *Service) Called(ctx context.Context, field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if _, err := s.Person(ctx, text); err == nil || models.KindOf(err) != models.NotFound {
		return text, nil
	}
	page, err := s.PeopleNamed(ctx, models.Words(text), mostAlike)
	if err != nil {
		return "", err
	}
	var fit []string
	var alike words.List
	for _, r := range page.Records {
		p, err := store.Decode[models.Person](r)
		if err != nil {
			return "", err
		}
		if !p.Inactive {
			fit = append(fit, p.Code)
			alike = append(alike, strings.TrimSpace(p.Rank+" "+p.Name)+" ("+p.Code+")")
		}
	}
	switch len(fit) {
	case 0:
		return text, nil
	case 1:
		return fit[0], nil
	}
	return "", models.Refuse(models.Invalid, field, "fits several people: %v; type the code of one", alike)
}
