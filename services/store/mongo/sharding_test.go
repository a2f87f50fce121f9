package mongo

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"quartermaster/services/booktest"
	"quartermaster/services/store"
)

var update = flag.Bool("update", false, "write the tables of docs/scaling.md anew")

const scaling = "../../../docs/scaling.md"

// sharded says by which fields a collection is sharded on a cluster, and why. Whatever is
// not named stays whole on one shard.
var sharded = []struct {
	in  *store.Collection
	key []string // of the envelope's fields
	why string
	// hashed is by a hash of it: of what is only ever asked for one by one.
	hashed bool
}{
	{store.Events, []string{"subject", "seq"}, "grows without end; the history of one item stays together", false},
	{store.Movements, []string{"lot", "unit", "id"}, "grows with every delivery and use; the movements of one lot stay together", false},
	{store.Readings, []string{"asset", "meter", "on", "id"}, "grows with every reading; those of one meter stay together", false},
	{store.StocktakeLines, []string{store.ID}, "a line for each item of each count; those of one count stay together, by its number", false},
	{store.LogTiles, []string{store.ID}, "grows with the events, a fifteenth as large", true},
	{store.Files, []string{store.ID}, "the largest; each is asked for by its key", true},
}

// whole are collections that could not be sharded as they are, or grow, and stay whole.
var whole = map[*store.Collection]string{
	store.Assets: "several unique indexes",
	store.People: "unique sign-in names",
}

// TestEveryShardKeyFitsItsCollection walks the declared indexes: a unique one must begin
// with the shard key, or MongoDB cannot keep it over shards.
func TestEveryShardKeyFitsItsCollection(t *testing.T) {
	var table strings.Builder
	table.WriteString("| collection | shard key | asked of one shard | asked of all shards | why |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range sharded {
		if why := whole[s.in]; why != "" {
			t.Errorf("%s stays whole for its %s, and is sharded", s.in.Name, why)
		}
		var one, all []string
		if s.key[0] == store.ID {
			one = append(one, "by key")
		} else {
			all = append(all, "by key")
		}
		for _, index := range s.in.Indexes {
			if index.Unique && (len(index.Fields) < len(s.key) || !slices.Equal(index.Fields[:len(s.key)], s.key)) {
				t.Errorf("the unique index %s of %s does not begin with the shard key", index.Name, s.in.Name)
			}
			for _, field := range s.key {
				if s.in.IsMany(field) {
					t.Errorf("%s would be sharded by a list", s.in.Name)
				}
			}
			if index.Fields[0] == s.key[0] {
				one = append(one, index.Name)
			} else {
				all = append(all, index.Name)
			}
		}
		var key []string
		for _, field := range s.key {
			way := "1"
			if s.hashed {
				way = `"hashed"`
			}
			key = append(key, fmt.Sprintf("%q: %s", at(field), way))
		}
		fmt.Fprintf(&table, "| `%s` | `{%s}` | %s | %s | %s |\n", s.in.Name, strings.Join(key, ", "), strings.Join(one, ", "), strings.Join(all, ", "), s.why)
	}
	documented(t, "shard keys", table.String())
	for c, why := range whole {
		unique := 0
		for _, index := range c.Indexes {
			if index.Unique {
				unique++
			}
		}
		if unique == 0 {
			t.Errorf("%s stays whole for its %s, and has none", c.Name, why)
		}
	}
}

// documented compares a table of docs/scaling.md with what it should be.
func documented(t *testing.T, name, want string) {
	t.Helper()
	raw, err := os.ReadFile(scaling)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+", by go test ./services/store/mongo -update -->\n", "<!-- end -->"
	before, rest, found := strings.Cut(string(raw), begin)
	got, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		t.Fatalf("%s has no table %s", scaling, name)
	}
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s says\n%s\nand it is\n%s", scaling, got, want)
		return
	}
	if err := os.WriteFile(scaling, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestHowLargeDocumentsAndTheirIndexesAre seals documents of a day's book as they are sent
// to MongoDB, and adds up what stands in the indexes: keys as they are, with 8 bytes for
// where the document is, before WiredTiger leaves out what neighbours share.
func TestHowLargeDocumentsAndTheirIndexesAre(t *testing.T) {
	w := booktest.New(t)
	w.Everything()
	var table strings.Builder
	table.WriteString("| collection | document, bytes of BSON | of them `k` | indexes a document stands in | entries | bytes of keys |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, c := range []*store.Collection{store.Assets, store.Events} {
		records, err := w.Book.Store.Find(t.Context(), store.Query{In: c, By: store.ID})
		if err != nil {
			t.Fatal(err)
		}
		var size, keysSize, indexes, entries, keyBytes int
		for _, r := range records {
			doc, err := c.Read(r)
			if err != nil {
				t.Fatal(err)
			}
			keys, err := keysOf(c, doc)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := bson.Marshal(envelope(r, keys))
			if err != nil {
				t.Fatal(err)
			}
			size += len(raw)
			keysSize += len(bson.Raw(raw).Lookup(keysField).Value)
			entries, keyBytes, indexes = entries+1, keyBytes+len(r.ID)+8, indexes+1 // of _id
			for _, index := range c.Indexes {
				n, bytes := entriesOf(c, index, raw, r.ID)
				entries, keyBytes = entries+n, keyBytes+bytes
				if n > 0 {
					indexes++
				}
			}
		}
		n := len(records)
		fmt.Fprintf(&table, "| `%s` | %d | %d | %d of %d | %d | %d |\n", c.Name, tens(size/n), tens(keysSize/n), indexes/n, len(c.Indexes)+1, entries/n, tens(keyBytes/n))
	}
	documented(t, "sizes", table.String())
}

// tens rounds, so that a word more in a test's document is no other table.
func tens(n int) int { return (n + 50) / 100 * 100 }

// entriesOf counts the entries of a document in an index, and their bytes.
func entriesOf(c *store.Collection, index store.Index, raw bson.Raw, id string) (n, bytes int) {
	n = 1
	for _, key := range indexKeys(c, index) {
		value := raw.Lookup(strings.Split(key.Key, ".")...)
		if list, ok := value.ArrayOK(); ok {
			values, _ := list.Values()
			n = len(values)
			for _, v := range values {
				bytes += len(v.Value)
			}
			bytes /= max(n, 1)
			continue
		}
		if value.IsZero() && key.Key != idField {
			if key.Key == at(index.Fields[0]) {
				return 0, 0
			}
			continue
		}
		bytes += len(value.Value)
	}
	return n, n * (bytes + 8)
}

// A simulation of sharding: keys come in the order of time, ranges that grow too large are
// split, and ranges are moved from the fullest shard to the emptiest, as MongoDB's balancer
// does once a month of events is in.

type span struct {
	low   float64
	keys  []float64
	shard int
}

type shards struct {
	spans  []*span // by low
	most   int     // keys of a range
	filled []int   // by shard
	pick   func(n int) int
}

const shardsThere = 16

func (s *shards) put(key float64) (shard int) {
	i, _ := slices.BinarySearchFunc(s.spans, key, func(p *span, key float64) int {
		if p.low <= key {
			return -1
		}
		return 1
	})
	p := s.spans[i-1]
	p.keys = append(p.keys, key)
	s.filled[p.shard]++
	if len(p.keys) > s.most {
		slices.Sort(p.keys)
		half := len(p.keys) / 2
		other := &span{low: p.keys[half], keys: slices.Clone(p.keys[half:]), shard: p.shard}
		p.keys = p.keys[:half:half]
		s.spans = slices.Insert(s.spans, i, other)
	}
	return p.shard
}

// balance moves ranges until no two shards differ by more than three of them.
func (s *shards) balance() (moved int) {
	for {
		full, empty := 0, 0
		for i, n := range s.filled {
			if n > s.filled[full] {
				full = i
			}
			if n < s.filled[empty] {
				empty = i
			}
		}
		if s.filled[full]-s.filled[empty] < 3*s.most {
			return moved
		}
		var there []*span
		for _, p := range s.spans {
			if p.shard == full && len(p.keys) > 0 {
				there = append(there, p)
			}
		}
		p := there[s.pick(len(there))]
		p.shard = empty
		s.filled[full] -= len(p.keys)
		s.filled[empty] += len(p.keys)
		moved += len(p.keys)
	}
}

// TestHowKeysSpread lets a register grow for ten years, ten events an item in its first
// three years, under several shard keys, and looks where its data and the events of the
// last month are.
func TestHowKeysSpread(t *testing.T) {
	const months, perMonth, events = 120, 400, 10
	var table strings.Builder
	table.WriteString("| shard key | data on the fullest of 16 shards (1/16 is 6.3 %) | writes of the last month on the busiest | moved between shards, of all that was written | the history of one item |\n| --- | --- | --- | --- | --- |\n")
	share := map[string]float64{}
	const kept = "`events` by `{subject, seq}`"
	bySubject := func(_ *rand.Rand, item, _, n int) float64 { return float64(item) + float64(n)/100 }
	for _, c := range []struct {
		name    string
		oldest  bool // ranges are moved first, rather than any
		key     func(dice *rand.Rand, item int, month, n int) float64
		history string
	}{
		{kept, false, bySubject, "one shard"},
		{"the same, where the balancer always moves the oldest", true, bySubject, "one shard"},
		{"`events` by time (`at`)", false, func(dice *rand.Rand, _, month, _ int) float64 { return float64(month) + dice.Float64() }, "all shards"},
		{"`events` by a hash of `_id`", false, func(dice *rand.Rand, _, _, _ int) float64 { return dice.Float64() }, "all shards"},
		{"`assets` by `number`, the tag's series", false, func(_ *rand.Rand, item, _, n int) float64 {
			if n > 0 {
				return -1 // only what is entered
			}
			return float64(item)
		}, "one shard"},
	} {
		dice := rand.New(rand.NewPCG(7, 7))
		s := &shards{spans: []*span{{low: -1e18}}, most: months * perMonth * events / 3200, filled: make([]int, shardsThere), pick: dice.IntN}
		if c.oldest {
			s.pick = func(int) int { return 0 }
		}
		due := make([][][2]int, months+37) // item and the number of its event, by month
		moved, written := 0, 0
		var last []int
		for month := range months {
			for i := range perMonth {
				item := month*perMonth + i
				due[month] = append(due[month], [2]int{item, 0})
				for n := 1; n < events; n++ {
					later := month + dice.IntN(36)
					due[min(later, months+36)] = append(due[min(later, months+36)], [2]int{item, n})
				}
			}
			last = make([]int, shardsThere)
			for _, e := range due[month] {
				if key := c.key(dice, e[0], month, e[1]); key >= 0 {
					last[s.put(key)]++
					written++
				}
			}
			moved += s.balance()
		}
		all, month := 0, 0
		for i := range shardsThere {
			all, month = all+s.filled[i], month+last[i]
		}
		share[c.name] = float64(slices.Max(last)) / float64(month)
		fmt.Fprintf(&table, "| %s | %.1f %% | %.0f %% | %.0f %% | %s |\n", c.name, 100*float64(slices.Max(s.filled))/float64(all), 100*share[c.name], 100*float64(moved)/float64(written), c.history)
	}
	if share[kept] > 0.4 {
		t.Errorf("one shard of sixteen would take %.0f %% of the writes", 100*share[kept])
	}
	documented(t, "spread", table.String())
}
