.PHONY: build dev demo test race check bench torture assets clean

GO ?= go
export CGO_ENABLED ?= 0

build: ## bin/masthead
	$(GO) build -trimpath -ldflags "-s -w" -o bin/masthead ./cmd/masthead

dev: ## a demo newsroom that is kept in tmp/demo
	$(GO) run ./cmd/masthead demo --data tmp/demo

demo: ## a throw-away demo newsroom
	$(GO) run ./cmd/masthead demo

test: ## every test on both engines and in a browser; installs what is missing
	sh test/setup.sh
	$(GO) run ./test/run ./...

race: ## the same under the race detector (needs a C compiler), without the browser
	sh test/setup.sh
	CGO_ENABLED=1 MASTHEAD_NO_BROWSER=1 $(GO) run ./test/run -race ./internal/... ./web-src/pack ./web-src/build

check: ## vet, staticcheck, formatting, the floors, the bundle
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	@test -z "$$(gofmt -l cmd internal test web-src bench *.go)" || { gofmt -l cmd internal test web-src bench *.go; exit 1; }
	$(GO) test -count=1 . ./web-src/build/... ./web-src/pack/...

assets: ## rebuild the committed front-end bundle from web-src
	$(GO) run ./web-src/build

bench: ## benchmarks; figures, never a verdict
	sh test/setup.sh
	$(GO) run ./test/run -run '^$$' -bench . -benchmem ./bench/...

torture: ## the long trials: the same tests at full size, and the fuzzers for a while each
	sh test/setup.sh
	MASTHEAD_TORTURE=1 $(GO) run ./test/run -timeout 60m ./...
	sh test/fuzz.sh 60s

clean:
	rm -rf bin tmp
