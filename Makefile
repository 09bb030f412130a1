# run, test: the two commands of the README; check, soak, fuzz, bench, peers: for developers.
.DEFAULT_GOAL := run
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin

$(VENV)/.user: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[behavior,cost]"
	touch $@

$(VENV)/.developer: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@ $(VENV)/.user

$(VENV)/.fuzzer: $(VENV)/.developer
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[fuzz]"
	touch $@

.PHONY: run demo test soak check fuzz bench jaeger peers

run: $(VENV)/.user ## install into .venv and start the collector
	$(BIN)/spansieve run --config collector-config.yaml

demo: $(VENV)/.user ## the same program, two weeks of a made-up team and a real agent's incident through it
	$(BIN)/spansieve demo

test: $(VENV)/.developer ## run the tests in JOBS processes; a file's tests stay in one
	$(BIN)/python -m pytest --numprocesses $(or $(JOBS),2) --dist loadscope

soak: $(VENV)/.developer ## faults in a random order for MINUTES, with the real program: docs/reliability.md
	$(BIN)/python -m tests.chaos.soak --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

check: $(VENV)/.developer ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: $(VENV)/.fuzzer ## fuzz the decoders for SECONDS in all; TARGETS="traces logs" chooses
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),120) $(TARGETS)

bench: $(VENV)/.developer ## cost and memory, beside real peers
	$(BIN)/python -m bench

jaeger peers: $(VENV)/.developer ## build the real Jaeger (jaeger), and the Go Collector too (peers), outside the tree
	$(BIN)/python -m bench.peers.build $(filter jaeger,$@)
