# Everything from a checkout. Needs python3 (3.11 or later) with its venv module, and make; nothing else, and no root.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check --no-input
DIRECTORY ?= .forcegen

.DEFAULT_GOAL := help
.PHONY: pictures mutants tutorial help demo up down status test unit coverage check quick-check fmt browser bench kills documents hostile hostile-guards signature-guards scope-guards four-eyes-guards fuzz

help: ## the targets, a line each
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.local ## the story of 2013 to 2024, sent through the real services, and its reports
	@$(BIN)/forcegen demo

up: .venv/.local ## Kafka, Postgres, every service and the story, on this machine; prints where to look
	@$(BIN)/forcegen up --story --directory $(DIRECTORY)

down: .venv/.local ## stop all of it; the data stays
	@$(BIN)/forcegen down --directory $(DIRECTORY)

status: .venv/.local ## what runs, where, and how far behind it is
	@$(BIN)/forcegen status --directory $(DIRECTORY)

# Several processes, each with servers of its own and whole files, the longest first (tests/longest_first.py); one more than
# two cores, since a third of a test is waiting: for a server to start, for a killed process to be missed. Compiled code is
# kept, whatever the environment says: else each of some thousand processes compiles every module again.
WORKERS ?= 3
RUN := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python
PYTEST := -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
# Types take half a minute of one core: they are checked beside the tests, and reported after them.
test: quick-check browser ## everything that is checked, and every test (ARGS="-k ceiling" for some, WORKERS=5 on more cores)
	@$(BIN)/mypy . > .venv/mypy.txt 2>&1 & mypy=$$!; $(RUN) $(PYTEST) $(ARGS); tests=$$?; \
	  wait $$mypy; types=$$?; cat .venv/mypy.txt; exit $$((tests > types ? tests : types))

# Pure tests: those that need Kafka or Postgres carry the marker `servers` (tests/conftest.py gives it to them).
UNIT := tests/architecture tests/contracts tests/specs tests/properties tests/kernel
unit: .venv/.dev ## pure tests alone, in under a minute: no Kafka, no Postgres, no browser, no other process
	@$(RUN) $(PYTEST) -m "not servers and not exhaustive" $(UNIT) $(ARGS)

coverage: check browser ## every test, and how much of kernel, contracts and services they run, child processes included
	@rm -f .coverage .coverage.*
	@$(RUN) -m coverage run $(PYTEST) $(ARGS); status=$$?; \
	  $(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage report && exit $$status

browser: .venv/.dev ## a Chromium for the tests: the one on PATH, else a locked package
	@$(BIN)/python -m tests.browser.chromium

fmt: .venv/.dev ## format the code, and mend what the linter can
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

check: quick-check ## lint, format, types, architecture, and that the published contracts are fresh
	@$(BIN)/mypy .

quick-check: .venv/.dev ## the same without types, in three seconds
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports > .venv/lint-imports.txt || { cat .venv/lint-imports.txt; exit 1; }
	@$(BIN)/python -m contracts.publish --check

bench: .venv/.dev ## what is claimed, measured
	@$(BIN)/python -m benchmarks $(ARGS)

pictures: browser ## every page at 3 widths, in 2 themes and 3 languages, into .artefacts/pictures/index.html (15 minutes)
	@FORCEGEN_TEST_PICTURES=1 $(BIN)/python -m pytest --numprocesses 0 tests/browser/test_gallery.py $(ARGS)

kills: .venv/.dev ## kill -9 every process ROUNDS=10 times while 2,000 commands a round flow; nothing is lost or doubled
	@FORCEGEN_TEST_KILLS=$(or $(ROUNDS),10) $(BIN)/python -m pytest --numprocesses 0 tests/faults/test_kill.py $(ARGS)

documents: .venv/.dev ## send every service everything that its OpenAPI document allows and forbids (3 minutes)
	@FORCEGEN_TEST_DOCUMENTS=1 $(BIN)/python -m pytest --numprocesses 0 tests/e2e/test_fuzzed_documents.py $(ARGS)

tutorial: .venv/.dev ## the page of the first command with its block in Go too: needs go on PATH (3 minutes)
	@FORCEGEN_TEST_GO=1 $(BIN)/python -m pytest --numprocesses 0 tests/e2e/test_documented_commands.py -k first-command $(ARGS)

hostile: .venv/.dev ## search for what stops a service: SEEDS=10 runs of 2,200 hostile records among 2,000 honest commands
	@$(BIN)/python -m tests.hostile --seeds $(or $(SEEDS),1) $(ARGS)

hostile-guards: .venv/.dev ## take each guard out of a copy of the source, and see that the search finds it
	@$(BIN)/python -m tests.hostile.guards $(ARGS)

signature-guards: .venv/.dev ## the same for each guard of signed events, with the tests of its name (5 minutes)
	@$(BIN)/python -m tests.hostile.signature_guards $(ARGS)

scope-guards: .venv/.dev ## the same for each guard of scope by State, with tests/scope (15 minutes)
	@$(BIN)/python -m tests.hostile.scope_guards $(ARGS)

four-eyes-guards: .venv/.dev ## the same for each guard of four eyes, with pure stories (2 minutes)
	@$(BIN)/python -m tests.hostile.four_eyes_guards $(ARGS)

mutants: .venv/.dev ## every guard of every kind, one at a time: the test of its name must fail (an hour)
	@$(BIN)/python -m tests.hostile.mutants $(ARGS)

fuzz: .venv/.dev .venv/.fuzz ## coverage-guided fuzzing of one reader: TARGET=kafka (see tests/hostile/decoders.py)
	@PYTHONPATH=.venv/fuzz $(BIN)/python -m tests.hostile.fuzz $(or $(TARGET),kafka) $(ARGS)

.venv/.fuzz: requirements-fuzz.lock | $(BIN)/pip
	@$(PIP) install --require-hashes --no-deps --only-binary :all: --target .venv/fuzz -r $<
	@touch $@

# One stamp for each lock: an unchanged lock installs nothing. Every package is checked against its hash.
.venv/.local .venv/.dev: .venv/.%: requirements-%.lock pyproject.toml | $(BIN)/pip
	@echo "installing $< into .venv"
	@$(PIP) install --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# pip comes last when an environment is made: where it is missing, the environment is not whole.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) is older than 3.11: name another, e.g. make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "making .venv"
	@$(PYTHON) -m venv --clear .venv > .venv-made.txt 2>&1 && rm .venv-made.txt || \
	    { cat .venv-made.txt >&2; rm -f .venv-made.txt; echo "On Debian: apt install python3-venv" >&2; exit 1; }
