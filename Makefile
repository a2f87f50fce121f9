VERSION ?= development

.PHONY: repro sbom audit run build test vet soak bench bench-ledger bench-jobs bench-long help

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: ## build and start on http://127.0.0.1:8080 with a demo register in ./data
	go run ./cmd/quartermaster demo

build: ## one program, ./quartermaster
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X main.version=$(VERSION)" -o quartermaster ./cmd/quartermaster

repro: ## build twice, in two places and with nothing kept between, and compare
	@set -e; a=$$(mktemp -d); b=$$(mktemp -d)/elsewhere; mkdir -p $$b; trap 'rm -rf $$a $$b' EXIT; \
	for there in $$a $$b; do \
		git ls-files -z | tar -c --null -T - | tar -x -C $$there; \
		GOCACHE=$$there/.cache $(MAKE) -s -C $$there build; \
	done; \
	sha256sum $$a/quartermaster $$b/quartermaster; \
	cmp $$a/quartermaster $$b/quartermaster && echo "the same, byte by byte"

sbom: build ## what the program is made of, as CycloneDX in quartermaster.cdx.json; fails on a licence that is not accepted
	go run ./cmd/sbom -out quartermaster.cdx.json quartermaster

audit: build ## licences, and known vulnerabilities where their database can be reached
	go run ./cmd/sbom quartermaster
	.ci/vulnerabilities

test: axe ## every test
	go test -parallel 3 -timeout 30m ./...
	cd services/store/mongo/wiretest && go test -timeout 30m ./...

# Pages wait for browsers and labels are looked at one after the other: the race detector
# would find nothing there that is worth its time.
race: ## the tests with the race detector, but for pages and labels
	go test -race -timeout 30m $(filter-out quartermaster/services/web quartermaster/labels,$(shell go list ./...))

.PHONY: axe race
axe: services/web/axe/node_modules/.package-lock.json ## have npm fetch axe-core, with which the tests look at every page

services/web/axe/node_modules/.package-lock.json: services/web/axe/package-lock.json
	@if command -v npm >/dev/null; then cd services/web/axe && npm ci --ignore-scripts --no-audit --no-fund; \
	else echo "npm is not installed: the pages are NOT tried for whether everybody can use them" >&2; fi

vet:
	go vet ./...
	cd services/store/mongo/wiretest && go vet ./...

soak: ## kill the server 500 times under load, and break its disk; takes about ten minutes
	go test ./cmd/quartermaster -run 'Killed|DiskFails' -rounds 500 -timeout 3h -v | grep -v '^time='

soak-load: ## 200 clients on 100,000 assets for half an hour, with a line a minute: memory is to stay flat
	go run ./cmd/bench -sizes 100000 -clients 200 -flood 0 -soak 30m

bench-ledger: ## measure the ledger: events a second into its log, and what writers lose by it; takes about a minute
	go test ./services/proofs -run '^$$' -bench . -benchtime 2x

bench-jobs: ## measure the job of overdue servicing with 1,000,000 assets, 5 % of them due; takes some minutes
	go test ./jobs -run '^$$' -bench Overdue -benchtime 1x -timeout 1h -assets 1000000

bench-long: ## measure reports of 100,000 lines, a stocktake of 100,000 items, the first page over as many; takes some minutes
	go test ./services/reports ./services/stocktake ./services/overview -run '^$$' -bench 'LongReport|OpenAndTally|Overview' -benchtime 1x

.PHONY: cluster
cluster: ## three instances over one book: killed, stopped for 30 s, without a primary; takes some minutes
	cd services/store/mongo/wiretest && go test ./cluster -v -rounds 8 -lease 20s -paused 30s -timeout 30m | grep -v '^time='

.PHONY: bench-live
bench-live: ## measure 1,000 pages that are left open: memory, what writers lose, the delay of a change; takes about two minutes
	go run ./cmd/bench -live 1000 -each 5s

bench: ## measure a day's work with 1,000, 100,000 and 1,000,000 assets; the first time seeds them for half an hour in build/bench (15 GB)
	go run ./cmd/bench

.PHONY: bench-pages
bench-pages: ## measure when the pages of a post can be read on Chromium's slow 3G, opened for the first time; takes half a minute
	go test ./services/web -run '^$$' -bench Pages -benchtime 5x

FUZZ ?= 20s

.PHONY: fuzz
fuzz: ## try every parser with what nobody would write, each for FUZZ (20s); takes about six minutes
	@set -e; grep -rhoE --include=*_test.go '^func Fuzz[A-Za-z0-9]+' . | sort | while read -r _ target; do \
		folder=$$(dirname $$(grep -rlE --include=*_test.go "^func $$target\(" . | head -1)); \
		echo "$$folder $$target"; go test $$folder -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ); \
	done

.PHONY: bench-counting
bench-counting: ## measure 14,000 sightings of a stocktake one after the other, and as many scans; takes about a minute
	go test ./services/stocktake -run '^$$' -bench 'Sight|Scan' -benchtime 14000x

.PHONY: pictures
pictures: ## make the pictures of the help pages and of the README anew from the running product; takes some minutes
	rm -rf services/web/help/pictures/*/*.webp
	go test ./services/web -run TestDays -pictures
	go test ./cmd/quartermaster -run TestPictures -pictures
