"""Counterpart against its peers on one simulated file of pupils: compare.py PROGRAM [--rows N] [--rounds N] [--folder DIR]

Answers come first: where they differ nothing is timed. Then whole processes, from the start of the program to its last
byte of output, take turns, each with all cores; the first turn of each is not counted. A line a workload tells the median
of the ratios of wall times. Ends with 1 where an answer differs or `did` is less than ten times as fast as its peer.
Needs the packages of peers.txt in the Python that runs it.
"""

import argparse
import csv
import io
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LEAST_DID_RATIO = 10.0
ANSWER_TOLERANCE = 1e-9
# The fit that answers are compared with stops its iterations far below the tolerance of the comparison.
TIGHT = "1e-12"


class Shortfall(Exception):
    """An answer that differs, a ratio that is too small or a program that failed, in words."""


def output(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Shortfall(f"{pathlib.Path(command[0]).name} {command[1]} ended with {done.returncode}: {last}")
    return done.stdout


def peer(script, *arguments):
    return [sys.executable, HERE / script, *arguments]


def did(program, pupils):
    return [
        program, "did", pupils, "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year",
        "--start", "start", "--covariates", "ks2_score", "--factors", "fsm", "--estimator", "twfe", "--vcov", "cr1",
        "--format", "json",
    ]  # fmt: skip


def gaps(program, pupils):
    return [
        program, "gaps", pupils, "--outcome", "attainment8", "--group", "fsm=Y", "--by", "urn,academic_year",
        "--suppress", "0", "--format", "csv",
    ]  # fmt: skip


def same(what, ours, theirs):
    if not math.isclose(ours, theirs, rel_tol=ANSWER_TOLERANCE, abs_tol=ANSWER_TOLERANCE):
        raise Shortfall(f"{what} is {ours!r}, the peer says {theirs!r}")


def compare_did(program, pupils):
    """The headline and both covariates: estimates and CR1 standard errors."""
    ours = json.loads(output(did(program, pupils)))
    theirs = json.loads(output(peer("did_pyfixest.py", pupils, TIGHT)))
    same("the number of rows used", ours["sample"]["rowsUsed"], theirs["rows"])
    rows = {"partnership": ours["effects"][0]}
    rows |= {row.get("term"): row for row in ours["effects"][1:] if row["kind"] == "coefficient"}
    for term, name in (("partnership", "partnership"), ("ks2_score", "ks2_score"), ("eligible", "fsm=Y")):
        if name not in rows:
            raise Shortfall(f"no coefficient of {name} among the effects")
        estimate, error = theirs["terms"][term]
        same(f"the estimate of {name}", rows[name]["estimate"], estimate)
        same(f"the standard error of {name}", rows[name]["standardError"], error)
    return f"{theirs['rows']} rows used, 3 coefficients and their standard errors equal"


def gap_table(text):
    """(school, year) → (gap, standard error, or None where a group has one pupil)."""
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["gap"]]
    return {(row["urn"], row["academic_year"]): (float(row["gap"]), number(row["standardError"])) for row in rows}


def number(text):
    return float(text) if text else None


def compare_gaps(program, pupils):
    """The gap of every school and year, and its standard error."""
    ours, theirs = gap_table(output(gaps(program, pupils))), gap_table(output(peer("gaps_duckdb.py", pupils)))
    if ours.keys() != theirs.keys():
        raise Shortfall(f"gaps of {len(ours)} school-years, the peer has {len(theirs)}")
    for key in theirs:
        same(f"the gap of {key}", ours[key][0], theirs[key][0])
        our, their = ours[key][1], theirs[key][1]
        if (our is None) != (their is None):
            raise Shortfall(f"the standard error of {key} is {our}, the peer says {their}")
        if their is not None:
            same(f"the standard error of {key}", our, their)
    return f"{len(theirs)} gaps and their standard errors equal"


def seconds(command):
    start = time.perf_counter()
    output(command)
    return time.perf_counter() - start


def race(ours, theirs, rounds):
    """Median seconds of both and the median of their ratios, taking turns."""
    seconds(ours), seconds(theirs)
    times = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return (
        statistics.median(our for our, _ in times),
        statistics.median(their for _, their in times),
        statistics.median(their / our for our, their in times),
    )


def pupils_file(folder, rows):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pupils-{rows}.csv"
    if not path.exists():
        output(peer("make_pupils.py", path, rows))
    return path


def workload(name, answers, ours, theirs, rival, rounds, least):
    """Prints the line of one workload; true where it holds."""
    try:
        agreement = answers()
        our, their, ratio = race(ours, theirs, rounds)
    except Shortfall as shortfall:
        print(f"{name}: {shortfall}")
        return False
    except (KeyError, ValueError) as unreadable:
        print(f"{name}: the output cannot be read: {unreadable!r}")
        return False
    verdict = "" if ratio >= least else f"; at least {least:g} times is wanted"
    print(f"{name}: {agreement}; {our:.3f} s against {their:.3f} s of {rival}: {ratio:.1f} times as fast{verdict}")
    return ratio >= least


def main():
    options = argparse.ArgumentParser(description="Counterpart against its peers on one simulated file of pupils.")
    options.add_argument("program")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "counterpart-bench")
    given = options.parse_args()
    program = str(pathlib.Path(given.program).resolve())
    try:
        pupils = pupils_file(given.folder, given.rows)
        output([program, "--help"])
    except (Shortfall, OSError) as problem:
        sys.exit(f"compare.py: {problem}")
    holds = [
        workload(
            "did", lambda: compare_did(program, pupils), did(program, pupils), peer("did_pyfixest.py", pupils),
            "polars + pyfixest", given.rounds, LEAST_DID_RATIO,
        ),
        workload(
            "gaps", lambda: compare_gaps(program, pupils), gaps(program, pupils), peer("gaps_duckdb.py", pupils),
            "DuckDB", given.rounds, 0,
        ),
    ]  # fmt: skip
    sys.exit(0 if all(holds) else 1)


if __name__ == "__main__":
    main()
