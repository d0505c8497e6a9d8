# Every command a newcomer, a developer or CI needs. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE ?= 1
export RAY_USAGE_STATS_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help setup weights demo serve test test-fast lint format proto clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/installed: requirements.lock pyproject.toml tools/install.py
	@$(PYTHON) tools/install.py

setup: .venv/installed ## Create .venv from the lock file

weights: setup ## Prepare the demo's weights in the cache folder
	@$(BIN)/python -m serve_app.demo --weights

demo: setup ## Real photos in, ranked notifications out, over gRPC and HTTP
	@$(BIN)/python -m serve_app.demo

serve: setup ## The same app, kept up until Ctrl-C
	@$(BIN)/python -m serve_app.demo --serve

test: setup ## Every test
	@$(BIN)/python -m pytest

test-fast: setup ## Unit and graph tests: no cluster, no weights
	@$(BIN)/python -m pytest tests/unit tests/graph

lint: setup ## ruff, mypy, buf
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python tools/buf_lint.py

format: setup ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

proto: setup ## Regenerate the stubs of protos/
	@$(BIN)/python tools/proto.py

clean: ## Remove what the commands built
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache *.egg-info
