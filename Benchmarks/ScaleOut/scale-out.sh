#!/bin/sh
# One cell table from every engine: scale-out.sh [options of scale_out.py]. The engines live in a Python environment of their
# own, .build-scale-out/, made on the first run; Java 17 and PostgreSQL's server programs must be installed.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${COUNTERPART_SCALE_OUT_PYTHON-}
if [ -z "$python" ]; then
    home=$root/.build-scale-out
    wanted=$root/Benchmarks/ScaleOut/peers.txt
    if ! cmp -s "$wanted" "$home/installed.txt"; then
        python3 -m venv "$home"
        "$home/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
        cp "$wanted" "$home/installed.txt"
    fi
    python=$home/bin/python
fi
exec "$python" "$root/Benchmarks/ScaleOut/scale_out.py" "$root/.build/release/counterpart" "$@"
