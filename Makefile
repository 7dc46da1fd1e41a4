# `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help setup test demo format lint

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install the system packages that are missing
	@scripts/setup

test: setup ## everything: Python peers, fixtures, all test targets
	@scripts/test

demo: setup ## photos in, labels on the objects, on this machine
	@scripts/demo

lint: ## check the formatting
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## mend the formatting
	@swift format --in-place --recursive --parallel Package.swift Sources Tests
