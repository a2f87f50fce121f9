.PHONY: test vet

test: ## every test, with the race detector
	go test -race ./...

vet:
	go vet ./...
