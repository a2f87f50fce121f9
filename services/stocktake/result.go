package stocktake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"quartermaster/models"
	"quartermaster/services/store"
)

// result counts every line, and returns with it the SHA-256 of all of them in the
// order of the sheets: each as JSON on a line of its own, without what the book
// learns of it after the closing.
func (s *Service) result(ctx context.Context, st *models.Stocktake) (*models.Tally, string, error) {
	t := &models.Tally{}
	sum := sha256.New()
	lines := store.Query{In: store.StocktakeLines, By: "line", Where: []store.Cond{store.Is("stocktake", st.Number)}}
	err := s.each(ctx, lines, func(r store.Record) error {
		line, err := store.Decode[models.StocktakeLine](r)
		if err != nil {
			return err
		}
		tallied(t, line)
		line.Base, line.MissingSince, line.SeenAgainAt = models.Base{}, "", nil
		text, err := json.Marshal(line)
		if err != nil {
			return err
		}
		sum.Write(append(text, '\n'))
		return nil
	})
	return t, hex.EncodeToString(sum.Sum(nil)), err
}

func tallied(t *models.Tally, line *models.StocktakeLine) {
	switch line.State {
	case models.LineOutstanding:
		t.Outstanding++
	case models.LineSighted:
		t.Sighted++
	case models.LineExplained:
		t.Explained++
	case models.LineUnaccounted:
		t.Unaccounted++
	case models.LineMisplaced:
		t.Misplaced++
	case models.LineUnknown:
		t.Unknown++
	}
	if line.Line > 0 {
		t.Expected++
	}
	if line.RecountDue != "" {
		t.Recounts++
	}
	if seen := line.Seen(); seen != nil {
		if seen.OwnCustody {
			t.OwnCustody++
		}
		if seen.OnPaper {
			t.OnPaper++
		}
	}
}
