#!/bin/sh
# Compares the release programs with their peers: bench.sh [FOLDER OF THE PROGRAMS] [options of compare.py]
# The peers live in a Python environment of their own, .build-peers/, made on the first run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/.build/release
case ${1-} in
'' | --*) ;;
*)
    build=$1
    shift
    ;;
esac
peers=$root/.build-peers
wanted=$root/Benchmarks/Peers/peers.txt

for program in counterpart ReadColumns WildDraws PupilEffects GroupTimes SyntheticPlacebos EntropyWeights; do
    if [ ! -x "$build/$program" ]; then
        echo "bench.sh: no program $program in $build; run: make bench" >&2
        exit 2
    fi
done
# The list that was installed stands beside the packages, so that a changed list is installed again.
if ! cmp -s "$wanted" "$peers/installed.txt"; then
    python3 -m venv "$peers" || {
        echo "bench.sh: Python's venv is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 5
    }
    "$peers/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$peers/installed.txt"
fi
exec "$peers/bin/python" "$root/Benchmarks/Peers/compare.py" "$build" --folder "$peers/data" "$@"
