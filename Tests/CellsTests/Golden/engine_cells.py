# The SHA-256 of a cell table made by a SQL engine, for CellEngineTests: the same rows, the same bytes.
# DuckDB 2.0.0: python3 engine_cells.py
import hashlib
import os
import tempfile

import duckdb

state = 1


def draw(n):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % n


rows = ["urn,year,fsm,score,ks2,w"]
for _ in range(5000):
    school, year, fsm, score, ks2, weight = draw(40), draw(5), draw(3), draw(900), draw(80), draw(300)
    rows.append(
        f"{1000 + school},{2014 + year},{['N', 'Y', ''][fsm]},"
        + ("" if score % 50 == 0 else f"{score // 10}.{score % 10}")
        + f",{80 + ks2 // 2}.{5 * (ks2 % 2)},{weight // 100}.{weight // 10 % 10}{weight % 10}"
    )

with tempfile.TemporaryDirectory() as folder:
    source, target = os.path.join(folder, "rows.csv"), os.path.join(folder, "cells.csv")
    with open(source, "w") as file:
        file.write("\n".join(rows) + "\n")
    duckdb.sql(f"""
        COPY (SELECT urn, year, fsm, COUNT(*) AS n, SUM(wt) AS w, SUM(wt*wt) AS ww, SUM(wt*z0) AS s_0, SUM(wt*z1) AS s_1,
                     SUM(wt*z0*z0) AS q_0_0, SUM(wt*z0*z1) AS q_0_1, SUM(wt*z1*z1) AS q_1_1
              FROM (SELECT urn, year, fsm, CAST(ROUND(CAST(score AS DOUBLE) * 10) AS BIGINT) AS z0,
                           CAST(ROUND(CAST(ks2 AS DOUBLE) * 10) AS BIGINT) AS z1,
                           CAST(ROUND(CAST(w AS DOUBLE) * 100) AS BIGINT) AS wt
                    FROM read_csv('{source}', all_varchar = true)
                    WHERE score IS NOT NULL AND CAST(w AS DOUBLE) > 0)
              GROUP BY ALL ORDER BY ALL NULLS FIRST) TO '{target}' (FORMAT csv, HEADER)""")
    with open(target, "rb") as file:
        text = file.read()
print(text.count(b"\n") - 1, "cells", hashlib.sha256(text).hexdigest())
