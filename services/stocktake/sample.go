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

// draw returns the lines of the sample, all of them where there is none.
//
// Each line is ranked by the SHA-256 of "SEED CODE"; the lowest are drawn. That is
// a simple random sample without replacement, which anybody who has the list can
// draw again. In strata the size is shared out in proportion to their own sizes, by
// the largest remainders (Cochran, Sampling Techniques, 3rd ed., section 5.5),
// with one of each stratum at least as far as the size goes.
func draw(st *models.Stocktake, lines []*models.StocktakeLine) []*models.StocktakeLine {
	sample := st.Sample
	if sample == nil {
		return lines
	}
	if sample.Seed == 0 {
		sample.Seed = newSeed()
	}
	sample.Of = len(lines)
	var drawn, rest []*models.StocktakeLine
	for _, line := range lines {
		if sample.AllOver != nil && line.Cost != nil && line.Cost.AtLeast(*sample.AllOver) {
			drawn = append(drawn, line)
		} else {
			rest = append(rest, line)
		}
	}
	strata := stratify(sample.By, rest)
	for i, n := range shares(strata, min(sample.Size, len(rest))) {
		drawn = append(drawn, lowest(sample.Seed, strata[i], n)...)
	}
	return drawn
}

// stratify parts lines by category or by value; into one stratum when by neither.
func stratify(by string, lines []*models.StocktakeLine) [][]*models.StocktakeLine {
	parts := map[string][]*models.StocktakeLine{}
	var names []string
	for _, line := range lines {
		name := ""
		switch by {
		case "category":
			name = line.Category
		case "value":
			name = valueBand(line.Cost)
		}
		if parts[name] == nil {
			names = append(names, name)
		}
		parts[name] = append(parts[name], line)
	}
	slices.Sort(names)
	strata := make([][]*models.StocktakeLine, len(names))
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
func shares(strata [][]*models.StocktakeLine, size int) []int {
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

// lowest returns the n lines of lowest rank.
func lowest(seed int64, lines []*models.StocktakeLine, n int) []*models.StocktakeLine {
	type ranked struct {
		rank [sha256.Size]byte
		line *models.StocktakeLine
	}
	all := make([]ranked, len(lines))
	for i, line := range lines {
		all[i] = ranked{sha256.Sum256([]byte(strconv.FormatInt(seed, 10) + " " + line.Code)), line}
	}
	slices.SortFunc(all, func(a, b ranked) int { return bytes.Compare(a.rank[:], b.rank[:]) })
	drawn := make([]*models.StocktakeLine, n)
	for i := range drawn {
		drawn[i] = all[i].line
	}
	return drawn
}
