"""A database behind two pipes: a line with a JSON object in, a line with a JSON object out.

    {"load": "pupils", "csv": PATH}   a CSV file as a table of texts, an empty field being NULL
    {"sql": QUERY}                    the answer as CSV in base64
    {"run": STATEMENT}                no answer

Versions that the tests were written with: duckdb 2.0.1, chdb 4.4 (ClickHouse 26.9), pyspark 3.5.7.
"""

import base64
import csv
import io
import json
import sys


def header(path):
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.reader(file))


class DuckDB:
    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()
        self.version = "DuckDB " + duckdb.__version__

    def load(self, table, path):
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv('{path}', all_varchar = true, header = true)")

    def run(self, statement):
        self.connection.execute(statement)

    def csv(self, query):
        answer = self.connection.execute(query)
        return text([c[0] for c in answer.description], answer.fetchall())


class ClickHouse:
    def __init__(self):
        from chdb import session

        self.session = session.Session()
        self.version = "ClickHouse " + self.csv("SELECT version() AS v").decode().split("\n")[1].strip('"')

    def load(self, table, path):
        name = lambda n: "`" + n.replace("\\", "\\\\").replace("`", "``") + "`"
        columns = ", ".join(f"{name(n)} Nullable(String)" for n in header(path))
        self.run(f"DROP TABLE IF EXISTS {table}")
        self.run(f"CREATE TABLE {table} ({columns}) ENGINE = Memory")
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        literal = lambda t: "NULL" if t == "" else "unhex('" + t.encode().hex() + "')"
        for start in range(0, len(rows), 500):
            part = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in rows[start:start + 500])
            self.run(f"INSERT INTO {table} VALUES {part}")

    def run(self, statement):
        self.session.query(statement)

    def csv(self, query):
        return self.session.query(query, "CSVWithNames").bytes()


class Spark:
    def __init__(self):
        import os
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master(os.environ.get("COUNTERPART_SPARK_MASTER", "local[2]"))
        for key, value in [("spark.ui.enabled", "false"), ("spark.sql.shuffle.partitions", "3"),
                           ("spark.sql.ansi.enabled", os.environ.get("COUNTERPART_SPARK_ANSI", "false"))]:
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("OFF")
        self.version = "Spark " + self.session.version

    def load(self, table, path):
        with open(path, newline="", encoding="utf-8") as file:
            rows = [[t or None for t in row] for row in csv.reader(file)]
        schema = ", ".join("`" + n.replace("`", "``") + "` STRING" for n in rows[0])
        self.session.createDataFrame(rows[1:], schema).repartition(3).createOrReplaceTempView(table)

    def run(self, statement):
        self.session.sql(statement)

    def csv(self, query):
        answer = self.session.sql(query)
        return text(answer.columns, answer.collect())


def text(names, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow(["" if v is None else repr(v) if isinstance(v, float) else v for v in row])
    return out.getvalue().encode()


def main():
    answers = sys.stdout
    sys.stdout = sys.stderr
    engine = {"duckdb": DuckDB, "clickhouse": ClickHouse, "spark": Spark}[sys.argv[1]]()
    print(json.dumps({"version": engine.version}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {}
            if "load" in asked:
                engine.load(asked["load"], asked["csv"])
            elif "run" in asked:
                engine.run(asked["run"])
            else:
                answer = {"csv": base64.b64encode(engine.csv(asked["sql"])).decode()}
        except Exception as error:
            answer = {"error": str(error)[:2000]}
        print(json.dumps(answer), file=answers, flush=True)


main()
