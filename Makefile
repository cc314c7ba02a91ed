# "make demo" and "make test" are all that is needed; see README.md. "make help"
# lists the rest.

# Under sudo, PATH may lack the folder where Go is.
GO ?= $(firstword $(shell command -v go 2>/dev/null) $(wildcard /usr/local/go/bin/go $(HOME)/sdk/go*/bin/go) go)
ifneq ($(filter /%,$(GO)),)
export PATH := $(patsubst %/,%,$(dir $(GO))):$(PATH)
endif
# git does not speak of a clone that belongs to another user, and then go build
# fails unless it leaves the commit out of the version.
ifneq ($(wildcard .git),)
ifeq ($(shell git rev-parse HEAD 2>/dev/null),)
export GOFLAGS := $(strip $(shell $(GO) env GOFLAGS 2>/dev/null) -buildvcs=false)
endif
endif

BIN := bin/muster
FUZZTIME ?= 10s
PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system
MODULES ?= /usr/local/lib/prosody/modules

NEEDS = @GO="$(GO)" sh fixtures/needs.sh
# With the Prosody and the tools that are unpacked, where the machine has none
# of its own.
UNPACKED = PATH="$$PATH$$(sh fixtures/servers.sh --find bookworm tools | sed 's|.*|:&/bin|' | tr -d '\n')"

.PHONY: help build demo test lint cover fuzz bench faults screenshots update fmt install install-prosody servers fresh clean
.NOTPARALLEL:

build: ## build the program, bin/muster
	$(NEEDS) build
	$(GO) build -trimpath -o $(BIN) ./cmd/muster
	@[ "$$(id -u)" != 0 ] || chown -R --reference=Makefile $(dir $(BIN))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: needs-demo build ## do the main job on a real server and an invented meeting
	@$(UNPACKED) $(GO) run ./fixtures/demo $(BIN)

test: needs-test lint ## run the linters and all tests, with the race detector and on real servers
	$(UNPACKED) CGO_ENABLED=1 $(GO) test -race -timeout 20m ./...

lint: ## check the format, and run vet, staticcheck, unparam and luacheck
	$(NEEDS) lint
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) tool unparam ./...
	@$(UNPACKED) sh xmppadmin/prosody/lint.sh

cover: needs-cover ## run all tests and print how much of the code they reach
	@mkdir -p bin
	$(UNPACKED) $(GO) test -timeout 20m -coverprofile=bin/cover.out ./...
	@$(GO) tool cover -func=bin/cover.out | tail -n 1
	@echo "by line: go tool cover -html=bin/cover.out"

fuzz: ## run each fuzz test for FUZZTIME (10s)
	$(NEEDS) build
	@$(GO) list ./... | while read -r package; do \
		$(GO) test -list '^Fuzz' "$$package" | grep '^Fuzz' | while read -r name; do \
			echo "$$package $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; \
		done || exit 1; \
	done

bench: needs-bench build ## measure the program on all servers; BENCH=-quick for less
	@sh fixtures/bench/install.sh
	$(UNPACKED) $(GO) run ./fixtures/bench $(BENCH) $(BIN)

faults: needs-faults build ## make something fail at every point of a run; FAULTS="-every 10" for less; takes hours
	$(GO) run ./fixtures/faults $(FAULTS) $(BIN)

screenshots: needs-screenshots ## write the pictures of the published pages that the documents show
	$(GO) run ./fixtures/pictures docs/images
	$(UNPACKED) $(GO) test ./fixtures/converse -count 1 -run '^TestDesk/prosody_0.12$$' -picture $(CURDIR)/docs/images/desk-request.png

update: needs-test ## write golden files and docs/commands.md as the program has them now
	$(GO) test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n 1 dirname | sort -u) -update

fmt: ## format the Go code
	gofmt -w $$($(GO) list -f '{{.Dir}}' ./...)

install: ## install program, man pages, completion and systemd units below DESTDIR and PREFIX
	@[ -x $(BIN) ] || $(MAKE) build
	install -D $(BIN) $(DESTDIR)$(PREFIX)/bin/muster
	install -d $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d $(UNITS)
	$(BIN) docs --man $(SHARE)/man/man1
	$(BIN) completion bash >$(SHARE)/bash-completion/completions/muster
	$(BIN) completion zsh >$(SHARE)/zsh/site-functions/_muster
	$(BIN) completion fish >$(SHARE)/fish/vendor_completions.d/muster.fish
	sed 's|/usr/local/bin/muster|$(PREFIX)/bin/muster|' docs/systemd/muster.service >$(UNITS)/muster.service
	sed 's|/usr/local/bin/muster|$(PREFIX)/bin/muster|' docs/systemd/muster-desk.service >$(UNITS)/muster-desk.service
	install -m 644 docs/systemd/muster.timer $(UNITS)/muster.timer

install-prosody: ## install the companion module for Prosody into MODULES (/usr/local/lib/prosody/modules)
	install -d $(DESTDIR)$(MODULES)
	cp -R xmppadmin/prosody/mod_admin_muc* $(DESTDIR)$(MODULES)/

servers: ## unpack the servers and tools that the tests run
	@sh fixtures/servers.sh

fresh: needs-fresh ## run demo, test and the documents' steps on bare Debians 12 and 13; takes an hour
	sh fixtures/fresh.sh

needs-%:
	$(NEEDS) $*

clean: ## remove bin and the cached test results
	rm -rf bin
	$(GO) clean -testcache
