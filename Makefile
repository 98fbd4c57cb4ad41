# What a newcomer needs: make run, make test. Everything made at run time lies in .local/

# The first Python on this machine that runs and is new enough (a pyenv shim may do neither).
OK_PYTHON := import sys; sys.exit(not sys.version_info >= (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	$$python -c '$(OK_PYTHON)' 2>/dev/null && { echo $$python; break; }; done)
ifeq ($(strip $(PYTHON)),)
$(error Python 3.11 or newer is needed and not found: install it (Debian 12/13: apt-get install python3), or name one: make PYTHON=/path/to/python3.12 run)
endif

export PORT INTERFACE DB DEMO_LANG ADDON TAGS

.DEFAULT_GOAL := help
.PHONY: help run test test-core soak bench lint setup pdf clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18
	@echo "  Variables: PORT=8069 DEMO_LANG=zh_CN DB=sales_cycle ADDON=sales_availability TAGS=..."

run: ## Odoo with our addons and a demo company on http://127.0.0.1:8069 (Ctrl-C stops it)
	@$(PYTHON) -m tools.run

test: ## every test; the last line says "N passed, N failed" (ADDON=, TAGS= for one addon)
	@$(PYTHON) -m tools.test

test-core: ## Odoo's own suites with our addons installed (long)
	@$(PYTHON) -m tools.test core

soak: ## the concurrency and fault tests, again and again (long)
	@$(PYTHON) -m tools.test soak

bench: ## measured comparisons with plain Odoo (ONLY="customer_search …" for some)
	@$(PYTHON) -m benchmarks $(ONLY)

lint: ## the checks of the sources only
	@$(PYTHON) -m tools.lint

setup: ## only make the environment
	@$(PYTHON) -m tools.setup

pdf: ## PDF documents: a wkhtmltopdf for this project (see requirements-pdf.txt)
	@$(PYTHON) -m tools.pdf

clean: ## stop what still runs and remove .local/ (databases included)
	@$(PYTHON) -m tools.clean
