package public

import (
	"time"

	"quartermaster/models"
	"quartermaster/services/limit"
)

const (
	// fromOne and fromAll are how many reports are taken in a window from one address,
	// which a whole post may share, and from all of them.
	fromOne = 6
	fromAll = 120
	window  = time.Hour
	// mostWaiting is how many may wait for somebody to look at them; it bounds what
	// strangers can make the book keep.
	mostWaiting = 2000
)

// admit counts one report from an address, or refuses it.
func (s *Service) admit(address string) error {
	s.once.Do(func() { s.limit = &limit.Limit{One: fromOne, All: fromAll, Window: window} })
	if wait, ok := s.limit.Admit(s.Book.Now(), limit.Network(address)); !ok {
		return models.Refuse(models.TooMany, "", "too many reports came in; try again in %d minutes, or tell the nearest post", max(1, int(wait.Minutes()))).After(wait)
	}
	return nil
}
