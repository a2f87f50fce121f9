package words

import (
	"slices"
	"strings"

	"quartermaster/models"
)

// Voice is in which language a paper speaks, or in which two, one beside the other.
type Voice []*Printer

// and stands between the codes of two languages, between between what they say.
const (
	and     = "+"
	between = " / "
)

// Speaking returns the voice of a code: that of a language, such as "ur", or of English
// and another beside it, such as "en+ur". What is unknown speaks English.
func Speaking(code string, digits Digits) Voice {
	var v Voice
	for one := range strings.SplitSeq(code, and) {
		if Known(one) {
			v = append(v, In(one, digits))
		}
	}
	if len(v) == 0 {
		return Voice{In(English, Western)}
	}
	return v
}

// CheckVoice refuses what no paper can speak; "" leaves it to whoever makes the paper.
func CheckVoice(code string) error {
	if code == "" || slices.Contains(VoiceCodes(), code) {
		return nil
	}
	return models.Refuse(models.Invalid, "language", "must be one of %s", strings.Join(VoiceCodes(), ", "))
}

// VoiceCodes are the codes of all voices: each language, and English with each other.
func VoiceCodes() []string {
	var codes, both []string
	for _, l := range Languages() {
		codes = append(codes, l.Code)
		if l.Code != English {
			both = append(both, English+and+l.Code)
		}
	}
	return append(codes, both...)
}

// VoiceNames are the names of the languages of a code, each in itself.
func VoiceNames(code string) string {
	var names []string
	for one := range strings.SplitSeq(code, and) {
		for _, l := range Languages() {
			if l.Code == one {
				names = append(names, l.Name)
			}
		}
	}
	return strings.Join(names, " + ")
}

// Both is the code of the voice that speaks English and a language beside it; for who
// reads English alone, the first other language.
func Both(code string) string {
	for _, l := range Languages() {
		if l.Code != English && (l.Code == code || code == English || !Known(code)) {
			return English + and + l.Code
		}
	}
	return English
}

// Code is the code of the voice.
func (v Voice) Code() string {
	codes := make([]string, len(v))
	for i, p := range v {
		codes[i] = p.Language
	}
	return strings.Join(codes, and)
}

// Right says whether the paper as a whole runs from right to left.
func (v Voice) Right() bool { return len(v) == 1 && v[0].Right }

// Tell tells something in each language; what is the same in both is told once.
func (v Voice) Tell(what any) string {
	return v.each(func(p *Printer) string { return p.Tell(what) })
}

// Say tells a sentence with its values in each language.
func (v Voice) Say(format string, args ...any) string {
	return v.each(func(p *Printer) string { return p.Say(format, args...) })
}

// Upper tells something as at the beginning of a sentence, in each language.
func (v Voice) Upper(what any) string { return v.Tell(Capital{what}) }

func (v Voice) each(tell func(*Printer) string) string {
	told := tell(v[0])
	for _, p := range v[1:] {
		more := tell(p)
		if more == told {
			continue
		}
		if p.Right != v[0].Right {
			more = firstStrongIsolate + more + popIsolate
		}
		told += between + more
	}
	return told
}
