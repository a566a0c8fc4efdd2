# make check [section=2] [exercise=2.2]    grade the exercises
# make test                                the kit's own tests
# Everything is installed once, into .venv; after that no network is needed.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
GRADECHECK := $(BIN)/gradecheck
SELECTION := $(if $(section),--section $(section)) $(if $(exercise),--exercise $(exercise)) \
	$(if $(seed),--seed $(seed)) $(if $(fresh),--fresh)

.PHONY: help check watch hint quiz show reset list guide data grade cohort doctor page test test-all lint bench bench-cohort mutants stubs

help:
	@sed -n 's/^# \(make .*\)/  \1/p' Makefile
	@echo "  make hint item=2.2 · make reset module=network · make list · make guide · make data"

$(VENV)/.installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "gradecheck needs Python 3.11 or newer; none was found (or set PYTHON=/path/to/python)"; exit 2; }
	@echo "Setting up $(VENV) (once; this fetches numpy, pytest, matplotlib and click) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the tests need (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

check: $(VENV)/.installed
	@$(GRADECHECK) check $(SELECTION)

hint: $(VENV)/.installed
	@$(GRADECHECK) hint $(item)$(exercise)

reset: $(VENV)/.installed
	@$(GRADECHECK) reset $(module)

list guide: $(VENV)/.installed
	@$(GRADECHECK) $@

watch: $(VENV)/.installed
	@$(GRADECHECK) watch $(if $(section),--section $(section)) $(if $(exercise),--exercise $(exercise))

quiz: $(VENV)/.installed
	@$(GRADECHECK) quiz $(item) $(if $(section),--section $(section))

page doctor: $(VENV)/.installed
	@$(GRADECHECK) $@

show: $(VENV)/.installed
	@$(GRADECHECK) show $(name) $(if $(mine),--mine)

cohort: $(VENV)/.installed
	@$(GRADECHECK) cohort $(submissions) --out $(or $(out),results)

data: $(VENV)/.installed
	@$(GRADECHECK) data

grade: $(VENV)/.installed
	@$(GRADECHECK) grade $(submission) --out $(or $(out),report)

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest --slow -n 2 --dist loadfile

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench-cohort: $(VENV)/.installed-dev
	@$(BIN)/python -m bench.cohort

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m bench

mutants: $(VENV)/.installed-dev
	@$(BIN)/python tests/mutation_run.py $(if $(seed),--seed $(seed)) $(if $(count),--count $(count))

# For maintainers: the unfilled exercises become what `reset` brings back.
stubs:
	@cp exercises/*.py exercises/answers.toml data/stubs/
