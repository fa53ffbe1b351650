# Two commands are enough: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
ARGS ?=
TESTS ?= tests

.DEFAULT_GOAL := help
.PHONY: help run dev test check lint format types contracts screenshots lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## start everything, with the demo brand on first start
	@exec $(PY) -m tracker up --demo $(ARGS)

dev: $(VENV)/.dev ## the same, restarting the web server when a file changes
	@exec $(PY) -m tracker up --demo --reload $(ARGS)

test: $(VENV)/.dev ## the whole suite, on SQLite and on PostgreSQL
	@$(PY) -m pytest -n 2 --dist worksteal $(TESTS) $(ARGS)

check: lint types contracts test ## format, lint, types, import contracts and tests

lint: $(VENV)/.dev
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .

format: $(VENV)/.dev ## write the format and the fixes that are safe
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .

types: $(VENV)/.dev
	@$(PY) -m mypy

contracts: $(VENV)/.dev
	@$(VENV)/bin/lint-imports

screenshots: $(VENV)/.dev ## every page of the demo brand as an image, into docs/screenshots/
	@$(PY) -m tests.support.screenshots $(ARGS)

lock: $(PY) ## write both locks anew from pyproject.toml (needs the network)
	@$(PIP) install "uv>=0.9"
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock $(ARGS)
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--custom-compile-command "make lock" -c requirements.lock \
		pyproject.toml --group dev -o requirements-dev.lock $(ARGS)

clean: ## remove the virtual environment and caches; data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# --- the virtual environment: a stamp per lock, so that a second start asks no network ------------

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed, and none was found. Install one, or say: make run PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is older. Say: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "The virtual environment could not be made (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }

# `.venv/bin/tracker` works from every folder: it puts the checkout first on Python's path.
$(VENV)/bin/tracker: | $(PY)
	@printf '%s\n' '#!/bin/sh' 'root=$$(CDPATH= cd -- "$$(dirname -- "$$0")/../.." && pwd)' \
		'PYTHONPATH="$$root$${PYTHONPATH:+:$$PYTHONPATH}" exec "$$root/.venv/bin/python" -m tracker "$$@"' > $@
	@chmod +x $@

$(VENV)/.runtime: requirements.lock $(VENV)/bin/tracker | $(PY)
	@echo "Installing what the program needs (only when requirements.lock changed) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need (only when requirements-dev.lock changed) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
