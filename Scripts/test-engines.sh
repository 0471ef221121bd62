#!/usr/bin/env bash
# Installs the databases that the tests of queries and sources run against, as far as they can be had, and prints the
# environment that tells the tests of them: eval "$(bash Scripts/test-engines.sh)". What cannot be installed is said, and its
# tests say that they are skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
folder="$PWD/.build/engines"

asRoot=()
if [ "$(id -u)" -ne 0 ]; then asRoot=(sudo -n); fi

if ! { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } > /dev/null 2>&1 ||
    ! ls /usr/lib/*/odbc/psqlodbcw.so > /dev/null 2>&1; then
    {
        DEBIAN_FRONTEND=noninteractive "${asRoot[@]}" apt-get install -y -qq --no-install-recommends \
            postgresql unixodbc odbc-postgresql ||
            { "${asRoot[@]}" apt-get update -qq &&
                DEBIAN_FRONTEND=noninteractive "${asRoot[@]}" apt-get install -y -qq --no-install-recommends \
                    postgresql unixodbc odbc-postgresql; } ||
            echo "PostgreSQL and its ODBC driver could not be installed; their tests are skipped."
    } >&2
fi

if [ ! -x "$folder/bin/python" ]; then python3 -m venv "$folder" >&2 || exit 0; fi
for package in duckdb duckdb-cli chdb "pyspark==3.5.*"; do
    "$folder/bin/pip" install -q "$package" >&2 || echo "$package could not be installed; its tests are skipped." >&2
done

has() { "$folder/bin/python" -c "import $1" 2> /dev/null; }
[ -x "$folder/bin/duckdb" ] && echo "export COUNTERPART_DUCKDB='$folder/bin/duckdb'"
has duckdb && echo "export COUNTERPART_DUCKDB_PYTHON='$folder/bin/python'"
has chdb && echo "export COUNTERPART_CLICKHOUSE_PYTHON='$folder/bin/python'"
if has pyspark; then
    if command -v java > /dev/null; then
        echo "export COUNTERPART_SPARK_PYTHON='$folder/bin/python'"
    else
        echo "Spark needs Java, which is not installed; its tests are skipped." >&2
    fi
fi
exit 0
