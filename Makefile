# Every target works in .venv/ and brings it up to date first. Nothing but make and Python 3.11 or later is needed.
# Python is looked for; another one is named as in: make PYTHON=/path/to/python3.12 …

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo up test check bench verifier format lock clean

# What was compiled once is kept, whatever the caller's shell says: tests start some hundred processes of ours.
export PYTHONDONTWRITEBYTECODE :=

python := .venv/bin/python
runtime := @sh requirements/venv.sh runtime
dev := @sh requirements/venv.sh dev
# Three processes, each with engines of its own, since many tests wait; modules stay together (tests/scheduling.py).
shared := $(python) -m pytest -n 3 --dist loadfile --no-loadscope-reorder
# What must be complete by branch is measured by the tests that lie next to it: measuring slows every test by a third.
inner := tests/model tests/ledger tests/properties tests/usecases
measured := $(inner) --cov=dems/model --cov=dems/ledger --cov=dems/usecases --cov=dems/steps --cov-branch --cov-fail-under=100 \
	--cov-report=term-missing:skip-covered
# What is asked of every change is asked of each alike: property tests draw the same examples, and new ones in `make test`.
alike := --hypothesis-seed=0
lock := $(python) -m uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(if $(UPGRADE),--upgrade)

help: ## This list
	@echo "make TARGET, one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

demo: ## Real files through the whole life of evidence, in a throw-away folder: make demo EVIDENCE=dir
	$(runtime)
	@.venv/bin/dems demo $${EVIDENCE:+--evidence "$$EVIDENCE"}

up: ## API, workers, database, store and broker on this machine, until Ctrl-C; data in ./data (DEMS_DATA_DIR)
	$(runtime)
	@exec .venv/bin/dems up

test: ## The whole test suite, on the real engines
	$(dev)
	$(shared) $(measured)
	$(shared) tests $(inner:%=--ignore=%)

check: ## What CI runs: lint, format, types, import contracts, then the whole test suite
	$(dev)
	@# Collecting compiles the tests, which each of the processes below would do by itself; lint leaves it a processor.
	@$(python) -m pytest -n 0 --collect-only -qq tests >/dev/null 2>&1 & \
		$(python) -m ruff check && $(python) -m ruff format --check && \
		$(python) -c 'from importlinter.cli import lint_imports_command as lint; lint()'; lint=$$?; wait; exit $$lint
	@# The types are looked at beside the first tests, which leave a processor free now and then; each may fail the run.
	$(python) -m mypy & types=$$!; $(shared) $(alike) $(measured); tests=$$?; wait $$types && exit $$tests
	$(shared) $(alike) tests $(inner:%=--ignore=%)

bench: ## The benchmarks: prints a table and writes benchmarks/results.json
	$(dev)
	$(python) -m benchmarks

verifier: ## dist/dems-verify.pyz, the offline verifier in one file: runs with Python and cryptography alone
	$(runtime)
	@$(python) -m dems.package.building dist/dems-verify.pyz

format: ## Formats the code and repairs what the linter can repair
	$(dev)
	$(python) -m ruff format
	$(python) -m ruff check --fix

lock: ## Pins requirements/*.txt anew from pyproject.toml; the newest versions with make lock UPGRADE=1
	$(dev)
	$(lock) pyproject.toml --output-file requirements/runtime.txt
	$(lock) pyproject.toml --group dev --constraints requirements/runtime.txt --output-file requirements/dev.txt

clean: ## Removes .venv, caches and demo-out/; never touches data/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* demo-out
	find api benchmarks dems storage tests workers -name __pycache__ -type d -prune -exec rm -rf {} +
