# Every command a newcomer, a developer or CI needs. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE ?= 1
export RAY_USAGE_STATS_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help setup weights demo demo-small demo-large serve serve-small serve-large test test-fast lint audit format proto docs clean bench-scorer bench-engine bench-tax \
	bench-prefix bench-scale bench-autoscale bench-simulate bench-ladder bench-load bench-overload bench-locust bench-ingress bench-gpu bench-policy bench-bulk chaos test-cluster soak fuzz bench-report

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

# A .venv whose Python was removed or replaced is made again.
ifneq ($(shell { $(BIN)/python -c "import psutil"; } > /dev/null 2>&1 || echo gone),)
.PHONY: .venv/installed
endif

.venv/installed: requirements.lock pyproject.toml tools/install.py
	@$(PYTHON) tools/install.py

setup: .venv/installed ## Create .venv from the lock file

weights: setup ## Prepare the demo's weights in the cache folder
	@$(BIN)/python -m serve_app.demo --weights

# Options of the demo's command, for example: make serve DEMO_ARGS="--http-port 8001"
DEMO_ARGS ?=

# A CPU that computes in bfloat16 carries the 1.5B writer; on others it takes minutes an item, and the 135M one writes.
DEMO ?= $(shell grep -qsE 'avx512_bf16|amx_bf16' /proc/cpuinfo && echo demo-large || echo demo-small)

demo: ## Real photos in, ranked notifications out, over gRPC and HTTP
	@$(MAKE) --no-print-directory $(DEMO)

demo-small: setup ## The demo with the 135M writer, on any CPU
	@$(BIN)/python -m serve_app.demo $(DEMO_ARGS)

.venv/installed-large: .venv/installed requirements-large.lock
	@$(PYTHON) tools/install.py large

demo-large: .venv/installed-large ## The demo with the 1.5B writer (1.1 GB more to fetch)
	@$(BIN)/python -m serve_app.demo --config configs/demo-large.yaml $(DEMO_ARGS)

serve-large: .venv/installed-large ## The app with the 1.5B writer, kept up until Ctrl-C
	@$(BIN)/python -m serve_app.demo --config configs/demo-large.yaml --serve $(DEMO_ARGS)

serve: ## The same app, kept up until Ctrl-C
	@$(MAKE) --no-print-directory $(DEMO:demo%=serve%)

serve-small: setup ## The same with the 135M writer
	@$(BIN)/python -m serve_app.demo --serve $(DEMO_ARGS)

test: .venv/installed-large ## Every test
	@$(BIN)/python -m pytest

test-fast: setup ## Unit and graph tests: no cluster, no weights
	@$(BIN)/python -m pytest tests/unit tests/graph

lint: setup ## ruff, mypy, buf, documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python tools/buf_lint.py
	@$(BIN)/python tools/docs.py --check
	@$(BIN)/mkdocs build --strict --quiet
	@$(BIN)/python tools/audit.py --report

audit: setup ## Known vulnerabilities of the pinned packages, by OSV
	@$(BIN)/python tools/audit.py

format: setup ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

proto: setup ## Regenerate the stubs of protos/
	@$(BIN)/python tools/proto.py

docs: setup ## The documentation, into build/docs
	@$(BIN)/python tools/docs.py
	@$(BIN)/mkdocs build --strict --quiet

bench-scorer: setup ## The batcher beside @serve.batch, an ideal loop and one by one
	@$(BIN)/python -m benchmarks.scorer

bench-engine: setup ## The demo graph against bare vLLM
	@$(BIN)/python -m benchmarks.engine

bench-tax: setup ## CPU, requests/s and p50 of the graph on fakes, beside an echo on stock Serve
	@$(BIN)/python -m benchmarks.tax

bench-prefix: setup ## Prompt tokens served from the prefix cache
	@$(BIN)/python -m benchmarks.prefix

bench-scale: setup ## Items/s with 1, 2 and 4 replicas a stage, on fakes
	@$(BIN)/python -m benchmarks.scale

bench-simulate: setup ## A day on 3 to 1,000 GPUs, simulated: the real autoscaling policy against Serve's stock one
	@$(BIN)/python -m benchmarks.simulate

bench-ladder: setup ## What fewer categories and drafts cost in fit copies, against the capacity that they give
	@$(BIN)/python -m benchmarks.ladder

bench-autoscale: setup ## A step to 8 times the load and spikes: autoscaling against Serve's stock policy
	@$(BIN)/python -m benchmarks.autoscale

bench-load: setup ## Offered rate against latency and goodput, open loop
	@$(BIN)/python -m benchmarks.load

bench-overload: setup ## Goodput at up to 8 times the knee, with the admission gate and without
	@$(BIN)/python -m benchmarks.overload

bench-locust: setup ## Locust: gRPC and HTTP users side by side
	@$(BIN)/python -m benchmarks.locust

bench-ingress: setup ## HAProxy against Serve's Python proxy
	@$(BIN)/python -m benchmarks.ingress

bench-policy: setup ## The copy checks against 700 labelled cases: recall, false blocks, time
	@$(BIN)/python -m benchmarks.policy

bench-bulk: setup ## A bulk job against the online graph, and 20 kills of a job
	@$(BIN)/python -m benchmarks.bulk

bench-gpu: setup ## A first hour on a GPU: card, encoder, scorer, graph over engine, gpu.yaml
	@$(BIN)/python -m benchmarks.gpu

chaos: weights ## One fault at a time under load, on fakes and on real stages: what callers see
	@$(BIN)/python -m benchmarks.chaos

test-cluster: weights ## Four local Ray nodes: a lost node, rolling changes and back, a stage woken, under load
	@$(BIN)/python -m benchmarks.cluster

soak: setup ## A quarter of an hour at 70% of the knee, with bursts and cancels
	@$(BIN)/python -m benchmarks.soak

fuzz: setup ## Thousands of malformed and hostile requests over HTTP and gRPC: what breaks, what is given away
	@$(BIN)/python -m benchmarks.fuzz

bench-report: setup ## One report of all results, Markdown and HTML
	@$(BIN)/python -m benchmarks.report

clean: ## Remove what the commands built
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache *.egg-info
