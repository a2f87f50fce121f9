package web

import (
	"github.com/gofiber/fiber/v2"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/words"
)

// paperCookie keeps in which language, or in which two, papers were last asked for.
const paperCookie = "paper"

// paperVoice is the code of the voice in which a paper is made: the one that is asked for,
// which is remembered; else the one that was asked for last; else both languages, since
// people sign papers who read the one or the other.
func paperVoice(c *fiber.Ctx) string {
	if code := c.Query("language"); code != "" && words.CheckVoice(code) == nil {
		rememberPaper(c, code)
		return code
	}
	if code := choiceOf(c, paperCookie); code != "" && words.CheckVoice(code) == nil {
		return code
	}
	return words.Both(speaks(c).Language)
}

func rememberPaper(c *fiber.Ctx, code string) {
	keepChoice(c, paperCookie, code)
}

// speaking asks for the language of a paper where its address does not.
func speaking(answer fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if c.Query("language") == "" || words.CheckVoice(c.Query("language")) == nil {
			c.Request().URI().QueryArgs().Set("language", paperVoice(c))
			setDigits(c)
		}
		return answer(c)
	}
}

func setDigits(c *fiber.Ctx) {
	if person, err := access.Caller(c.UserContext()); err == nil && person.Digits != "" {
		c.Request().URI().QueryArgs().Set("digits", person.Digits)
	}
}

// voiceOptions are the languages that a paper can be made in.
func voiceOptions(chosen string) []option {
	var options []option
	for _, code := range words.VoiceCodes() {
		options = append(options, option{Value: code, Label: words.VoiceNames(code), Chosen: code == chosen})
	}
	return options
}

// Voices are the languages of papers for the page's forms.
func (v view) Voices() []option { return voiceOptions(v.paper) }

// reportVoice completes what a report is asked for by the language of who asks.
func reportVoice(c *fiber.Ctx, q *models.ReportQuery) {
	p := speaks(c)
	if q.Language == "" {
		q.Language = p.Language
	}
	if q.Digits == "" {
		q.Digits = string(p.Digits)
	}
}
