# The two commands that matter: `make demo` (the sample evaluation, then read the report) and `make test`.
.PHONY: scale-out hard-files fuzz demo test release bench budgets simulate docs lint packages clean
SHELL := /bin/bash
OUT ?= out/demo

demo: release
	@mkdir -p $(dir $(OUT))
	@.build/release/counterpart run SampleData/partnership/plan.yml -o $(OUT)

test: packages
	. Scripts/test-engines.sh; swift build --build-tests && swift test --skip-build

release: packages
	swift build -c release --product counterpart

# Answers compared first, then timed in turn against polars, DuckDB, pyarrow and pyfixest.
bench: release
	swift build -c release --product ReadColumns
	swift build -c release --product WildDraws
	swift build -c release --product PupilEffects
	swift build -c release --product GroupTimes
	swift build -c release --product SyntheticPlacebos
	swift build -c release --product EntropyWeights
	bash Benchmarks/bench.sh

# Instruction counts of small runs, within 3% of Benchmarks/Budgets.json; they do not depend on the machine's load.
budgets: release
	swift build -c release --product ReadColumns
	bash Benchmarks/budgets.sh

# Worlds whose truth is known, over and over: how often intervals hold it and tests err; ends with 1 where a rule is broken.
SAMPLES ?= 1000
SEEDS ?= 200
simulate: packages
	swift run -c release Simulation --samples $(SAMPLES) --seeds $(SEEDS)

# The same pupils through files, PostgreSQL, DuckDB and a Spark cluster of two workers, one of them killed: one SHA-256.
PUPILS ?= 500000
scale-out: release
	sh Benchmarks/ScaleOut/scale-out.sh --pupils $(PUPILS)

# Some 1,100 hard files through convert, against a strict model of the format.
hard-files: release
	python3 Benchmarks/Fuzz/hard_files.py .build/release/counterpart

# libFuzzer over the reader, the numbers, compressed files and plans, each so long.
FUZZ_SECONDS ?= 600
fuzz: packages
	FUZZ_SECONDS=$(FUZZ_SECONDS) bash Benchmarks/Fuzz/fuzz.sh

docs: packages
	swift package --disable-sandbox --allow-writing-to-directory .build/documentation \
		generate-documentation --target Counterpart --output-path .build/documentation

lint:
	swift format lint --strict -r Package.swift Sources Tests SampleData Benchmarks

packages:
	@bash Scripts/system-packages.sh

clean:
	rm -rf .build out
