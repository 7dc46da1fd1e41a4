# `make` alone lists what there is. The work is done by scripts/, each of which explains itself with --help.
.DEFAULT_GOAL := help
.PHONY: help setup demo test bench-peers bench-invocation campaign fuzz mutate test-arm64 conformance package layer sbom docs sideload bench lint format

help: ## list the targets
	@sed -nE 's/^([a-z0-9-]+):[^#]*## (.*)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 24

setup: ## install the system packages that are missing
	@scripts/setup

demo: ## photos in, labels on the objects, on this machine
	@scripts/demo

test: ## everything, against Keras, Pillow, h5py, boto3 and other S3 servers
	@scripts/test

test-arm64: ## the arithmetic on arm64, by qemu, against that on x86-64
	@scripts/test-arm64

campaign: ## faults, kills and races: no object lost, torn, wrong or doubled (three minutes)
	@scripts/campaign

fuzz: ## readers and models on mutated inputs: no trap, no hang, no waste of memory (a minute for each)
	@scripts/fuzz

package: ## the function's package in dist/; CONFIG=dir/ adds thimble.json, labels and the like
	@scripts/package $(if $(CONFIG),--config "$(CONFIG)")

layer: ## the layer in dist/: bootstrap alone
	@scripts/layer

sbom: ## what bootstrap is made of, with versions and licences, in dist/
	@scripts/sbom

docs: ## the documentation of the engine and the readers, in .build-docs/
	@scripts/docs

sideload: ## FROM=dir/ as dist/sideload.zip, for the package or for S3
	@scripts/sideload --from "$(FROM)"

conformance: ## all models of keras.applications against Keras, and those of other packages (three quarters of an hour)
	@scripts/conformance

mutate: ## break the sources in sixty ways and see the tests fail (ONLY=number or text)
	@scripts/mutate $(if $(ONLY),--only "$(ONLY)")

bench: ## the engine's speed, compared with an older commit in the same run (BASELINE=commit)
	@scripts/bench $(if $(BASELINE),--baseline "$(BASELINE)")

bench-peers: ## side by side with LiteRT, ONNX Runtime and OpenVINO (half an hour)
	@scripts/bench-peers

bench-invocation: ## what Lambda bills, next to functions in Python (twenty minutes)
	@scripts/bench-invocation

lint: ## check the formatting, the scripts, Python, YAML and the choice of words
	@scripts/lint

format: ## fix the formatting
	@swift format --in-place --recursive --parallel Package.swift Sources Tests
