"""All columns of the pupils' file into memory with their types, by a peer: read_columns.py polars|duckdb|pyarrow FILE

Each has the file's types and missing code given and all cores; none has to guess. Prints the lines of `ReadColumns` (name,
values that are there, sum or distinct values) and last, after `seconds`, the wall time of the reading itself, without imports.
"""

import sys
import time

CODES = ["sex", "fsm", "sen", "ethnicity"]
WHOLE = ["urn", "academic_year", "idaci_decile", "start"]
DECIMAL = ["ks2_score", "attainment8"]
NAMES = ["upn", "urn", "academic_year", "sex", "fsm", "sen", "ethnicity", "idaci_decile", "ks2_score", "attainment8", "start"]


def with_polars(path):
    import polars as pl

    types = {"upn": pl.String} | dict.fromkeys(CODES, pl.Categorical) | dict.fromkeys(WHOLE, pl.Int32)
    types |= dict.fromkeys(DECIMAL, pl.Float64)
    started = time.perf_counter()
    frame = pl.read_csv(path, schema_overrides=types, null_values=["", "SUPP"])
    taken = time.perf_counter() - started
    wide = frame.with_columns(pl.col(WHOLE).cast(pl.Int64))
    rows = [[name, frame.height - frame[name].null_count(), None, None] for name in frame.columns]
    for row in rows:
        if row[0] in WHOLE + DECIMAL:
            row[2] = wide[row[0]].sum()
        elif row[0] in CODES:
            row[3] = frame[row[0]].n_unique()
    return frame.height, rows, taken


def with_duckdb(path):
    import duckdb

    types = {"upn": "VARCHAR"} | dict.fromkeys(CODES, "VARCHAR") | dict.fromkeys(WHOLE, "INTEGER")
    types |= dict.fromkeys(DECIMAL, "DOUBLE")
    columns = {name: types[name] for name in NAMES}
    started = time.perf_counter()
    duckdb.execute(f"create table pupils as select * from read_csv(?, header = true, columns = {columns}, nullstr = ['', 'SUPP'])", [path])
    taken = time.perf_counter() - started
    wanted = ["count(*)"]
    for name in NAMES:
        wanted += [f"count({name})", f"sum({name})" if name in WHOLE + DECIMAL else "null"]
        wanted.append(f"count(distinct {name})" if name in CODES else "null")
    found = duckdb.execute(f"select {', '.join(wanted)} from pupils").fetchone()
    return found[0], [[name, *found[1 + 3 * i : 4 + 3 * i]] for i, name in enumerate(NAMES)], taken


def with_pyarrow(path):
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    types = {"upn": pa.string()} | dict.fromkeys(CODES, pa.dictionary(pa.int32(), pa.string()))
    types |= dict.fromkeys(WHOLE, pa.int32()) | dict.fromkeys(DECIMAL, pa.float64())
    options = csv.ConvertOptions(column_types=types, null_values=["", "SUPP"], strings_can_be_null=True)
    started = time.perf_counter()
    table = csv.read_csv(path, convert_options=options)
    taken = time.perf_counter() - started
    rows = []
    for name in table.column_names:
        column = table[name]
        total = pc.sum(column).as_py() if name in WHOLE + DECIMAL else None
        rows.append([name, len(column) - column.null_count, total, pc.count_distinct(column.cast(pa.string())).as_py() if name in CODES else None])
    return table.num_rows, rows, taken


def main(peer, path):
    count, rows, taken = {"polars": with_polars, "duckdb": with_duckdb, "pyarrow": with_pyarrow}[peer](path)
    print(f"rows,{count}")
    for row in rows:
        print(",".join("" if word is None else str(word) for word in row))
    print(f"seconds,{taken}")


if __name__ == "__main__":
    main(*sys.argv[1:])
