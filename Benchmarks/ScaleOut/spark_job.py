"""One query on a Spark cluster: spark_job.py MASTER PARQUET QUERY_FILE FOLDER [kill]

Writes the answer as CSV parts into FOLDER. With `kill`, an executor is ended by SIGKILL after the first tasks of the
query have finished and before the last have; the program fails unless Spark then says that an executor was lost and the
query gives its answer all the same.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request

from pyspark.sql import SparkSession


def rest(session, what):
    context = session.sparkContext
    url = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/{what}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def executors(application):
    """Process numbers of this application's executors."""
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True).stdout.splitlines()
    lines = [line.split(None, 1) for line in found if "CoarseGrainedExecutorBackend" in line and application in line]
    return [int(pid) for pid, args in lines if args.split()[0].endswith("java")]


def kill_one(session, report):
    # Neither before the first task of the query has ended nor after the last.
    while not report.get("ended"):
        for stage in rest(session, "stages?status=active"):
            if stage["numTasks"] > 4 and 1 <= stage["numCompleteTasks"] < stage["numTasks"] - 3:
                pid = executors(session.sparkContext.applicationId)[0]
                os.kill(pid, signal.SIGKILL)
                report["killed"] = {"pid": pid, "done": stage["numCompleteTasks"], "of": stage["numTasks"]}
                return
        time.sleep(0.01)


def main():
    master, parquet, query, folder = sys.argv[1:5]
    kills = sys.argv[5:] == ["kill"]
    builder = SparkSession.builder.master(master).appName("counterpart")
    settings = {
        "spark.executor.cores": "1", "spark.executor.memory": "1g", "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "8", "spark.sql.files.maxPartitionBytes": os.environ.get("PART_BYTES", "1048576"),
        "spark.ui.enabled": "true", "spark.ui.showConsoleProgress": "false", "spark.driver.host": "127.0.0.1",
        # What an executor has shuffled is lost with it, and made again.
        "spark.shuffle.service.enabled": "false", "spark.sql.adaptive.enabled": "true",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    while len([e for e in rest(session, "executors") if e["id"] != "driver"]) < 2:
        time.sleep(0.1)
    session.read.parquet(parquet).createOrReplaceTempView("pupils")
    report = {}
    killer = threading.Thread(target=kill_one, args=(session, report)) if kills else None
    if killer:
        killer.start()
    session.sql(open(query).read()).write.mode("overwrite").option("header", True).csv(folder)
    report["ended"] = True
    if killer:
        killer.join()
        assert "killed" in report, "the query ended before an executor could be killed"
        for _ in range(100):
            lost = [e for e in rest(session, "allexecutors") if not e["isActive"]]
            if lost:
                break
            time.sleep(0.1)
        assert lost, "Spark lost no executor"
        report["lost"] = [{"id": e["id"], "reason": e.get("removeReason", "")} for e in lost]
    report["executors"] = len(rest(session, "allexecutors")) - 1
    session.stop()
    print(json.dumps(report))


main()
