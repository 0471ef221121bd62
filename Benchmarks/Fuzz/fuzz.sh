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
scan=()
for source in Sources/CByteScan/*.c; do
    object="$build/$(basename "$source" .c).o"
    clang -O2 -g -fsanitize=address,fuzzer-no-link -ISources/CByteScan/include -c "$source" -o "$object"
    scan+=(-Xlinker "$object")
done

# The reader, the numbers and compressed files are built in one module with the room that they are about.
build_room() {
    swiftc -emit-executable -O -gline-tables-only -sanitize=fuzzer,address -wmo -parse-as-library -module-name "Fuzz$1" -package-name counterpart -swift-version 6 \
        -I "$build" -I Sources/CCrypto -I Sources/CZlib -I Sources/CZstd \
        Sources/Tables/*.swift Benchmarks/Fuzz/FuzzedFile.swift "Benchmarks/Fuzz/Fuzz$1.swift" \
        "${scan[@]}" -lcrypto -lz -lzstd -o "$build/Fuzz$1"
}

# The plan needs all rooms: the package is built with the sanitizers, and its objects are linked with the target.
build_plan() {
    local scratch="$build/package" modules objects maps
    swift build -c release --scratch-path "$scratch" --target Counterpart -j 2 \
        -Xswiftc -sanitize=fuzzer,address -Xswiftc -gline-tables-only
    modules="$scratch/release"
    objects=$(find "$modules"/*.build -name '*.o' | grep -E "/(Tables|Cells|Panels|Comparison|Estimation|Inference|Attainment|Reporting|Counterpart|LinearAlgebra|Regression|Probability|Yams|CYaml|CByteScan|CDistributions)\.build/")
    maps=$(find "$modules"/C{ByteScan,Distributions}.build "$scratch/checkouts/Yams/Sources/CYaml" -name module.modulemap \
        -printf '-Xcc -fmodule-map-file=%p ')
    swiftc -emit-executable -O -gline-tables-only -sanitize=fuzzer,address -parse-as-library -module-name FuzzPlan \
        -package-name counterpart -swift-version 6 -I "$modules/Modules" -I "$modules" \
        -I Sources/CCrypto -I Sources/CZlib -I Sources/CZstd -I Sources/COpenBLAS -I Sources/CLAPACKE $maps \
        Benchmarks/Fuzz/FuzzPlan.swift $objects \
        -lcrypto -lz -lzstd -lopenblas -llapacke -lstdc++ -lm -o "$build/FuzzPlan"
}

for target in ${FUZZ_TARGETS:-Reader Number Pack Plan}; do
    echo "fuzzing $target for $seconds s"
    if [ "$target" = Plan ]; then builder=build_plan; else builder=build_room; fi
    "$builder" "$target" > "$build/$target.log" 2>&1 || { grep -v "ld.gold" "$build/$target.log" >&2; exit 1; }
    mkdir -p "$build/corpus/$target"
    # The thread that unpacks ahead ends by itself, now and then after the look for leaks, to which it then seems one.
    leaks=1
    if [ "$target" = Pack ]; then leaks=0; fi
    "$build/Fuzz$target" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=4096 -detect_leaks="$leaks" -print_final_stats=1 \
        -artifact_prefix="$build/$target-" "$build/corpus/$target" "Benchmarks/Fuzz/Corpus/$target" 2> "$build/$target.run" ||
        { tail -40 "$build/$target.run" >&2; exit 1; }
    grep -E "number_of_executed_units|new_units_added" "$build/$target.run"
done
