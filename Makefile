# Everything a newcomer needs: make run, make test. Each sets up what is missing by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test setup lint types format eval lock clean e2e bench-slack bench-teams bench-delivery bench-summary

run: $(READY)
	$(BIN)/salvage serve

test: $(READY)
	$(BIN)/pytest

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	sh tools/make-venv.sh $(PYTHON) $(VENV)
	touch $(READY)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: $(READY)
	$(BIN)/python -m benchmarks.reading

bench-slack bench-teams bench-delivery bench-summary: bench-%: $(READY)
	$(BIN)/python -m benchmarks.$*

e2e: $(READY)
	$(BIN)/pytest tests/slack -m e2e

# Writes the versions that are installed now into the lock file.
lock: $(READY)
	$(BIN)/pip freeze --exclude-editable | grep -v '^salvage' > requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info
