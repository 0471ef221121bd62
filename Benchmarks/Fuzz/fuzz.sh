#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and the address sanitizer and runs each for FUZZ_SECONDS over its corpus. What it
# finds is kept as .build/fuzz/<target>-*; the run ends with the target that failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds="${FUZZ_SECONDS:-600}"
build=.build/fuzz
mkdir -p "$build"
# A trap is libFuzzer's to report; with the backtracer on it would hang.
export SWIFT_BACKTRACE=enable=no

cat > "$build/module.modulemap" <<MAP
module CByteScan { header "$PWD/Sources/CByteScan/include/CByteScan.h" export * }
MAP
clang -O2 -g -fsanitize=address,fuzzer-no-link -ISources/CByteScan/include -c Sources/CByteScan/CByteScan.c -o "$build/CByteScan.o"

for target in ${FUZZ_TARGETS:-Reader Number Pack}; do
    echo "fuzzing $target for $seconds s"
    swiftc -emit-executable -O -gline-tables-only -sanitize=fuzzer,address -wmo -parse-as-library -module-name "Fuzz$target" -package-name counterpart -swift-version 6 \
        -I "$build" -I Sources/CCrypto -I Sources/CZlib -I Sources/CZstd \
        Sources/Tables/*.swift Benchmarks/Fuzz/FuzzedFile.swift "Benchmarks/Fuzz/Fuzz$target.swift" \
        -Xlinker "$build/CByteScan.o" -lcrypto -lz -lzstd -o "$build/Fuzz$target" > "$build/$target.log" 2>&1 ||
        { grep -v "ld.gold" "$build/$target.log" >&2; exit 1; }
    mkdir -p "$build/corpus/$target"
    "$build/Fuzz$target" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
        -artifact_prefix="$build/$target-" "$build/corpus/$target" "Benchmarks/Fuzz/Corpus/$target" 2> "$build/$target.run" ||
        { tail -40 "$build/$target.run" >&2; exit 1; }
    grep -E "number_of_executed_units|new_units_added" "$build/$target.run"
done
