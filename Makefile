# Everything that people and CI call. `make help` shows it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
CONFIGURATION ?= Debug
RID ?= linux-x64
PUBLISH := artifacts/publish/$(RID)
SOLUTION := FalcoStreamer.sln

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: help
help: ## Show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

.PHONY: run
run: ## Judge the shipped sample of alerts and show the reports
	@dotnet build src/FalcoStreamer --configuration Release --verbosity quiet -p:PublishAot=false
	@dotnet src/FalcoStreamer/bin/Release/net10.0/falcostreamer.dll replay samples/alerts.jsonl --pods samples/pods.json
	@printf '%s\n' '' 'Try next:' \
	  '  the same as JSON lines, for scripts:   dotnet src/FalcoStreamer/bin/Release/net10.0/falcostreamer.dll replay samples/alerts.jsonl --pods samples/pods.json --output json' \
	  '  the Kubernetes Events it would write:  … --output events' \
	  '  a day of your own cluster:             kubectl logs -n falco -l app.kubernetes.io/name=falco -c falco --tail=-1 > alerts.log' \
	  '                                         kubectl get pods -A -o json > pods.json' \
	  '                                         … replay alerts.log --pods pods.json'

.PHONY: test
test: ## Run the tests (under three minutes)
	@dotnet build $(SOLUTION) --configuration $(CONFIGURATION) --verbosity quiet
	@dotnet test --project tests/FalcoStreamer.Tests --configuration $(CONFIGURATION) --no-build

.PHONY: judge
judge: ## Judge the labelled set and print the table
	@dotnet build $(SOLUTION) --configuration $(CONFIGURATION) --verbosity quiet
	@dotnet test --project tests/FalcoStreamer.Tests --configuration $(CONFIGURATION) --no-build --filter-namespace FalcoStreamer.Tests.Judging
	@cat tests/FalcoStreamer.Tests/bin/$(CONFIGURATION)/net10.0/judgement.md

.PHONY: lint
lint: ## Check format and analyzers
	@dotnet restore $(SOLUTION) --verbosity quiet
	@dotnet format $(SOLUTION) --no-restore --verify-no-changes

.PHONY: format
format: ## Bring the code into form
	@dotnet format $(SOLUTION)

.PHONY: bench
bench: image ## Measure the shipped form (prints lines that begin with "bench")
	@dotnet build tests/FalcoStreamer.Benchmarks --configuration Release --verbosity quiet
	@dotnet tests/FalcoStreamer.Benchmarks/bin/Release/net10.0/FalcoStreamer.Benchmarks.dll $(PUBLISH)/falcostreamer

.PHONY: bench-judge
bench-judge: ## Measure what judging an alert costs, by 60 behaviours and by 600
	@dotnet build tests/FalcoStreamer.Benchmarks --configuration Release --verbosity quiet
	@dotnet tests/FalcoStreamer.Benchmarks/bin/Release/net10.0/FalcoStreamer.Benchmarks.dll judge

.PHONY: image
image: toolchain ## Publish the shipped form (NativeAOT) and, where a container engine runs, build the image
	@dotnet publish src/FalcoStreamer --configuration Release --runtime $(RID) --output $(PUBLISH) --verbosity quiet \
	  $$(command -v clang >/dev/null || echo -p:CppCompilerAndLinker=gcc)
	@ls -l $(PUBLISH) | awk 'NR > 1 { printf "%9.1f MB  %s\n", $$5 / 1e6, $$9 }'
	@$(PUBLISH)/falcostreamer --version
	@if docker info >/dev/null 2>&1; then docker build --tag falcostreamer:dev .; \
	  else echo 'No container engine runs here: the image was not built, only what goes into it.'; fi

.PHONY: smoke
smoke: image ## Run the end-to-end tests against the published program
	@dotnet build tests/FalcoStreamer.Tests --configuration $(CONFIGURATION) --verbosity quiet
	@FALCOSTREAMER_PROGRAM=$(CURDIR)/$(PUBLISH)/falcostreamer dotnet test --project tests/FalcoStreamer.Tests --configuration $(CONFIGURATION) --no-build \
	  --filter-namespace FalcoStreamer.Tests.EndToEnd

.PHONY: readytorun
readytorun: ## Publish the same code for the shared runtime, the fallback for NativeAOT
	@dotnet publish src/FalcoStreamer --configuration Release --runtime $(RID) --no-self-contained \
	  -p:PublishAot=false -p:PublishReadyToRun=true -p:BaseIntermediateOutputPath=$(CURDIR)/artifacts/obj-r2r/ \
	  --output artifacts/readytorun/$(RID) --verbosity quiet
	@artifacts/readytorun/$(RID)/falcostreamer --version

.PHONY: chart
chart: ## Check the Helm chart
	@test -d charts/falcostreamer || { echo 'There is no chart yet.'; exit 1; }

.PHONY: toolchain
toolchain: # NativeAOT links with a C compiler and zlib
	@command -v clang >/dev/null || command -v gcc >/dev/null || { apt-get update -q && apt-get install -qy --no-install-recommends clang; }
	@test -e /usr/include/zlib.h || { apt-get update -q && apt-get install -qy --no-install-recommends zlib1g-dev; }
