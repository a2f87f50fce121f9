package mongo

import (
	"container/heap"
	"slices"
)

// page keeps the first places of all that are added, as a heap with the last of
// them on top.
type page struct {
	desc   bool
	limit  int
	places []place
}

// before says whether a comes before b; by the key alone where one has no id.
func (p *page) before(a, b place, byKey bool) bool {
	if p.desc {
		a, b = b, a
	}
	if byKey {
		return a.key.Compare(b.key) < 0
	}
	return a.compare(b) < 0
}

func (p *page) add(at place) {
	if p.limit <= 0 {
		p.places = append(p.places, at)
		return
	}
	if len(p.places) == p.limit {
		if !p.before(at, p.places[0], false) {
			return
		}
		heap.Pop(p)
	}
	heap.Push(p, at)
}

func (p *page) inOrder() []place {
	slices.SortFunc(p.places, func(a, b place) int {
		if p.desc {
			a, b = b, a
		}
		return a.compare(b)
	})
	return p.places
}

func (p *page) Len() int           { return len(p.places) }
func (p *page) Less(i, j int) bool { return p.before(p.places[j], p.places[i], false) }
func (p *page) Swap(i, j int)      { p.places[i], p.places[j] = p.places[j], p.places[i] }
func (p *page) Push(x any)         { p.places = append(p.places, x.(place)) }
func (p *page) Pop() any {
	last := p.places[len(p.places)-1]
	p.places = p.places[:len(p.places)-1]
	return last
}
