#!/bin/sh
# Holds the instruction counts of small runs against Budgets.json: budgets.sh [--update]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/Benchmarks/budgets.py" "$root/.build/release" "$@"
