package stocktake

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"slices"
	"strconv"

	"quartermaster/models"
)

// largestSeed keeps a seed short enough to be written down: nine digits.
const largestSeed = 1_000_000_000

// newSeed returns a seed that nobody chose.
func newSeed() int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(largestSeed-1))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return n.Int64() + 1
}

// Unit is what a draw needs to know of one of those that it draws from.
type Unit struct {
	Code, Category string
	Cost           *models.Money
	Whole          bool // taken besides the size
}

// draw returns the lines of the sample, all of them where there is none.
func draw(st *models.Stocktake, lines []*models.StocktakeLine) []*models.StocktakeLine {
	return Draw(st.Sample, lines, func(l *models.StocktakeLine) Unit { return Unit{Code: l.Code, Category: l.Category, Cost: l.Cost} })
}

// Draw returns what a sample takes of all, everything where there is none, and writes
// into the sample its seed and how many it was drawn from.
//
// Each is ranked by the SHA-256 of "SEED CODE"; the lowest are drawn. That is a
// simple random sample without replacement, which anybody who has the list can draw
// again. In strata the size is shared out in proportion to their own sizes, by the
// largest remainders (Cochran, Sampling Techniques, 3rd ed., section 5.5), with one
// of each stratum at least as far as the size goes.
func Draw[T any](sample *models.Sample, all []T, unit func(T) Unit) []T {
	if sample == nil {
		return all
	}
	if sample.Seed == 0 {
		sample.Seed = newSeed()
	}
	sample.Of = len(all)
	var drawn, rest []T
	for _, one := range all {
		u := unit(one)
		if u.Whole || sample.AllOver != nil && u.Cost != nil && u.Cost.AtLeast(*sample.AllOver) {
			drawn = append(drawn, one)
		} else {
			rest = append(rest, one)
		}
	}
	strata := stratify(sample.By, rest, unit)
	for i, n := range shares(strata, min(sample.Size, len(rest))) {
		drawn = append(drawn, lowest(sample.Seed, strata[i], unit, n)...)
	}
	return drawn
}

// stratify parts units by category or by value; into one stratum when by neither.
func stratify[T any](by string, all []T, unit func(T) Unit) [][]T {
	parts := map[string][]T{}
	var names []string
	for _, one := range all {
		name := ""
		switch by {
		case "category":
			name = unit(one).Category
		case "value":
			name = valueBand(unit(one).Cost)
		}
		if parts[name] == nil {
			names = append(names, name)
		}
		parts[name] = append(parts[name], one)
	}
	slices.Sort(names)
	strata := make([][]T, len(names))
	for i, name := range names {
		strata[i] = parts[name]
	}
	return strata
}

// bands part values at what donors' rules part them at: 500 (what LIFT lists), 5,000
// (what UNDP capitalises and the EU wants evidence of) and ten times that.
var bands = []string{"50000", "5000", "500"}

func valueBand(cost *models.Money) string {
	if cost == nil {
		return ""
	}
	for _, band := range bands {
		if cost.AtLeast(models.Money{Amount: band, Currency: cost.Currency}) {
			return cost.Currency + " " + band
		}
	}
	return cost.Currency
}

// shares parts size among strata.
func shares[T any](strata [][]T, size int) []int {
	total := 0
	for _, stratum := range strata {
		total += len(stratum)
	}
	share := make([]int, len(strata))
	if total == 0 {
		return share
	}
	order := make([]int, len(strata))
	left := size
	for i, stratum := range strata {
		order[i] = i
		share[i] = size * len(stratum) / total
		left -= share[i]
	}
	remainder := func(i int) int { return size * len(strata[i]) % total }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder(b), remainder(a)) })
	for _, i := range order[:left] {
		share[i]++
	}
	for _, i := range order {
		largest := slices.Index(share, slices.Max(share))
		if share[i] == 0 && share[largest] > 1 {
			share[i]++
			share[largest]--
		}
	}
	return share
}

// lowest returns the n of lowest rank.
func lowest[T any](seed int64, all []T, unit func(T) Unit, n int) []T {
	type ranked struct {
		rank [sha256.Size]byte
		one  T
	}
	order := make([]ranked, len(all))
	for i, one := range all {
		order[i] = ranked{sha256.Sum256([]byte(strconv.FormatInt(seed, 10) + " " + unit(one).Code)), one}
	}
	slices.SortFunc(order, func(a, b ranked) int { return bytes.Compare(a.rank[:], b.rank[:]) })
	drawn := make([]T, n)
	for i := range drawn {
		drawn[i] = order[i].one
	}
	return drawn
}
