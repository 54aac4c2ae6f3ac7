# `make` alone lists the targets.
.DEFAULT_GOAL := help
GO      ?= go
FUZZ    ?= 30s
OUT     ?= docs/img
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BUILD   := CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

# Tools are pinned here and run through `go run`, so nothing has to be installed.
GOLANGCI := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## run the platform; boards on the LAN can reach it
	$(GO) run ./cmd/onelan serve

.PHONY: build
build: ## build the binary into bin/
	$(BUILD) -o bin/ ./cmd/onelan

.PHONY: test
test: ## all tests
	$(GO) test ./...

.PHONY: race
race: ## the same tests, shuffled, with the race detector
	$(GO) test -race -shuffle=on -count=1 ./...

.PHONY: fmt
fmt: ## format
	$(GOLANGCI) fmt

.PHONY: lint
lint: ## formatting, vet, staticcheck and the rest
	$(GOLANGCI) run
	$(GOLANGCI) fmt --diff

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZ=30s each
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) -fuzzminimizetime 10x $$pkg; \
	  done; \
	done

.PHONY: kill
kill: build ## kill -9 in the middle of a flood, KILLS=50 times: nothing acknowledged may be lost
	$(GO) run ./internal/killtest -binary bin/onelan -times $${KILLS:-50}

.PHONY: demo-bridge
demo-bridge: ## a cloud, a bridge to it and a device, played in this terminal in half a minute
	$(GO) run ./internal/demobridge

.PHONY: board
board: firmware/sim/node_modules ## a virtual ESP32 in this terminal, beside make run (ARGS="-n 3" for three); needs node
	$(GO) run ./firmware/sim/cmd/board $(ARGS)

.PHONY: flash-help
flash-help: ## how to get from a blank ESP32 to a blinking LED
	@awk '/^## Settings/ { exit } /^## What you need/ { on = 1 } on' firmware/README.md

firmware/sim/node_modules: firmware/sim/package-lock.json
	npm ci --silent --prefix firmware/sim
	@touch $@

.PHONY: kill-bridge
kill-bridge: ## kill -9 of an onelan with a bridge, under load, KILLS=200 times: the cloud must get all that was acknowledged
	BRIDGETEST_QUIET=1 BRIDGETEST_KILLS=$${KILLS:-200} $(GO) test -run KillNine -count=1 -v -timeout 60m ./internal/bridgetest

.PHONY: cut-bridge
cut-bridge: ## 10,000 messages over 50 cuts of the way to the cloud, silent ones among them
	BRIDGETEST_QUIET=1 BRIDGETEST_MESSAGES=10000 BRIDGETEST_CUTS=50 $(GO) test -run OverCuts -count=1 -v -timeout 30m ./internal/bridgetest

.PHONY: screenshots
screenshots: ## the console's pictures in docs/img anew (LOOK=all OUT=dir for every page in every look); needs chromium
	@mkdir -p $(OUT)
	ONELAN_SCREENSHOTS=$(abspath $(OUT)) ONELAN_SCREENSHOTS_LOOK=$(LOOK) $(GO) test -count=1 -run TestScreenshots ./console

.PHONY: bench
bench: ## benchmarks, six rounds, for benchstat
	$(GO) test -run '^$$' -bench . -benchmem -count 6 ./... | tee bench.txt

.PHONY: bench-peers
bench-peers: build ## the same load against bare Mochi and mosquitto, REST against net/http and nginx, side by side
	$(GO) run ./internal/peers -binary bin/onelan

.PHONY: cover
cover: ## coverage of all packages by all tests
	$(GO) test -coverpkg=./... -coverprofile=cover.out ./... && $(GO) tool cover -func=cover.out | tail -1

.PHONY: cross
cross: ## build for every system we promise, without cgo
	@set -e; for t in linux/amd64 linux/arm64 linux/arm/6 linux/arm/7 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
	  os=$${t%%/*}; rest=$${t#*/}; arch=$${rest%%/*}; arm=; ext=; \
	  if [ "$$arch" != "$$rest" ]; then arm=$${rest#*/}; fi; if [ $$os = windows ]; then ext=.exe; fi; \
	  echo "$$t"; GOOS=$$os GOARCH=$$arch GOARM=$$arm $(BUILD) -o bin/onelan-$$os-$$arch$${arm:+v$$arm}$$ext ./cmd/onelan; \
	done

.PHONY: ci
ci: lint race build ## what must pass before a merge
