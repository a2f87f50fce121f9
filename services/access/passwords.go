package access

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"quartermaster/models"
)

// hashing is argon2id as the OWASP Password Storage Cheat Sheet advises (19 MiB,
// 2 passes, 1 lane), which a small server can do for several people at once.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashers bounds how many hashes are computed at once, and with it their memory.
var hashers = make(chan struct{}, 2)

const shortestPassword, longestPassword = 10, 200

// hashPassword checks a new password against NIST SP 800-63B section 5.1.1.2
// (length and context, no rules of composition) and returns its hash.
func hashPassword(password, username string) (string, error) {
	n := utf8.RuneCountInString(password)
	switch {
	case n < shortestPassword:
		return "", models.Refuse(models.Invalid, "password", "must have at least %d characters", shortestPassword)
	case n > longestPassword:
		return "", models.Refuse(models.Invalid, "password", "must have at most %d characters", longestPassword)
	case username != "" && strings.Contains(strings.ToLower(password), username) && n < len(username)+6:
		return "", models.Refuse(models.Invalid, "password", "must not be made of the user name")
	case strings.Trim(password, password[:1]) == "":
		return "", models.Refuse(models.Invalid, "password", "must not be one character repeated")
	}
	hashers <- struct{}{}
	defer func() { <-hashers }()
	return argon2id.CreateHash(password, hashing)
}

func passwordMatches(password, hash string) bool {
	hashers <- struct{}{}
	defer func() { <-hashers }()
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
