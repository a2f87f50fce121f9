package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"quartermaster/models"
	"quartermaster/services/store"
)

// KeptFor is how long a request can be repeated under its Idempotency-Key: a
// phone that was out of reach over a long weekend still gets the first answer.
const KeptFor = 7 * 24 * time.Hour

// Once makes one request take effect once, however often it is sent. Its answer
// is written in the same Commit as the change, so neither can be there without
// the other.
type Once struct {
	id, request string
	result      any
	claimed     bool // by this very request
}

// Replayed is the answer that was given when the request was carried out.
type Replayed struct{ Body []byte }

func (*Replayed) Error() string { return "ledger: this request was already carried out" }

type onceKey struct{}

const longestKey = 200

// OnlyOnce returns a context in which the first Commit claims key for person and
// for this very request (its method, address and body). It returns *Replayed when
// that was done before, and a Conflict when the key was used for another request.
func (b *Book) OnlyOnce(ctx context.Context, person, key string, request ...[]byte) (context.Context, error) {
	if len(key) > longestKey {
		return nil, models.Refuse(models.Invalid, "Idempotency-Key", "is longer than %d characters", longestKey)
	}
	sum := sha256.New()
	for _, part := range request {
		sum.Write(part)
		sum.Write([]byte{0})
	}
	once := &Once{id: person + "/" + key, request: hex.EncodeToString(sum.Sum(nil))}
	if err := b.replay(ctx, once); !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return context.WithValue(ctx, onceKey{}, once), nil
}

// Instead returns what a request is answered that changed nothing and ended with err,
// which may be nil: that, or *Replayed when the same request, sent at the same moment,
// was carried out meanwhile. What this one was refused for, or found done already, is
// then what the other did.
func (b *Book) Instead(ctx context.Context, err error) error {
	once := onceOf(ctx)
	if once == nil || once.claimed {
		return err
	}
	var first *Replayed
	if replay := b.replay(ctx, once); errors.As(replay, &first) {
		return first
	}
	return err
}

// Answer sets what a repetition of the request in ctx is answered, where that is
// not the first document of the Commit.
func Answer(ctx context.Context, result any) {
	if once := onceOf(ctx); once != nil {
		once.result = result
	}
}

// Further returns a context for the Commits of a request after its first, which
// claims the key for all of them.
func Further(ctx context.Context) context.Context {
	return context.WithValue(ctx, onceKey{}, (*Once)(nil))
}

func onceOf(ctx context.Context) *Once {
	once, _ := ctx.Value(onceKey{}).(*Once)
	return once
}

func (o *Once) answer(doc any, now models.Time) (*models.Answer, error) {
	if o.result != nil {
		doc = o.result
	}
	if _, secret := doc.(interface{ Secret() }); secret {
		doc = struct{}{} // it is given to nobody, by a repetition no more than at first
	}
	body, err := json.Marshal(doc)
	return &models.Answer{Request: o.request, Body: body, ExpiresAt: models.At(now.Add(KeptFor))}, err
}

func (b *Book) replay(ctx context.Context, once *Once) error {
	answer, err := store.Get[models.Answer](ctx, b.Store, store.Answers, once.id)
	if err != nil {
		return err
	}
	if answer.Request != once.request {
		return models.Refuse(models.Conflict, "Idempotency-Key", "was used for a different request; use a new key for each")
	}
	return &Replayed{Body: answer.Body}
}
