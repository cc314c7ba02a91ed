# make demo and make test are all that is needed; see README.md.

GO ?= go
BIN := bin/muster

.PHONY: build demo test lint bench clean tools servers

build: ## the program, into bin/
	$(GO) build -trimpath -o $(BIN) ./cmd/muster

demo: build tools ## a real server, a fixture Datatracker, and the main job
	$(GO) run ./fixtures/demo $(BIN)

test: servers lint ## everything: vet, staticcheck, unit, script and integration tests
	$(GO) test -race -timeout 20m ./...

lint: ## formatting, vet, staticcheck, and luacheck on the companion module
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	@sh xmppadmin/prosody/lint.sh

bench: build servers ## times on every server, and of what a user would do instead; BENCH=-quick for less
	@sh fixtures/bench/install.sh
	$(GO) run ./fixtures/bench $(BENCH) $(BIN)

tools: ## the server that demo, test and bench run
	@sh fixtures/install.sh

servers: ## all servers that test runs, or what is left out; with CI set, that is an error
	@sh fixtures/install.sh || { [ -z "$$CI" ] && echo "left out: the tests on an installed Prosody" >&2; }
	@sh fixtures/servers.sh

clean:
	rm -rf bin
	$(GO) clean -testcache
