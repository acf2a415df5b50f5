# Every task is one Python command; this file only gives it a short name.
# The first command sets up .venv (or uses the environment you are in, if it has the packages).

PYTHON ?= python3
TOOL = $(PYTHON) -m helpers.tools

.DEFAULT_GOAL := help
.PHONY: help setup run test lint lab publish bench clean

help:  ## list the tasks
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup:  ## install the packages of environment.yml into .venv, if they are missing [EXTRAS=torch]
	@$(TOOL).setup $(if $(EXTRAS),--extras "$(EXTRAS)")

run:  ## run the course [PROFILE=smoke|class|full] [DATASET=auto|cifar10|digits] [CIFAR10_DIR=folder-or-archive] [NOTEBOOKS="01 03"]
	@$(TOOL).run $(if $(PROFILE),--profile "$(PROFILE)") $(if $(DATASET),--dataset "$(DATASET)") $(if $(CIFAR10_DIR),--cifar10-dir "$(CIFAR10_DIR)") $(if $(NOTEBOOKS),--notebooks "$(NOTEBOOKS)")

test:  ## test the helpers and every notebook (smoke profile, embedded dataset, no network)
	@$(TOOL).test

lint:  ## check style and format, notebooks included
	@$(TOOL).lint

lab:  ## open a working copy of the notebooks in JupyterLab (work/, your edits stay there)
	@$(TOOL).lab

publish:  ## run in full and store outputs, results and tables: CIFAR10_DIR=folder-or-archive [NOTEBOOKS="01"]
	@$(TOOL).publish $(if $(CIFAR10_DIR),--cifar10-dir "$(CIFAR10_DIR)") $(if $(NOTEBOOKS),--notebooks "$(NOTEBOOKS)")

bench:  ## measure speed and memory into figures/bench.* [ROUNDS=3]; for PyTorch's rows `make setup EXTRAS=torch` first
	@$(TOOL).bench $(if $(ROUNDS),--rounds "$(ROUNDS)")

clean:  ## delete runs/, build/ and tool caches; keep .venv*, work/, models and the training cache
	@$(TOOL).clean
