package stocktake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

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

// remembered is how long the digest of a closed stocktake's lines is taken to be what
// it was: the lines do not change any more, unless somebody writes in the store itself.
const remembered = 10 * time.Minute

// mostRemembered bounds the memory.
const mostRemembered = 500

type digested struct {
	version int64
	at      time.Time
	digest  string
}

// digest is the digest of a closed stocktake's lines, not made anew at each look:
// of 100,000 lines that takes seconds.
func (s *Service) digest(ctx context.Context, st *models.Stocktake) (string, error) {
	now := s.Book.Now()
	s.digesting.Lock()
	known, ok := s.digests[st.Number]
	s.digesting.Unlock()
	if ok && known.version == st.Version && now.Sub(known.at).Abs() < remembered {
		return known.digest, nil
	}
	_, digest, err := s.result(ctx, st)
	if err != nil {
		return "", err
	}
	s.digesting.Lock()
	defer s.digesting.Unlock()
	if s.digests == nil || len(s.digests) >= mostRemembered {
		s.digests = map[string]digested{}
	}
	s.digests[st.Number] = digested{st.Version, now, digest}
	return digest, nil
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
	if line.RecountDue != "" || line.Recount != nil && line.Recount.Missed {
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
