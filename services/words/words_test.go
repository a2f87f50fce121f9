package words_test

import (
	"testing"

	"quartermaster/models"
	"quartermaster/services/words"
)

func TestUrduTellsValuesApartAndInTheirPlace(t *testing.T) {
	in := words.In("ur", words.Western)
	if !in.Right || in.Direction() != "rtl" || words.In("en", words.Western).Direction() != "ltr" {
		t.Error("Urdu runs from right to left, English does not")
	}
	for text, want := range map[string]string{
		in.Say("from %v", "V-1"):                                      "از \u2068V-1\u2069",
		in.Say("from %v", "لاہور"):                                    "از لاہور",
		in.Say("Sign in"):                                             "سائن اِن",
		in.Say("nobody says this"):                                    "nobody says this",
		in.Day("2026-03-31"):                                          "31 مارچ 2026",
		in.Count("%v item", "%v items", 1):                            "1 آئٹم",
		in.Tell(models.Issued):                                        "جاری شدہ",
		in.Tell(models.Refuse(models.Invalid, "", "is required")):     "لازمی ہے",
		in.Tell(words.List{models.Say("Sign in"), "x"}):               "سائن اِن، x",
		in.Money(models.Money{Amount: "1234567.50", Currency: "USD"}): "\u20681,234,567.50 USD\u2069",
	} {
		if text != want {
			t.Errorf("%q, not %q", text, want)
		}
	}
}

func TestEasternDigitsAreForNumbersNotForTags(t *testing.T) {
	in := words.In("ur", words.Eastern)
	for text, want := range map[string]string{
		in.Number(12345): "۱۲٬۳۴۵", in.Day("2026-03-31"): "۳۱ مارچ ۲۰۲۶", in.Say("line %v", 7): "سطر ۷",
		in.Say("from %v", "QM-000123-7"): "از \u2068QM-000123-7\u2069",
	} {
		if text != want {
			t.Errorf("%q, not %q", text, want)
		}
	}
	if got := words.In("en", words.Eastern).Number(12345); got != "12,345" {
		t.Errorf("English has %q", got)
	}
}

func TestEnglishIsWhatTheCodeSays(t *testing.T) {
	in := words.In("xx", words.Western)
	refusal := models.Wrong([]models.Detail{models.Matter(3, "cost", "is required"), models.Matter(4, "unit", "%s is in the future", models.Day("2026-01-02"))})
	if got := in.Tell(refusal); got != "line 3: is required" {
		t.Errorf("%q", got)
	}
	if got := in.Tell(models.Count("%d day ago", "%d days ago", 1)); got != "1 day ago" {
		t.Errorf("%q", got)
	}
}

func TestALanguageIsChosenAsABrowserAsks(t *testing.T) {
	for header, want := range map[string]string{"": "en", "ur-PK,ur;q=0.9,en;q=0.8": "ur", "de,fr;q=0.5": "en", "en-GB": "en", "de, ur;q=0.3": "ur", "garbage;;": "en"} {
		if got := words.Accepted(header); got != want {
			t.Errorf("%q is answered in %q, not %q", header, got, want)
		}
	}
}

func BenchmarkSay(b *testing.B) {
	in := words.In("ur", words.Western)
	for b.Loop() {
		in.Say("Vouchers")
	}
}
