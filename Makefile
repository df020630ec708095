# Everything that is done to this project, as commands. `make run` and `make test` need Python 3.11+ and make, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Versions come from one file, for what is built on the way as well.
export PIP_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt
# Every test process, and every one that a test starts, would compile all modules anew without kept bytecode.
export PYTHONDONTWRITEBYTECODE :=
# Stamps lie inside the environment, so that they are gone when it is gone.
RUN_READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-develop
# Test files are spread over the cores in the order of tests/conftest.py; WORKERS=0 runs them one after another.
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
# Given by the caller: make run ARGS="--port 8600", make test ARGS="tests/audit -k clean".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test unit lint bench bench-quality screenshots wheel constraints clean

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: $(RUN_READY)  ## Open the dashboard on http://localhost:8501
	@$(BIN)/readiness $(ARGS)

test: $(DEV_READY)  ## Run the tests; browser tests run where Chromium is found
	@$(PYTEST) $(ARGS)

unit: $(DEV_READY)  ## Run the unit tests alone: no browser, no whole pages, no other programs
	@$(PYTEST) -m unit --ignore tests/browser --ignore tests/ui $(ARGS)

lint: $(DEV_READY)  ## Check style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(DEV_READY)  ## Measure start-up, audit and pages
	@$(BIN)/python -m tests.bench $(ARGS)

bench-quality: $(DEV_READY)  ## Measure how right the audit is on files with known truth
	@$(PIP_INSTALL) --editable '.[peers]' || echo "The other readers cannot be installed here; they are left out."
	@$(BIN)/python -m tests.bench tests/quality

screenshots: $(DEV_READY)  ## Take a picture of every page into docs/images/
	@$(BIN)/python -m tests.screenshots

wheel: $(RUN_READY)  ## Build the wheel into dist/
	@rm -rf dist
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist

constraints: ## Renew constraints.txt from a fresh environment
	@$(PYTHON) -m tests.constraints

clean:  ## Remove the environment and everything that was built
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Readiness needs Python 3.11 or newer; '$(PYTHON)' is older or missing. Name another: make PYTHON=python3.12 run"; exit 1; }
	@echo "Making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is missing (on Debian and Ubuntu: apt install python3-venv)."; rm -rf $(VENV); exit 1; }

$(RUN_READY): $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing ..."
	@$(PIP_INSTALL) --editable .
	@touch $@

$(DEV_READY): $(RUN_READY)
	@echo "Installing what the tests need ..."
	@$(PIP_INSTALL) --editable '.[dev]'
	@touch $@
