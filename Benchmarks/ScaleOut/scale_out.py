"""The same pupils through files here, PostgreSQL, DuckDB and a Spark cluster: every cell table has one SHA-256.

    scale_out.py PROGRAM [--pupils 500000] [--schools 2000] [--folder DIR]

Starts a PostgreSQL server and a Spark standalone cluster (a master and two workers) of its own and stops them, whatever happens.
Ends with 1 where two tables differ, where Spark lost no executor though one was killed, or where an estimate from the cells is
not that of pyfixest on the rows to 1e-10.
"""

import argparse
import glob
import hashlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

HERE = os.path.dirname(os.path.abspath(__file__))
WHAT = ["--outcome", "score", "--unit", "urn", "--time", "period", "--start", "first_treat", "--covariates", "prior",
        "--factors", "fsm", "--weights", "w"]


def write_pupils(folder, pupils, schools):
    """Scores and prior attainment with one decimal, weights with two, 1% missing each; as CSV, in 7 shards and as Parquet."""
    draw = np.random.default_rng(20260701)
    urn = draw.integers(0, schools, pupils)
    period = draw.integers(2013, 2021, pupils)
    start = np.array([0, 0, 2016, 2017, 2018])[np.arange(schools) % 5][urn]
    level = draw.normal(0, 5, schools)[urn]
    prior = np.round(draw.normal(103, 6, pupils), 1)
    treated = (start > 0) & (period >= start)
    score = np.round(level + 0.6 * (prior - 103) + 48 + (period - 2013) * 0.4 + 1.5 * treated + draw.normal(0, 9, pupils), 1)
    texts = lambda values, decimals: np.char.mod(f"%.{decimals}f", values)
    absent = lambda values: np.where(draw.random(pupils) < 0.01, "", values)
    columns = {
        "urn": (100000 + urn).astype(str), "period": period.astype(str),
        "first_treat": np.where(start > 0, start.astype(str), ""), "fsm": np.where(draw.random(pupils) < 0.25, "Y", "N"),
        "score": absent(texts(score, 1)), "prior": absent(texts(prior, 1)), "w": texts(draw.integers(50, 200, pupils) / 100, 2),
    }
    table = pa.table({name: pa.array(values.astype(object), pa.string()) for name, values in columns.items()})
    pyarrow.csv.write_csv(table, f"{folder}/pupils.csv", pyarrow.csv.WriteOptions(quoting_style="needed"))
    for shard in range(7):
        pyarrow.csv.write_csv(table.take(np.arange(shard, pupils, 7)), f"{folder}/shard-{shard}.csv",
                              pyarrow.csv.WriteOptions(quoting_style="needed"))
    number = lambda name: pa.array([float(t) if t else None for t in columns[name]], pa.float64())
    typed = pa.table({
        "urn": pa.array(100000 + urn, pa.int32()), "period": pa.array(period, pa.int32()),
        "first_treat": pa.array(np.where(start > 0, start, 0), pa.int32(), mask=start == 0), "fsm": table["fsm"],
        "score": number("score"), "prior": number("prior"), "w": number("w")})
    pyarrow.parquet.write_table(typed, f"{folder}/pupils.parquet", row_group_size=max(pupils // 24, 1000))
    return typed


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder = os.path.abspath(program), folder
        self.digests = {}

    def run(self, *arguments, env=None):
        began = time.monotonic()
        ended = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True, env=env)
        if ended.returncode != 0:
            raise SystemExit(f"{' '.join(arguments)}\n{ended.stderr}")
        return ended.stdout, time.monotonic() - began

    def note(self, name, path, seconds):
        with open(f"{self.folder}/{path}", "rb") as file:
            self.digests[name] = hashlib.sha256(file.read()).hexdigest()
        print(f"{name:44} {self.digests[name][:16]}  {seconds:7.2f} s", flush=True)

    def by_hand(self, name, dialect, table, ask):
        """The three steps of `counterpart sql`; `ask(query, folder)` runs a query and gives the files of its answer."""
        place = ["--dialect", dialect, "--table", table, *WHAT]
        began = time.monotonic()
        answers = {}
        for step, more in [("profile", ["--profile"]), ("cells", ["--answer", "profile.csv"])]:
            query, _ = self.run("sql", *place, *more)
            target = f"{self.folder}/{step}-answer"
            shutil.rmtree(target, ignore_errors=True)
            os.makedirs(target)
            answers[step] = ask(query, target, step)
            if step == "profile":
                filled = [p for p in answers[step] if open(p).read().count("\n") > 1]
                shutil.copy(filled[0], f"{self.folder}/profile.csv")
        self.run("cells", *answers["cells"], "--profile-answer", "profile.csv", *place, "-o", "cells.csv")
        self.note(name, "cells.csv", time.monotonic() - began)

    def files(self):
        cores = str(max(os.cpu_count() or 2, 2))
        for threads in ["1", cores]:
            _, seconds = self.run("cells", "pupils.csv", *WHAT, "--threads", threads, "-o", "cells.csv")
            self.note(f"files here, {threads} thread{'' if threads == '1' else 's'}", "cells.csv", seconds)
        shutil.copy(f"{self.folder}/cells.csv", f"{self.folder}/kept.csv")
        shutil.copy(f"{self.folder}/cells.json", f"{self.folder}/kept.json")
        began = time.monotonic()
        for shard in range(7):
            self.run("cells", f"shard-{shard}.csv", *WHAT, "-o", f"part-{shard}.csv")
        self.run("cells", *[f"part-{shard}.csv" for shard in range(7)], "-o", "cells.csv")
        self.note("files here, 7 shards merged", "cells.csv", time.monotonic() - began)

    def duckdb(self):
        def ask(query, target, step):
            duckdb.sql(f"COPY ({query}) TO '{target}/answer.csv' (HEADER, DELIMITER ',')")
            return [f"{target}/answer.csv"]

        for kind in ["csv", "parquet"]:
            self.by_hand(f"DuckDB on {'CSV' if kind == 'csv' else 'Parquet'}", "duckdb", f"{self.folder}/pupils.{kind}", ask)

    def postgres(self, socket_folder):
        psql = ["psql", "-h", socket_folder, "-U", "counterpart", "-d", "postgres", "-qAtX", "-v", "ON_ERROR_STOP=1"]
        columns = "urn int, period int, first_treat int, fsm text, score numeric, prior double precision, w numeric"
        with open(f"{self.folder}/pupils.csv") as rows:
            subprocess.run(psql + ["-c", f"CREATE TABLE pupils ({columns})", "-c", "COPY pupils FROM STDIN (FORMAT csv, HEADER, FORCE_NULL (first_treat, score, prior))"],
                           stdin=rows, check=True)
        _, seconds = self.run(
            "cells", "--source", f"postgres://counterpart@/postgres?host={socket_folder}", "--table", "pupils", *WHAT, "-o",
            "cells.csv")
        self.note("PostgreSQL, --source", "cells.csv", seconds)

        def ask(query, target, step):
            with open(f"{target}/answer.csv", "w") as answer:
                subprocess.run(psql + ["-c", f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)"], stdout=answer, check=True)
            return [f"{target}/answer.csv"]

        self.by_hand("PostgreSQL, queries by hand", "postgres", "pupils", ask)

    def spark(self, master, pupils):
        def asking(kills):
            def ask(query, target, step):
                with open(f"{self.folder}/query.sql", "w") as file:
                    file.write(query)
                more = ["kill"] if kills and step == "cells" else []
                size = os.path.getsize(f"{self.folder}/pupils.parquet") // 24
                environment = dict(os.environ, PART_BYTES=str(max(size, 65536)))
                ended = subprocess.run(
                    [sys.executable, f"{HERE}/spark_job.py", master, f"{self.folder}/pupils.parquet",
                     f"{self.folder}/query.sql", f"{target}/parts", *more], capture_output=True, text=True, env=environment)
                if ended.returncode != 0:
                    raise SystemExit(ended.stderr[-3000:])
                report = json.loads(ended.stdout.splitlines()[-1])
                if more:
                    print(f"  executor {report['lost'][0]['id']} lost after {report['killed']['done']} of "
                          f"{report['killed']['of']} tasks: {report['lost'][0]['reason'][:60]}", flush=True)
                return sorted(glob.glob(f"{target}/parts/part-*.csv"))
            return ask

        self.by_hand("Spark, two workers", "spark", "pupils", asking(False))
        self.by_hand("Spark, an executor killed by SIGKILL", "spark", "pupils", asking(True))

    def estimates(self, rows):
        import pyfixest

        data = rows.to_pandas().dropna(subset=["score", "prior"])
        data["treat"] = ((data.first_treat > 0) & (data.period >= data.first_treat)).astype(float)
        peer = pyfixest.feols("score ~ treat + prior + i(fsm) | urn + period", data, vcov={"CRV1": "urn"}, weights="w",
                              fixef_tol=1e-13)
        text, seconds = self.run(
            "did", "kept.csv", *WHAT, "--estimator", "twfe", "--vcov", "cr1", "--permutations", "0", "--wild", "0",
            "--diagnostics", "none", "--format", "json")
        head = json.loads(text)["effects"][0]
        pairs = [("estimate", head["estimate"], peer.coef()["treat"]), ("standard error", head["standardError"], peer.se()["treat"])]
        worst = 0.0
        for name, ours, theirs in pairs:
            worst = max(worst, abs(ours / theirs - 1))
            print(f"{name}: {ours} from cells, {theirs} from pyfixest on {len(data)} rows")
        print(f"did on {sum(1 for _ in open(self.folder + '/kept.csv')) - 1} cells took {seconds:.2f} s")
        return worst


@contextmanager
def postgres_server(folder):
    programs = next((p for p in [os.path.dirname(shutil.which("initdb") or "")] +
                     sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True) if os.path.exists(f"{p}/initdb")), None)
    if programs is None:
        raise SystemExit("PostgreSQL's server programs are missing; on Debian and Ubuntu: apt-get install postgresql")
    home = tempfile.mkdtemp(prefix="counterpart-pg-")
    # The server does not run as root; then the user that the package made does it.
    user = []
    if os.geteuid() == 0:
        user = ["runuser", "-u", "postgres", "--"]
        os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(user + [f"{programs}/initdb", "-D", f"{home}/data", "-U", "counterpart", "-A", "trust", "-E", "UTF8", "--no-sync"],
                   check=True, cwd="/", **quiet)
    server = subprocess.Popen(
        user + [f"{programs}/postgres", "-D", f"{home}/data", "-k", home, "-c", "listen_addresses=", "-F"], cwd="/", **quiet)
    try:
        for _ in range(200):
            if subprocess.run(["psql", "-h", home, "-U", "counterpart", "-d", "postgres", "-c", ""], **quiet).returncode == 0:
                break
            time.sleep(0.1)
        yield home
    finally:
        subprocess.run(user + [f"{programs}/pg_ctl", "-D", f"{home}/data", "-m", "immediate", "stop"], cwd="/", **quiet)
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def spark_cluster(folder):
    import pyspark

    home = os.path.dirname(pyspark.__file__)
    port = free_port()
    logs = f"{folder}/spark"
    os.makedirs(logs, exist_ok=True)
    environment = dict(os.environ, SPARK_HOME=home, SPARK_LOCAL_IP="127.0.0.1", SPARK_WORKER_DIR=f"{logs}/work",
                       PYSPARK_PYTHON=sys.executable)
    started = []

    def start(name, *arguments):
        log = open(f"{logs}/{name}.log", "w")
        started.append(subprocess.Popen([f"{home}/bin/spark-class", *arguments], env=environment, stdout=log, stderr=log))

    try:
        start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port),
              "--webui-port", str(free_port()))
        for worker in ["worker-1", "worker-2"]:
            start(worker, "org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "1g", "--host", "127.0.0.1",
                  "--webui-port", str(free_port()), f"spark://127.0.0.1:{port}")
        for _ in range(600):
            log = open(f"{logs}/master.log").read()
            if log.count("Registering worker") == 2:
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"the Spark cluster did not start:\n{log[-2000:]}")
        yield f"spark://127.0.0.1:{port}"
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--pupils", type=int, default=500_000)
    options.add_argument("--schools", type=int, default=2_000)
    options.add_argument("--folder")
    options = options.parse_args()
    folder = os.path.abspath(options.folder or tempfile.mkdtemp(prefix="counterpart-scale-out-"))
    os.makedirs(folder, exist_ok=True)
    try:
        rows = write_pupils(folder, options.pupils, options.schools)
        print(f"{options.pupils} pupils in {options.schools} schools, {os.path.getsize(folder + '/pupils.csv') >> 20} MB of CSV")
        bench = Bench(options.program, folder)
        bench.files()
        bench.duckdb()
        with ExitStack() as stack:
            bench.postgres(stack.enter_context(postgres_server(folder)))
        with ExitStack() as stack:
            bench.spark(stack.enter_context(spark_cluster(folder)), options.pupils)
        worst = bench.estimates(rows)
    finally:
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    differing = len(set(bench.digests.values()))
    print(f"{len(bench.digests)} cell tables, {differing} SHA-256; estimates differ by {worst:.1e} at most")
    sys.exit(0 if differing == 1 and worst < 1e-10 else 1)


main()
