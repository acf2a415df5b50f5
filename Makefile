# Every task is one Python command; this file only gives it a short name.
# The first command sets up .venv (or uses the environment you are in, if it has the packages).

PYTHON ?= python3
# exec: a signal that ends make reaches Python itself, not a shell around it
TOOL = $(if $(filter Windows_NT,$(OS)),,exec )$(PYTHON) -m helpers.tools

# what was typed reaches Python as it was typed: neither make nor the shell looks into it
quoted = $(if $(filter Windows_NT,$(OS)),"$(value $(1))",'$(subst ','\'',$(value $(1)))')
option = $(if $(value $(1)),--$(2) $(call quoted,$(1)))

.DEFAULT_GOAL := help
.PHONY: help setup run test test-copies lint lab student colab test-colab batch track serve export publish bench clean

help:  ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup:  ## install the packages of environment.yml into .venv, if they are missing [EXTRAS="cluster tracking service export fuzzing colab torch"]
	@$(TOOL).setup $(call option,EXTRAS,extras)

run:  ## run the course [PROFILE=smoke|class|full] [DATASET=auto|cifar10|cifar100|digits] [CIFAR10_DIR=folder-or-archive] [CIFAR100_DIR=…] [NOTEBOOKS="01 03"]
	@$(TOOL).run $(call option,PROFILE,profile) $(call option,DATASET,dataset) $(call option,CIFAR10_DIR,cifar10-dir) $(call option,CIFAR100_DIR,cifar100-dir) $(call option,NOTEBOOKS,notebooks)

test:  ## test the helpers and every notebook (smoke, embedded dataset, no network) [PRECISION=native] [TESTS=notebooks]
	@$(if $(value PRECISION),COURSE_PRECISION=$(call quoted,PRECISION)) $(TOOL).test $(TESTS)

test-copies:  ## test what takes longer: copies for students and Colab, batches, a cluster, interrupted commands
	@$(if $(value PRECISION),COURSE_PRECISION=$(call quoted,PRECISION)) $(TOOL).test_copies $(TESTS)

lint:  ## check style and format, notebooks included
	@$(TOOL).lint

lab:  ## open a working copy of the notebooks in JupyterLab (work/, your edits stay there)
	@$(TOOL).lab

student:  ## make copies for a class: build/handout and build/student (no solutions), build/solutions (executed, open)
	@$(TOOL).student

colab:  ## make upload-ready copies, one file each, in build/colab
	@$(TOOL).colab

test-colab:  ## run each of these copies alone, with Colab's versions of the packages (in .venv-colab)
	@$(TOOL).test_colab

batch:  ## run a grid of notebooks: GRID=notebooks/grids/seeds.yml [WORKERS=2] [SCHEDULER=tcp://host:8786] [OUT=runs/name] [RERUN=1]
	@$(TOOL).batch $(call option,GRID,grid) $(call option,WORKERS,workers) $(call option,SCHEDULER,scheduler) $(call option,OUT,out) $(if $(value RERUN),--rerun)

track:  ## open MLflow's page on the course's runs, here alone [PORT=5000]; first `make setup EXTRAS=tracking`, then COURSE_TRACKING=mlflow
	@$(TOOL).track --page $(call option,PORT,port)

serve:  ## serve a model over HTTP, here alone [MODEL=file.keras] [PORT=8000]; first `make setup EXTRAS=service`; ALLOW_TRAINING=1 lets it be trained on
	@$(TOOL).serve $(call option,MODEL,model) $(call option,PORT,port)

publish:  ## run in full and store outputs, results and tables: CIFAR10_DIR=folder-or-archive and CIFAR100_DIR=…, as the notebooks need [NOTEBOOKS="01"] [TARGET=cifar100]
	@$(TOOL).publish $(call option,CIFAR10_DIR,cifar10-dir) $(call option,CIFAR100_DIR,cifar100-dir) $(call option,NOTEBOOKS,notebooks) $(call option,TARGET,target)

bench:  ## measure speed and memory into figures/bench* [ROUNDS=3] [ONLY=training|batch|times|service] [NETWORK=fast]; for PyTorch's rows `make setup EXTRAS=torch` first
	@$(TOOL).bench $(call option,ROUNDS,rounds) $(call option,ONLY,only) $(call option,NETWORK,network)

export:  ## write a model as SavedModel, ONNX and LiteRT, and for SageMaker; measure each [MODEL=file.keras] [OUT=build/export] [FORMATS=saved_model] [DATASET=…] [PROFILE=…] [CIFAR10_DIR=…]; first `make setup EXTRAS=export`
	@$(TOOL).export $(call option,MODEL,model) $(call option,OUT,out) $(call option,FORMATS,formats) $(call option,DATASET,dataset) $(call option,PROFILE,profile) $(call option,CIFAR10_DIR,cifar10-dir) $(call option,CIFAR100_DIR,cifar100-dir)

clean:  ## delete runs/ but batches and tracking, build/ and tool caches; keep .venv*, work/, models and the training cache
	@$(TOOL).clean
