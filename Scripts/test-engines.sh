# Sourced by `make test`, from the project's folder: DuckDB, ClickHouse and Spark for the tests of queries and sources, in a Python
# environment of their own, .build-engines/. Where they cannot be installed within three minutes their tests say that they are skipped.
engines_home=$PWD/.build-engines
engines_wanted=Tests/QueriesTests/Engines/engines.txt
if ! cmp -s "$engines_wanted" "$engines_home/installed.txt"; then
    if python3 -m venv "$engines_home" &&
        timeout 170 "$engines_home/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 15 \
            -r "$engines_wanted"; then
        cp "$engines_wanted" "$engines_home/installed.txt"
    else
        echo "test-engines: DuckDB, ClickHouse and Spark could not be installed; their tests are skipped" >&2
    fi
fi
if [ -f "$engines_home/installed.txt" ]; then
    export COUNTERPART_DUCKDB=${COUNTERPART_DUCKDB-$engines_home/bin/duckdb}
    export COUNTERPART_DUCKDB_PYTHON=${COUNTERPART_DUCKDB_PYTHON-$engines_home/bin/python}
    export COUNTERPART_CLICKHOUSE_PYTHON=${COUNTERPART_CLICKHOUSE_PYTHON-$engines_home/bin/python}
    if command -v java > /dev/null; then
        export COUNTERPART_SPARK_PYTHON=${COUNTERPART_SPARK_PYTHON-$engines_home/bin/python}
    fi
fi
