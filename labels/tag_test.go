package labels

import (
	"strings"
	"testing"
)

func TestTagsAreWrittenAndReadBack(t *testing.T) {
	for number, want := range map[int64]string{1: "QM-000001-3", 123: "QM-000123-4", 999_999: "QM-999999-", 1_000_000: "QM-1000000-"} {
		tag := FormatTag("QM", number)
		if !strings.HasPrefix(tag, want[:strings.LastIndex(want, "-")+1]) {
			t.Errorf("%d is written %s", number, tag)
		}
		for _, spelling := range []string{tag, strings.ToLower(tag), " " + tag + "\n", strings.ReplaceAll(tag, "-", ""),
			strings.ReplaceAll(tag, "-", "–"), strings.ReplaceAll(tag, "-", " ")} {
			prefix, got, err := ParseTag(spelling)
			if err != nil || prefix != "QM" || got != number {
				t.Errorf("%q reads as %s %d, %v", spelling, prefix, got, err)
			}
		}
	}
}

// Every wrong digit and every exchange of neighbours, the check digit included,
// over numbers of every form.
func TestEverySingleErrorAndTranspositionIsRefused(t *testing.T) {
	refused := 0
	for number := int64(1); number < 2_000_000; number += 397 {
		tag := FormatTag("QM", number)
		var at []int
		for i := 3; i < len(tag); i++ {
			if tag[i] != '-' {
				at = append(at, i)
			}
		}
		for n, i := range at {
			for digit := byte('0'); digit <= '9'; digit++ {
				if digit != tag[i] {
					wrong := []byte(tag)
					wrong[i] = digit
					if _, _, err := ParseTag(string(wrong)); err == nil {
						t.Fatalf("%s is taken for %s", wrong, tag)
					}
					refused++
				}
			}
			if n > 0 && tag[at[n-1]] != tag[i] {
				wrong := []byte(tag)
				wrong[at[n-1]], wrong[i] = wrong[i], wrong[at[n-1]]
				if _, _, err := ParseTag(string(wrong)); err == nil {
					t.Fatalf("%s is taken for %s", wrong, tag)
				}
				refused++
			}
		}
	}
	if refused < 100_000 {
		t.Errorf("only %d mistakes tried", refused)
	}
}

func TestAScanOfABinsLabelGivesUnitAndBin(t *testing.T) {
	if unit, bin, ok := ParseBin(" https://qm.example.org/b/anf-n-store/c-2\n"); !ok || unit != "ANF-N-STORE" || bin != "C-2" {
		t.Errorf("%q %q %v", unit, bin, ok)
	}
	for _, text := range []string{"https://qm.example.org/t/QM-000001-3", "https://qm.example.org/b/ANF", "ANF/C-2"} {
		if _, _, ok := ParseBin(text); ok {
			t.Errorf("%q is taken for a bin's", text)
		}
	}
}

func TestAScanOfALabelGivesItsTag(t *testing.T) {
	for text, want := range map[string]string{
		"HTTPS://QM.EXAMPLE.ORG/T/QM-000001-3":            "QM-000001-3",
		"https://qm.example.org/book/t/qm-000001-3?x=1#y": "QM-000001-3",
		" QM-000001-3\r\n":                                "QM-000001-3",
		"SN 8821/A":                                       "SN 8821/A",
		"https://example.org/other":                       "https://example.org/other",
		"https://qm.example.org/vouchers/V-ANF-2026-0042": "V-ANF-2026-0042",
		"": "",
	} {
		if got := ParseScan(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

func FuzzParseTag(f *testing.F) {
	for _, seed := range []string{"QM-000001-3", "qm0000013", "QM-99999999999999999999-1", "–", "QM-000001-4", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ParseScan(text)
		prefix, number, err := ParseTag(text)
		if err != nil {
			return
		}
		again, same, err := ParseTag(FormatTag(prefix, number))
		if err != nil || again != prefix || same != number {
			t.Errorf("%q reads as %s %d, which does not read back: %v", text, prefix, number, err)
		}
	})
}
