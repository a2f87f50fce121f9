package access

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"quartermaster/models"
	"quartermaster/services/store"
)

// commonPasswords are the commonest of those that are long enough, in small letters, a
// line each; its head says whence they are and under which licence.
//
//go:embed common_passwords.txt.gz
var commonPasswords []byte

// isCommon says whether a password is one that many people took: those are tried first.
// They are read through each time, which takes a tenth of what the hash behind it does.
func isCommon(password string) (bool, error) {
	packed, err := gzip.NewReader(bytes.NewReader(commonPasswords))
	if err != nil {
		return false, err
	}
	password = strings.ToLower(password)
	lines := bufio.NewScanner(packed)
	for lines.Scan() {
		if lines.Text() == password {
			return true, nil
		}
	}
	return false, lines.Err()
}

const (
	shortestGuessed = 4 // letters of a word that passwords may not be made of
	leastOfTheirOwn = 6 // characters that a password has besides such words
)

// guessed are words that whoever knows the program, and not the person, tries first.
var guessed = []string{"quartermaster", "password", "passwort", "administrator", "admin", "storekeeper", "commander", "auditor", "maintenance", "equipment", "inventory",
	"welcome", "changeme", "letmein", "qwerty", "pakistan"}

// unspelled undoes the digits and signs that stand for letters in passwords.
var unspelled = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t", "!", "i")

// madeOf returns the first of the words of which a password is made: such words taken
// away, too little of its own is left.
func madeOf(password string, words []string) string {
	as := func(spelled string) string {
		left, first := spelled, ""
		for _, word := range words {
			word = strings.ToLower(word)
			if utf8.RuneCountInString(word) < shortestGuessed || !strings.Contains(left, word) {
				continue
			}
			left = strings.ReplaceAll(left, word, "")
			if first == "" {
				first = word
			}
		}
		if utf8.RuneCountInString(left) >= leastOfTheirOwn {
			return ""
		}
		return first
	}
	small := strings.ToLower(password)
	if first := as(small); first != "" {
		return first
	}
	return as(unspelled.Replace(small))
}

// wordsOf are the words by which a person is known to others: their names, and those of
// the unit they are posted to and of all above it, up to the agency's.
func (s *Service) wordsOf(ctx context.Context, p *models.Person) ([]string, error) {
	words := []string{p.Username, p.Code, p.ServiceNumber}
	texts := append([]string{p.Name, p.Rank, p.Email}, words...)
	for _, code := range p.Path {
		unit, err := store.Get[models.Unit](ctx, s.Book.Store, store.Units, code)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			texts, words = append(texts, unit.Name), append(words, unit.Code)
		}
	}
	for _, text := range texts {
		words = append(words, strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })...)
	}
	return append(words, guessed...), nil
}

// checkPassword refuses a new password by NIST SP 800-63B, section 5.1.1.2: what is too
// short, common or to be guessed by who knows the person. There are no rules of composition.
func (s *Service) checkPassword(ctx context.Context, password string, p *models.Person) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < shortestPassword:
		return models.Refuse(models.Invalid, "password", "must have at least %d characters", shortestPassword)
	case n > longestPassword:
		return models.Refuse(models.Invalid, "password", "must have at most %d characters", longestPassword)
	case strings.Trim(password, password[:1]) == "":
		return models.Refuse(models.Invalid, "password", "must not be one character repeated")
	}
	common, err := isCommon(password)
	if err != nil {
		return err
	}
	if common {
		return models.Refuse(models.Invalid, "password", "is one of the commonest passwords, which are tried first; take some words of your own")
	}
	words, err := s.wordsOf(ctx, p)
	if err != nil {
		return err
	}
	if word := madeOf(password, words); word != "" {
		return models.Refuse(models.Invalid, "password", "is made of %q, which others would guess; take some words that have nothing to do with you or your work", word)
	}
	return nil
}
