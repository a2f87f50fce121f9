package charts

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wellFormed refuses what no browser would take for SVG.
func wellFormed(svg string) error {
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestChartsAreWellFormedWhateverTheyCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Chart{Title: "x"}
		for range rapid.IntRange(0, 14).Draw(t, "values") {
			c.Values = append(c.Values, Value{Label: rapid.String().Draw(t, "label"), Count: rapid.Int64Range(0, 1<<40).Draw(t, "count"), Tone: Bad})
			c.Values[len(c.Values)-1].Label = strings.Map(func(r rune) rune {
				if r < ' ' || r > 0xD7FF { // what XML does not have
					return -1
				}
				return r
			}, c.Values[len(c.Values)-1].Label)
		}
		for _, svg := range []string{string(c.Columns()), string(c.Band())} {
			if err := wellFormed(svg); err != nil {
				t.Fatalf("%v: %s", err, svg)
			}
			if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || strings.Contains(svg, "v--") {
				t.Fatal(svg)
			}
		}
	})
}

func TestWords(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1k", 1250: "1.2k", 48_900: "48k", 999_999: "999k", 1_000_000: "1M", 1_250_000: "1.2M"} {
		if got := short(n); got != want {
			t.Errorf("%d is %s, wanted %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1_234_567: "1,234,567", -1000: "-1,000"} {
		if got := Grouped(n); got != want {
			t.Errorf("%d is %s, wanted %s", n, got, want)
		}
	}
	c := Chart{Values: []Value{{Count: 1}, {Count: 996}, {Count: 3}, {}}}
	for i, want := range []string{"under 1 %", "100 %", "under 1 %", "0 %"} {
		if got := c.Share(c.Values[i]); got != want {
			t.Errorf("value %d is %s, wanted %s", i, got, want)
		}
	}
}

func TestALabelCannotBeMarkup(t *testing.T) {
	c := Chart{Values: []Value{{Label: "<script>", Count: 1}}}
	if svg := string(c.Columns()); strings.Contains(svg, "<script") {
		t.Error(svg)
	}
}
