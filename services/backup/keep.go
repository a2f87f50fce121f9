package backup

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quartermaster/models"
)

// Keep is how many backups are kept: the newest of each of so many days, weeks and
// months that have one.
type Keep struct{ Daily, Weekly, Monthly int }

// ParseKeep reads "7,5,12": daily, weekly, monthly.
func ParseKeep(text string) (Keep, error) {
	var k Keep
	n, err := fmt.Sscanf(strings.ReplaceAll(text, " ", ""), "%d,%d,%d", &k.Daily, &k.Weekly, &k.Monthly)
	if err != nil || n != 3 || k.Daily < 1 || k.Weekly < 0 || k.Monthly < 0 || text != fmt.Sprintf("%d,%d,%d", k.Daily, k.Weekly, k.Monthly) {
		return k, models.Refuse(models.Invalid, "keep", "is %q; it must be how many daily, weekly and monthly backups are kept, such as 7,5,12, at least one of them daily", text)
	}
	return k, nil
}

const (
	namePrefix = "quartermaster-"
	nameTime   = "20060102T150405Z"
	nameEnd    = ".tar.zst"
	sealedEnd  = ".age"
)

// NameAt is the name of a backup by the moment at which it is taken.
func NameAt(at time.Time, sealed bool) string {
	name := namePrefix + at.UTC().Format(nameTime) + nameEnd
	if sealed {
		name += sealedEnd
	}
	return name
}

// takenAt reads the moment from a name; other files are none of ours.
func takenAt(name string) (time.Time, bool) {
	text, ours := strings.CutPrefix(name, namePrefix)
	text, whole := strings.CutSuffix(strings.TrimSuffix(text, sealedEnd), nameEnd)
	at, err := time.Parse(nameTime, text)
	return at, ours && whole && err == nil
}

// surplus returns which of these moments are not kept. Days, weeks and months are
// those of zone.
func (k Keep) surplus(taken []time.Time, zone *time.Location) []time.Time {
	taken = slices.SortedFunc(slices.Values(taken), func(a, b time.Time) int { return b.Compare(a) })
	kept := map[time.Time]bool{}
	for _, rule := range []struct {
		n  int
		of func(time.Time) string
	}{
		{k.Daily, func(t time.Time) string { return t.Format(time.DateOnly) }},
		{k.Weekly, func(t time.Time) string { year, week := t.ISOWeek(); return fmt.Sprint(year, " ", week) }},
		{k.Monthly, func(t time.Time) string { return t.Format("2006-01") }},
	} {
		seen := map[string]bool{}
		for _, at := range taken {
			if of := rule.of(at.In(zone)); len(seen) < rule.n && !seen[of] {
				seen[of], kept[at] = true, true
			}
		}
	}
	return slices.DeleteFunc(taken, func(at time.Time) bool { return kept[at] })
}

// Sweep removes the backups of a folder that are not kept, and what was left of those
// that were broken off more than a day ago. Other files stay.
func (k Keep) Sweep(folder string, now time.Time, zone *time.Location) (removed []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	names := map[time.Time][]string{}
	for _, e := range entries {
		if at, ours := takenAt(e.Name()); ours {
			names[at] = append(names[at], e.Name())
			continue
		}
		if strings.HasPrefix(e.Name(), "."+namePrefix) && strings.HasSuffix(e.Name(), unfinishedEnd) {
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > 24*time.Hour {
				removed = append(removed, e.Name())
			}
		}
	}
	var taken []time.Time
	for at := range names {
		taken = append(taken, at)
	}
	for _, at := range k.surplus(taken, cmp.Or(zone, time.UTC)) {
		removed = append(removed, names[at]...)
	}
	for _, name := range removed {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			return removed, err
		}
	}
	return removed, nil
}
