# The commands of this project; `make` alone lists them.
PYTHON ?= python3
ARGS ?=

VENV := $(CURDIR)/.venv
# The programs in .venv hold its path, so it is made anew after the folder was renamed or copied.
MOVED := $(shell [ ! -e .venv/bin/pip ] || grep -qF "$$(cd .venv && pwd -P)/bin/" .venv/bin/pip || echo moved)
REPORTS := .venv/reports
# One more process than processors, because some tests wait for something; one process if ARGS chooses some tests.
PROCESSES := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
PYTEST = pytest $(if $(ARGS),,-n $(PROCESSES) --dist worksteal)
# For every Python and system that the site runs on; with the digest of each file, and with nobody's own registry.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(ARGS)
export PATH := $(VENV)/bin:$(PATH)
# The tests start hundreds of processes; without bytecode on disk each of them compiles the whole site.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test soak onlooker lint format bench lock site-packages test-packages moved

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

run: site-packages ## Start the site on 127.0.0.1:8000 with message delivery; PORT=8001 make run takes another port
	@python -m practice.env_file
	@python manage.py start --prepare

test: test-packages ## Check the code, then test on SQLite, on PostgreSQL and in Chromium; ARGS="-k word" goes to pytest
	@rm -rf $(REPORTS) && mkdir -p $(REPORTS)
	@$(MAKE) --no-print-directory lint || touch $(REPORTS)/lint-failed
	-@TEST_DATABASE_URL= $(PYTEST) --junitxml=$(REPORTS)/SQLite.xml -m "not journey" $(ARGS)
	-@TEST_DATABASE_URL="$${TEST_DATABASE_URL:-postgres}" $(PYTEST) --junitxml=$(REPORTS)/PostgreSQL.xml $(ARGS)
	-@TEST_DATABASE_URL= $(PYTEST) --junitxml=$(REPORTS)/Chromium.xml -m journey $(or $(ARGS),tests/journeys)
	@python -m tests.summary $(REPORTS) SQLite PostgreSQL Chromium

soak: test-packages ## Test as `make test` does, with the long proofs at their whole length: more than an hour
	@SOAK=1 PYTEST_TIMEOUT=7200 $(MAKE) --no-print-directory test

onlooker: test-packages ## Print what an onlooker finds of a planted person, as in docs/security.md: some minutes
	@python -m tests.onlooker

lint: test-packages ## Only check the code; nothing is changed
	@if git rev-parse --is-inside-work-tree >/dev/null; then pre-commit run --all-files; \
	else echo "The code was not checked: pre-commit needs a git checkout." >&2; fi

format: test-packages ## Format the code and mend what the checks can mend
	@ruff check --fix && ruff format
	@djhtml --tabwidth=2 templates
	@if command -v biome >/dev/null; then biome check --write static; fi

bench: site-packages ## Measure requests a second of the ketamine page against a bare Django view
	@python -m benchmarks.ketamine

lock: test-packages ## Write the exact files of all packages into requirements-lock.txt; ARGS=--upgrade takes newer ones
	@$(LOCK) --output-file requirements-lock.txt requirements.txt
	@$(LOCK) --output-file requirements-dev-lock.txt --constraint requirements-lock.txt requirements-dev.txt

site-packages: .venv/installed ; @:
test-packages: .venv/installed-dev ; @:

.venv/bin/python: $(MOVED)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; name one that you have, for example: make run PYTHON=python3.13" >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "On Debian and Ubuntu, \`apt-get install python3-venv\` adds what is missing." >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }

moved:
	@echo "The folder was moved, so .venv is made anew."

.venv/installed: requirements-lock.txt .venv/bin/python $(MOVED)
.venv/installed-dev: requirements-dev-lock.txt .venv/bin/python $(MOVED)
.venv/installed .venv/installed-dev:
	@echo "Installing what $< lists; the first time takes a minute or two."
	@python -m pip install --quiet --disable-pip-version-check --no-input --progress-bar off --require-hashes \
		-r $< || { \
		echo "The packages could not be installed; the first time, this needs the internet." >&2; exit 1; }
	@touch $@
