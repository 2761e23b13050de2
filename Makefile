# Every target sets up what it needs (scripts/setup.sh; a moment when there is nothing to do) and calls one command.
#
#   make drill DRILL=retry-storm-throttle RUNTIME=auto ARGS="--seed 7"

DRILL ?= retry-storm-throttle
RUNTIME ?= auto
ARGS ?=
PYTHON ?=

# Names in .venv/bin: Ctrl-C reaches the lab once, and its exit code is shown (of drills: in the last line).
LAB := .venv/bin/lab
# Every drill is a target of its own.
DRILLS := $(patsubst drills/%.yaml,%,$(wildcard drills/*.yaml))
# A run in which an instrument check failed is repeated once; ARGS="--reruns 0" has it stand.
RERUNS := --reruns 1
RUN_DRILL = LAB=$(LAB) .venv/bin/python -I scripts/drill.py
RUN := .venv/bin/python -m
TESTS := $(RUN) pytest $(ARGS)

# Each drill starts a dozen processes: without cached bytecode every one of them would compile the lab anew.
export PYTHONDONTWRITEBYTECODE :=
# What a shell exports for its own Python must not decide what our tests do.
export PYTEST_ADDOPTS :=
export PYTHONWARNINGS :=

.DEFAULT_GOAL := help
.PHONY: help setup drill smoke watch unit test test-long test-containers soak lint engine images up down gameday lessons doctor bench release clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile
	@awk '/^title: / {name = FILENAME; gsub(/^drills\/|\.yaml$$/, "", name); \
		printf "  make %-36s %s\n", "drill-" name, substr($$0, 8)}' drills/*.yaml
	@echo '  Options: DRILL=name RUNTIME=auto|compose|embedded ARGS="..." (for the command behind the target)'

setup: ## install all that the lab needs into .venv (every target begins with it)
	@PYTHON="$(PYTHON)" sh scripts/setup.sh $(if $(filter setup,$(MAKECMDGOALS)),,--quiet)

# The images, where the runtime will be compose: asked for, or auto and an engine answers.
.PHONY: runtime
runtime: setup
	@case $(RUNTIME) in embedded) ;; compose) sh compose/images.sh ;; \
	*) . compose/steps.sh; if within 5 docker info >/dev/null 2>&1; then sh compose/images.sh; fi ;; esac

drill: runtime ## run DRILL (default: retry-storm-throttle) to its verdict
	@$(RUN_DRILL) $(DRILL) --runtime $(RUNTIME) $(RERUNS) $(ARGS)

.PHONY: $(DRILLS:%=drill-%)
$(DRILLS:%=drill-%): drill-%: runtime
	@$(RUN_DRILL) $* --runtime $(RUNTIME) $(RERUNS) $(ARGS)

smoke: drill-smoke ## run the shortest drill: does everything work?

up: runtime ## start a lab and leave it running, to try things by hand
	@$(LAB) up --runtime $(RUNTIME) $(ARGS)

watch: runtime ## a lab as a page in a browser, with controls: the one that is up, or a new one, which ends with the page
	@$(LAB) watch --web --start --runtime $(RUNTIME) $(ARGS)

down: setup ## end the lab that `make up` started
	@$(LAB) down $(ARGS)

gameday: runtime ## play a game day: a sealed scenario on a lab of its own
	@$(LAB) gameday start --runtime $(RUNTIME) $(ARGS)

lessons: setup ## the reports that the lessons are about, from recorded runs, in .lab/lessons (docs/lessons)
	@$(RUN) scripts.lesson_reports $(ARGS)

doctor: setup ## is this machine fit for the lab, and if not, what to do
	@$(LAB) doctor $(ARGS)

# What `make test` leaves to the targets below it.
TEST := not containers and not long and not soak

unit: setup ## the quick tests: no process is started, nothing waits, few examples (20 s)
	@$(TESTS) -n 2 -m "$(TEST) and not live and not slow and not hypothesis"

# Most of them wait for processes and sockets, so there are more of them at once than cores.
WORKERS ?= 5

test: setup ## the tests that need no container engine (4 minutes); ARGS=--cov measures coverage
	@sh scripts/setup.sh --tests
	@$(TESTS) -n $(WORKERS) -m "$(TEST)"

LONG := long and not containers and not soak

test-long: setup ## what takes too long for every day: whole drills, deaths, signals, and many examples of each property
	@HYPOTHESIS_PROFILE=thorough $(TESTS) -n 2 -m "hypothesis and not scaled and not live and not containers and not soak"
	@$(TESTS) -n 3 -m "$(LONG) and not alone" --cov --cov-append --cov-report=
	@$(TESTS) -m "$(LONG) and alone" --cov --cov-append --cov-report=term

test-containers: setup engine images ## the tests that need a container engine
	@$(TESTS) -m "containers and not soak"

soak: setup ## the full counts of kills and drill files, into docs/measured/reliability.md (1 hour; root)
	@sh scripts/setup.sh --tests
	@sh compose/engine.sh && sh compose/images.sh
	@LAB_KILLS=200 LAB_CONTAINER_KILLS=30 LAB_EXAMPLES=10000 $(TESTS) --timeout 14400 -p tests.soak.record -m "soak or scaled"

bench: setup ## measure what docs/measured/benchmarks.md says
	@$(RUN) bench $(ARGS)

lint: setup ## ruff, mypy, import-linter, shell syntax, names of metrics, known vulnerabilities
	@$(RUN) ruff check
	@$(RUN) ruff format --check
	@$(RUN) mypy
	@.venv/bin/lint-imports
	@.venv/bin/python scripts/audit.py requirements/all.lock
	@.venv/bin/python -m scripts.check_metrics
	@for script in scripts/*.sh compose/*.sh; do sh -n "$$script" || exit 1; done; bash -n .ci/run

generate: setup ## write lab/schemas/ and the generated parts of docs/reference/ anew
	@$(RUN) scripts.schemas
	@$(RUN) scripts.reference

engine: ## install and start Docker with Compose (Debian, as root); elsewhere: what to do
	@sh compose/engine.sh

images: ## build the lab's container images
	@sh compose/images.sh

release: setup ## wheel, sdist, images, an offline bundle and checksums, into dist/
	@.venv/bin/python scripts/release.py $(ARGS)

clean: ## remove .venv and caches; runs in .lab stay
	@if [ -x $(LAB) ]; then $(LAB) down >/dev/null 2>&1 || true; fi
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
