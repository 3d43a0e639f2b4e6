# Commands for people, hooks and CI. Each installs what it needs first.
.DEFAULT_GOAL := help
.PHONY: help install run test check bench format schema clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

help: ## Show the commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## Make .venv and install everything.

$(INSTALLED): pyproject.toml constraints.txt tests/tasks/moto.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(PYTHON) -m venv $(VENV)/moto
	$(VENV)/moto/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/tasks/moto.txt
	@touch $@

run: install ## Migrate, make demo data when there is none, serve, and print who can sign in.
	@./scripts/run

test: install ## Run the tests, with branch coverage.
	$(BIN)/python -m pytest --numprocesses auto --cov --cov-report term:skip-covered

check: install ## Everything but the tests: format, lint, types, import contracts, the schema file.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m service schema | diff -u schema.graphql -

bench: install ## Measure speed as ratios (the first run makes ten million messages; BENCH=--quick: a minute).
	$(BIN)/python -m benchmarks $(BENCH)

format: install ## Format the code and fix what can be fixed.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: install ## Write schema.graphql.
	$(BIN)/python -m service schema > schema.graphql

clean: ## Remove the virtual environment and caches; keep var/.
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
