package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/alexedwards/argon2id"

	"quartermaster/models"
)

// hashing is argon2id as the OWASP Password Storage Cheat Sheet advises (19 MiB,
// 2 passes, 1 lane), which a small server can do for several people at once.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashers bounds how many hashes are computed at once, and with it their memory.
var hashers = make(chan struct{}, 2)

// waiting bounds how many wait for their turn: a second's worth, so that a flood of
// sign-ins holds up nobody who is signed in.
var waiting = make(chan struct{}, 64)

// turn waits for the right to compute a hash, which leave gives back.
func turn(ctx context.Context) (leave func(), err error) {
	select {
	case waiting <- struct{}{}:
		defer func() { <-waiting }()
	default:
		const soon = 2 * time.Second
		return nil, models.Refuse(models.Unavailable, "", "too many people sign in at this moment; try again in a moment").After(soon)
	}
	select {
	case hashers <- struct{}{}:
		return func() { <-hashers }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func newHash(ctx context.Context, secret string) (string, error) {
	leave, err := turn(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(secret, hashing)
}

const shortestPassword, longestPassword = 10, 200

// matches is for whoever has a turn.
func matches(password, hash string) bool {
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return err == nil && ok
}

// nobody's hash is compared for user names that do not exist, so that an answer
// takes as long as for those that do. It is of the same cost as hashing.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$2HTnkYwWbnrUHfHTv3Tf5Tq6pQ6cSFVEmUfDWkNnK0E"

// Secret returns n random bytes in URL-safe text.
func Secret(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(raw)
}
