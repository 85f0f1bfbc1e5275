# The commands of Switchboard. `make help` lists them.

# Python: PYTHON from the environment, else the first that is new enough. 3.12 and 3.11
# come first because a real Redis can be installed for them as a package.
PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3.12 python3.11 python3.13 python3)
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
# With a finished .venv nothing has to be searched.
FOUND = $(or $(and $(wildcard .venv/installed.json),$(realpath .venv/bin/python),.venv/bin/python),$(SEARCHED))
SEARCHED = $(shell for each in $(CANDIDATES); do \
	$$each -c '$(IS_NEW_ENOUGH)' 2>/dev/null && { echo $$each; break; }; done)

RUN := .venv/bin/python
APPS := apps bench clients config docs tests
SCANNED := apps clients config docker manage.py

.DEFAULT_GOAL := help
.PHONY: help run test test-operations coverage lint scan bench client messages shots requirements pin \
	python venv venv-dev venv-scanners

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: venv ## start everything: servers, web, workers, beat (PORT=8000, DATA_DIR=.data)
	@$(RUN) -m config.embedded run

# Three, also for two cores: what waits for a process it has started leaves one idle.
WORKERS := -n 3
# Every worker would compile all tests anew, seven seconds each.
test test-operations coverage: export PYTHONDONTWRITEBYTECODE =

test: venv-dev ## run all tests, those in a real browser included
	@$(RUN) config/chromium.py
	@$(RUN) -m pytest $(WORKERS)

test-operations: venv-dev venv-scanners ## test image, proxy, alerts and deployment with Debian's servers (root installs them)
	@sh tests/operations/install.sh
	@$(RUN) -m pytest -n 0 tests/operations

coverage: venv-dev ## the same a third slower, refusing too little coverage
	@$(RUN) config/chromium.py
	@$(RUN) -m coverage erase
	@$(RUN) -m coverage run -m pytest $(WORKERS)
	@$(RUN) -m coverage combine -q
	@echo "Coverage of everything, then of what must not break:"
	@$(RUN) -m coverage report --fail-under=90
	@$(RUN) -m coverage report --fail-under=95 --include='apps/sms/*,apps/rbac/*,apps/accounts/*'

lint: venv-dev ## check style, types, the import staircase and missing migrations
	@$(RUN) -m black --check --quiet $(APPS) || { echo "black would change files: run black $(APPS)"; exit 1; }
	@$(RUN) -m isort --check-only --quiet $(APPS)
	@$(RUN) -m flake8 $(APPS)
	@$(RUN) -m mypy
	@.venv/bin/lint-imports
	@# The models are compared with the files only, so no server has to be there.
	@DATABASE_URL=postgres://nobody@127.0.0.1:1/none $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --skip-checks

scan: venv-scanners ## look for what is dangerous in our code, by Bandit and our rules for Semgrep
	@.venv-operations/bin/bandit -q -c .github/bandit.yml -r $(SCANNED)
	@.venv-semgrep/bin/semgrep scan --config .github/semgrep.yml --metrics off \
		--disable-version-check --quiet --error $(SCANNED)

bench: venv-dev ## benchmarks, each beside a bare and a usual way
	@$(RUN) -m bench

client: venv-dev ## make the types of clients/typescript from the schema
	@DJANGO_SETTINGS_MODULE=config.settings.dev DATABASE_URL=postgres://nobody@127.0.0.1:1/none \
		$(RUN) -W ignore::RuntimeWarning -m clients.generate

messages: venv-dev ## bring the catalogues of locale/ up to date, and compile them
	@DATABASE_URL=postgres://nobody@127.0.0.1:1/none $(RUN) -W ignore::RuntimeWarning -m config.messages

shots: venv-dev ## take the pictures of the README
	@$(RUN) config/chromium.py
	@$(RUN) -m docs.shots

requirements: venv-dev ## compile the lock files from requirements/*.in
	@for name in base embedded dev operations semgrep; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11.2 \
			--generate-hashes --no-emit-index-url --no-emit-find-links \
			requirements/$$name.in -o requirements/$$name.txt || exit 1; done

pin: python ## turn the tags of actions and images into the commits and digests they are today
	@$(FOUND) config/pin.py

python:
	@test -n "$(FOUND)" || { echo "Switchboard needs Python 3.11 or newer, and there is none among: $(CANDIDATES)." \
		"Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }

venv: python
	@$(FOUND) config/virtualenv.py base embedded

venv-dev: python
	@$(FOUND) config/virtualenv.py base embedded dev

# Each in a virtual environment of its own: they want other packages than we do.
venv-scanners: python
	@VENV=.venv-operations $(FOUND) config/virtualenv.py operations
	@VENV=.venv-semgrep $(FOUND) config/virtualenv.py semgrep
