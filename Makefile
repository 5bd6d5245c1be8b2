# Everything a newcomer needs: make run, make test. Each sets up what is missing by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := $(VENV)/.tools

.PHONY: run test setup lint format eval lock clean e2e bench-slack bench-teams bench-delivery bench-summary

run: $(READY)
	$(BIN)/salvage serve

test: $(TOOLS)
	$(BIN)/pytest

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	sh tools/make-venv.sh $(PYTHON) $(VENV)
	@touch $(READY)

# What testing adds to what runs.
$(TOOLS): $(READY) requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	@touch $(TOOLS)

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(TOOLS)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: $(READY)
	$(BIN)/python -m benchmarks.reading

bench-slack bench-teams bench-delivery bench-summary: bench-%: $(TOOLS)
	$(BIN)/python -m benchmarks.$*

e2e: $(TOOLS)
	$(BIN)/pytest tests -m e2e

# Writes the versions that are installed now into the lock files.
lock: $(TOOLS)
	$(BIN)/python tools/lock.py

clean:
	rm -rf $(VENV) build *.egg-info
