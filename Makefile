# Two environments, because they cannot be one: .venv (the bot) and nlu/.venv (Rasa, whose pins are older).
# A stamp in .stamps tells that a step is done; a step runs again only when its inputs have changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON_VERSION := 3.11
BIN := .venv/bin
UV := $(BIN)/uv
# A folder or index page of wheels that pip has been told of is worth uv's knowing too (a CPU build of torch, for example).
export UV_FIND_LINKS := $(or $(UV_FIND_LINKS),$(PIP_FIND_LINKS))
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

CONTENT := $(shell find knowledge/content -name '*.yml' | sed 's/ /\\ /g')
HOME_FOLDER := $(or $(GUIDEN_HOME),var)
NLU_INPUTS := config.yml $(wildcard nlu/domain/*.yml nlu/data/*.yml nlu/components/*.py)
STAMPS := .stamps
NEEDS_CODE := $(wildcard index/*.py index/gate.yml knowledge/entry_files.py knowledge/catalogue.py)

.PHONY: chat serve test lint bench clean setup ready

chat: ready                       ## Talk with the guide in this terminal
	@$(BIN)/guiden chat

serve: ready                      ## Run the guide as a server
	@$(BIN)/guiden serve

test: ready $(STAMPS)/nlu-valid $(STAMPS)/node  ## Run every test
	@$(BIN)/pytest -n 2 --dist loadfile

lint: $(STAMPS)/bot               ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: ready                      ## Measure, and print a table
	@$(BIN)/python -m tests.benchmarks

clean:                            ## Remove what make has built; conversations and other data in var/ stay
	rm -rf .venv nlu/.venv nlu/models tests/node/node_modules .rasa .stamps *.egg-info results .mypy_cache .pytest_cache .ruff_cache

setup: $(STAMPS)/bot $(STAMPS)/nlu
ready: setup nlu/models/guide.tar.gz $(HOME_FOLDER)/.indexed

$(STAMPS):
	@mkdir -p $@

$(UV): | $(STAMPS)
	@python=$$(command -v python$(PYTHON_VERSION) || command -v python3) || { echo "Python saknas: installera Python $(PYTHON_VERSION) och kör make igen." >&2; exit 1; }; \
	echo "Skapar .venv ..."; \
	$$python -m venv .venv || { echo "Det gick inte att skapa .venv: finns paketet venv, och plats på disken?" >&2; exit 1; }; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || { echo "Det gick inte att hämta uv: kontrollera nätet och kör make igen." >&2; rm -rf .venv; exit 1; }; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then \
		echo "Hämtar Python $(PYTHON_VERSION) ..."; \
		$(UV) python install --quiet $(PYTHON_VERSION) && python=$$($(UV) python find --no-project $(PYTHON_VERSION)) \
			|| { echo "Python $(PYTHON_VERSION) saknas och gick inte att hämta: installera den och kör make igen." >&2; rm -rf .venv; exit 1; }; \
		$$python -m venv --clear .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; \
	fi

$(STAMPS)/bot: requirements.lock pyproject.toml | $(UV) $(STAMPS)
	@echo "Installerar guiden i .venv ..."
	@$(UV) pip install --quiet --python $(BIN)/python -r requirements.lock || { echo "Installationen misslyckades: kontrollera nätet och platsen på disken, och kör make igen." >&2; exit 1; }
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(STAMPS)/nlu: nlu/requirements.lock | $(UV) $(STAMPS)
	@echo "Installerar Rasa i nlu/.venv ..."
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python nlu/.venv
	@$(UV) pip sync --quiet --python nlu/.venv/bin/python nlu/requirements.lock || { echo "Installationen av Rasa misslyckades: kontrollera nätet och platsen på disken, och kör make igen." >&2; exit 1; }
	@touch $@

RASA := OMP_NUM_THREADS=1 RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= PYTHONWARNINGS=ignore nlu/.venv/bin/python -m rasa

nlu/models/guide.tar.gz: $(NLU_INPUTS) | $(STAMPS)/nlu
	@echo "Tränar dialogen ..."
	@$(RASA) train -c config.yml -d nlu/domain --data nlu/data --out nlu/models --fixed-model-name guide > $(STAMPS)/train.log 2>&1 || { tail -n 20 $(STAMPS)/train.log >&2; exit 1; }
	@touch $@

$(STAMPS)/nlu-valid: $(NLU_INPUTS) | $(STAMPS)/nlu
	@echo "Kontrollerar dialogens data ..."
	@$(RASA) data validate --fail-on-warnings -d nlu/domain --data nlu/data > $(STAMPS)/validate.log 2>&1 || { grep -v 'DeprecationWarning' $(STAMPS)/validate.log | tail -n 20 >&2; exit 1; }
	@touch $@

# Only the tests need Node: a Slack of another's making to test against, and Microsoft's own client of Teams.
$(STAMPS)/node: tests/node/package-lock.json | $(STAMPS)
	@node --version 2> /dev/null | grep -qE '^v([2-9][0-9]|[1-9][0-9]{2})\.' && command -v npm > /dev/null || { echo "Node saknas eller är för gammal: installera Node 20 eller senare med npm, som testerna av Slack och Teams behöver, och kör make test igen." >&2; exit 1; }
	@echo "Installerar det som testerna av Slack och Teams behöver ..."
	@npm ci --prefix tests/node --silent --no-audit --no-fund --ignore-scripts || { echo "Installationen av det som testerna behöver misslyckades: kontrollera nätet och platsen på disken, och kör make igen." >&2; exit 1; }
	@touch $@

# The index lives in the home folder, so a new home folder gets one too.
$(HOME_FOLDER)/.indexed: $(CONTENT) $(NEEDS_CODE) | $(STAMPS)/bot
	@echo "Läser in katalogen och bygger sökindexet (några minuter första gången) ..."
	@$(BIN)/guiden content import knowledge/content > $(STAMPS)/import.log || { tail -n 3 $(STAMPS)/import.log >&2; exit 1; }
	@$(BIN)/guiden reindex
	@touch $@
