# What people and the CI run; `make` alone lists it. Needs make and Python 3.11, 3.12 or 3.13, nothing else but Chromium,
# for those tests that open the agent's page: `make debian` installs it.
PYTHON ?= python3
STAGE ?= prod
MINUTES ?= 1
PORT ?= 7448

VENV := .venv
VENV_AWS := .venv-aws
BIN := $(VENV)/bin
UV := $(BIN)/uv
READY := $(VENV)/.ready
READY_AWS := $(VENV_AWS)/.ready
PAGE := agent_page
READY_PAGE := $(PAGE)/node_modules/.ready
# Node.js and npm stand in the lock too, as wheels; what npm starts is to find that Node.js first.
NPM = PATH="$(abspath $(BIN)):$$PATH" $(BIN)/npm --prefix $(PAGE) --loglevel=error --no-update-notifier

# uv and Node.js bring their own root certificates; a machine behind a company's proxy has one more in its own list.
UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),1,0)
export UV_SYSTEM_CERTS
ifeq ($(UV_SYSTEM_CERTS),1)
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help debian setup demo phone test coverage lint format page package docs bench fuzz mutants lock clean keys certs

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

debian: ## on Debian: install what only the tests of the agent's page need, Chromium, unless it is there
	@command -v chromium > /dev/null || { \
		as_root="$$(test "$$(id -u)" = 0 || echo sudo)" && \
		$$as_root apt-get update -qq && \
		$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends chromium fonts-liberation; }

setup: $(READY) $(READY_AWS) ## make both environments, from locks with hashes (every other target does this itself)

demo: setup ## play every journey of a call with transcripts (or one: make demo JOURNEY=3); 0 if all end as they should
	$(BIN)/python -m local.demo $(JOURNEY)

phone: setup ## make calls yourself: a telephone in your browser, the whole centre behind it (other port: make phone PORT=8080)
	$(BIN)/python -m local phone --port $(PORT)

test: setup $(READY_PAGE) ## run all tests, then hold chalicelib's coverage of branches to its limit
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(MAKE) --no-print-directory coverage

coverage: $(READY) ## report what the last test run covered
	-$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(READY) $(READY_PAGE) ## check style, types, floors, templates and flows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint shared/resources.yaml
# Fragments, without a transform and without the resources that chalice adds, so three checks cannot be held against
# them; tests/deploy/test_package.py lints the templates that they are merged into with every check.
	$(BIN)/cfn-lint --ignore-checks E1010 E3001 E3724 -- shared/connect_app.yaml shared/twilio_app.yaml
	$(BIN)/python -m flows templates
	$(NPM) run --silent types

format: $(READY) ## lay the code out and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

page: $(READY_PAGE) ## bundle the agent's page anew from agent_page/, for the app that serves it
	$(NPM) run --silent build

package: $(READY) ## zips and templates into build/, for prod or STAGE=dev; the same bytes for the same Python minor version
	$(BIN)/python -m shared.package build $(STAGE)

keys: $(READY) ## make, try, watch and retire the keys of encrypted input: make keys ARGS=--help
	@$(BIN)/python -m shared.keys $(ARGS)

certs: $(READY) ## the certificate for BankID: make certs ARGS="split FILE", or store, or check; ARGS=-h tells more
	@$(BIN)/python -m shared.bankid_certificate $(ARGS)

docs: $(READY) ## write anew what docs/ has from the code: settings, flow actions, events, pictures of our flows
	$(BIN)/python -m chalicelib.settings > docs/settings.md.new
	mv docs/settings.md.new docs/settings.md
	$(BIN)/python -m local.flowtool.actions_page > docs/flow-actions.md.new
	mv docs/flow-actions.md.new docs/flow-actions.md
	$(BIN)/python -m local.flowtool.pictures
	$(BIN)/python -m shared.audit page > docs/audit.md.new
	mv docs/audit.md.new docs/audit.md
	$(BIN)/python -m shared.audit schema > docs/audit.schema.json.new
	mv docs/audit.schema.json.new docs/audit.schema.json

bench: setup ## measure side by side: opening a message, cold starts, zips; into build/bench.json (docs/measuring.md)
	$(BIN)/python -m tests.bench

fuzz: $(READY) ## look for hostile input that breaks a promise, for a minute or MINUTES=60; into build/fuzz
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

mutants: setup ## change the hand-off's rules in every small way; fail unless the tests notice each change
	$(BIN)/mutmut run
# mutmut is content with mutants that survive; it lists every one that was not killed.
	@left="$$($(BIN)/mutmut results)" && { test -z "$$left" || { printf 'not killed:\n%s\n' "$$left" >&2; exit 1; }; }

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock'

lock: $(READY) ## pin everything anew: all four requirements.txt from pyproject.toml and the requirements.in beside them
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) local/aws/requirements.in --output-file local/aws/requirements.txt
	$(LOCK) connect_app/requirements.in --constraints requirements.txt --output-file connect_app/requirements.txt
	$(LOCK) twilio_app/requirements.in --constraints requirements.txt --output-file twilio_app/requirements.txt

clean: ## remove what these targets made, environments too
	rm -rf $(VENV) $(VENV_AWS) $(PAGE)/node_modules build mutants .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache \
		.hypothesis .import_linter_cache */.chalice/deployments */.chalice/deployed */.chalice/venv
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment for the code: exactly what requirements.txt says. uv itself is taken, hash and all, from the same lock.
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo 'Countersign needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.txt > $(VENV)/uv.txt
	test -x $(UV) || $(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/uv.txt
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.txt
	@touch $@

# MiniStack's environment, apart because it pins another botocore.
$(READY_AWS): local/aws/requirements.txt | $(READY)
	test -x $(VENV_AWS)/bin/python || $(UV) venv --quiet --python $(BIN)/python $(VENV_AWS)
	$(UV) pip sync --quiet --python $(VENV_AWS)/bin/python --require-hashes local/aws/requirements.txt
	@touch $@

# What the agent's page is made of and checked with: exactly what package-lock.json says, and none of its scripts is run.
$(READY_PAGE): $(PAGE)/package.json $(PAGE)/package-lock.json | $(READY)
	$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@
