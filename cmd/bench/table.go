package main

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

func shown(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(100 * time.Microsecond).String()
}

// print writes what was measured as tables in Markdown.
func print(all []*measured) {
	fmt.Println("\n| assets | clients | requests/s | p50 | p99 | p99.9 | failed | server, µs of processor a request | HTTP alone, requests/s | µs |")
	fmt.Println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, m := range all {
		for _, clients := range slices.Sorted(maps.Keys(m.days)) {
			r := m.days[clients]
			fmt.Printf("| %d | %d | %.0f | %s | %s | %s | %d | %.0f | %.0f | %.0f |\n", m.Assets, clients, r.rate(), shown(at(r.took, .5)), shown(at(r.took, .99)), shown(at(r.took, .999)),
				r.failed+r.put, r.cost(), m.floors.http[clients].rate(), m.floors.http[clients].cost())
		}
	}
	fmt.Println("\n| assets | events | file, MB | bytes an asset and its events | seeded in | first answer after | memory at rest, MB | at most, MB | SQLite alone: reads/s | commits/s |")
	fmt.Println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, m := range all {
		fmt.Printf("| %d | %d | %.0f | %d | %.0f s | %d ms | %.0f | %.0f | %.0f | %.0f |\n", m.Assets, m.Assets*len(life), float64(m.Bytes)/1e6, m.Bytes/int64(m.Assets),
			m.Took, m.started.Milliseconds(), m.restMB, m.mostMB, m.floors.read, m.floors.commit)
	}
	last := all[len(all)-1]
	numbers := slices.Sorted(maps.Keys(last.days))
	fmt.Printf("\nWith %d assets, p50 / p99:\n\n| of 100 | |", last.Assets)
	for _, clients := range numbers {
		fmt.Printf(" %d clients |", clients)
	}
	fmt.Print(" alone, server's µs a request |\n| ---: | --- | ---: |")
	for range numbers {
		fmt.Print(" ---: |")
	}
	fmt.Println()
	for _, m := range mix {
		fmt.Printf("| %d | %s |", m.of, m.kind)
		for _, clients := range numbers {
			took := last.days[clients].kinds[m.kind]
			fmt.Printf(" %s / %s |", shown(at(took, .5)), shown(at(took, .99)))
		}
		fmt.Printf(" %.0f |\n", last.alone[m.kind].cost())
	}
	for _, m := range all {
		if m.overload != nil {
			fmt.Printf("\nWith %d assets, more clients than can be served: %.0f answered a second, p99 %s, %d put off with 503 and Retry-After, %d failed; at once afterwards, p99 %s and %d failed.\n",
				m.Assets, m.overload.rate(), shown(at(m.overload.took, .99)), m.overload.put, m.overload.failed, shown(at(m.after.took, .99)), m.after.failed+m.after.put)
		}
	}
}
