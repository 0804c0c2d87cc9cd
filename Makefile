# The commands of this project; `make` alone lists them. Each step is a Python module, named here.
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test lint bench python site-packages test-packages

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

run: site-packages ## Start the site on 127.0.0.1:8000 with message delivery; PORT=8001 make run takes another port
	@.venv/bin/python -m practice.environment
	@.venv/bin/python manage.py start --prepare

test: test-packages ## Check the code, then test on SQLite, on PostgreSQL and in Chromium; ARGS="-k word" goes to pytest
	@.venv/bin/python -m tests $(ARGS)

lint: test-packages ## Only check the code: format, lint, types, migrations, deployment settings
	@.venv/bin/python -m tests lint

bench: site-packages ## Measure requests a second of the ketamine page against a bare Django view
	@.venv/bin/python -m benchmarks.ketamine

site-packages: python
	@$(PYTHON) -m practice.installation requirements.txt

test-packages: python
	@$(PYTHON) -m practice.installation requirements-dev.txt

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; name one that you have, for example: make run PYTHON=python3.13" >&2; \
		exit 1; }
