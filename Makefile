.PHONY: run build test vet soak bench bench-ledger bench-jobs help

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: ## build and start on http://127.0.0.1:8080 with a demo register in ./data
	go run ./cmd/quartermaster demo

build: ## one program, ./quartermaster
	CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o quartermaster ./cmd/quartermaster

test: ## every test, with the race detector
	go test -race ./...
	cd services/store/mongo/wiretest && go test ./...

vet:
	go vet ./...
	cd services/store/mongo/wiretest && go vet ./...

soak: ## kill the server 500 times under load, and break its disk; takes about ten minutes
	go test ./cmd/quartermaster -run 'Killed|DiskFails' -rounds 500 -timeout 3h -v | grep -v '^time='

bench-ledger: ## measure the ledger: events a second into its log, and what writers lose by it; takes about a minute
	go test ./services/proofs -run '^$$' -bench . -benchtime 2x

bench-jobs: ## measure the job of overdue servicing with 1,000,000 assets, 5 % of them due; takes some minutes
	go test ./jobs -run '^$$' -bench Overdue -benchtime 1x -timeout 1h -assets 1000000

bench: ## measure a day's work with 1,000, 100,000 and 1,000,000 assets; the first time seeds them for half an hour in build/bench (15 GB)
	go run ./cmd/bench
