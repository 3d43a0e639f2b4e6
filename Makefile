# Commands for people, hooks and CI. Each installs what it needs first.
.DEFAULT_GOAL := help
.PHONY: help install build run dev test test-fast test-long coverage check lint typecheck bench soak attack format schema settings clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NPM := npm install --loglevel=error --no-package-lock --no-audit --no-fund --ignore-scripts
NODE_INSTALLED := frontend/node_modules/.installed
BUILT := service/pages/index.html
# Each file by one process, so that its fixtures are made once; the slowest files first, as tests/conftest.py orders them.
# Bytecode is kept, also where the environment says otherwise: without it each process compiles all that it imports, and
# every pytest process all tests, which took half of their collection.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
# Without npm everything but the pages works, and the service says how to build them.
PAGES := $(if $(shell command -v npm),$(BUILT))

help: ## Show the commands.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## Make .venv and install everything.

$(INSTALLED): pyproject.toml constraints.txt tests/tasks/moto.txt tests/service/audits/package.json
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(PYTHON) -m venv $(VENV)/moto
	$(VENV)/moto/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/tasks/moto.txt
	@if command -v npm > /dev/null; then $(NPM) --prefix tests/service/audits; \
	else echo "There is no npm: the audits of GraphQL over HTTP will be skipped." >&2; fi
	@touch $@

$(NODE_INSTALLED): frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build: $(PAGES) ## Build the pages (needs Node.js 20.19 or later).
	@test -n "$(PAGES)" || echo "There is no npm here: install Node.js 20.19 or later to build the pages." >&2

$(BUILT): $(NODE_INSTALLED) schema.graphql $(shell find frontend -path frontend/node_modules -prune -o -type f -print)
	cd frontend && npm run --silent build

run: install build ## Migrate, make demo data when there is none, serve, and print who can sign in.
	@./scripts/run

dev: install $(if $(PAGES),$(NODE_INSTALLED)) ## Serve the API and the pages on demo data, and show each change of the code at once.
	@./scripts/dev

test: install build ## Run all tests; those in a browser where there is Chromium.
	$(if $(PAGES),cd frontend && npm run --silent test)
	$(PYTEST) --durations 25

test-fast: install ## Run the tests that need no server, no browser and no process of the service.
	EMBUDO_TEST_PROFILE=fast $(PYTEST) -m "not process and not browser and not server"

test-long: install build ## Run all tests with 1,000 new examples each, and feed and kill a service for minutes (hours in all).
	EMBUDO_TEST_PROFILE=long $(PYTEST) --durations 25
	$(BIN)/python -m tests.soak $(SOAK)

coverage: install build ## Run all tests and show which lines and branches they miss.
	$(PYTEST) --cov --cov-report term:skip-covered

check: install build lint typecheck ## Everything but the tests: lint and types, the schema file, the pages.
	$(BIN)/python -m service schema | diff -u schema.graphql -
	$(if $(PAGES),cd frontend && npm run --silent check)

lint: install ## Format, lint rules and import contracts of the Python code.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

typecheck: install ## The types of the Python code.
	$(BIN)/mypy

bench: install build ## Measure speed as ratios (the first run makes ten million messages; BENCH="--quick exports": some of them, on fewer).
	$(BIN)/python -m benchmarks $(BENCH)

soak: install ## Feed, kill and restart a service for 5 minutes, then compare every number (SOAK="--database postgresql --minutes 1 --seed 7").
	$(BIN)/python -m tests.soak $(SOAK)

attack: install ## Attack a service, and print what others waited and what memory it took (ATTACK="WebSocket --seconds 3").
	$(BIN)/python -m tests.attack $(ATTACK)

format: install ## Format the code and fix what can be fixed.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(if $(PAGES),cd frontend && npm run --silent format)

schema: install ## Write schema.graphql.
	$(BIN)/python -m service schema > schema.graphql

settings: install ## Write the table of docs/settings.md.
	$(BIN)/python -m scripts.settings_table

clean: ## Remove the virtual environment and caches; keep var/.
	rm -rf $(VENV) frontend/node_modules service/pages build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
