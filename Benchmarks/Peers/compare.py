"""Counterpart against its peers on simulated files of pupils: compare.py BUILD-FOLDER [options]

Workloads: w1 all columns into memory with their types (against polars, DuckDB and pyarrow), w2 gaps by school and year with
their standard errors (DuckDB), w3 difference-in-differences with school and year effects, two pupil covariates and clustered
errors (polars + pyfixest), w4 effects of pupil and year on a panel in memory (pyfixest's fit, by each of its demeaners), w5 Callaway and Sant'Anna's effects
of 2,000 schools with two covariates, every mean and 999 draws for the bands (diff-diff, moderndid), w6 the
wild cluster bootstrap of 40 schools with 99,999 draws (wildboottest), w7 synthetic differences of 200 schools with 200 placebos
(diff-diff), and beside it entropy balancing of 20,000 schools. Answers come first: where they differ nothing is timed.
Then the programs take turns, each with all cores; the first turn is not counted. A line a workload tells medians and the
median of the ratios of wall times; for w1 the reading alone is timed and for w4 the fit alone, by each program itself, for w5 and w7 the analysis in memory, for w6 each
program times its own draws, for the others whole processes. `--long` adds w2 on 1, 10 and 40 million rows. Ends with 1 where an
answer differs or a target is missed. Needs the packages of peers.txt in the Python that runs it.
"""

import argparse
import csv
import io
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
# What design asks of each workload: the least ratio of wall times.
LEAST = {"w1": 3.0, "w2": 5.0, "w3": 40.0, "w4": 10.0, "w5": 10.0, "w6": 20.0, "w7": 5.0}
# Of w5 against its other peer.
LEAST_MODERNDID = 50.0
MOST_MEGABYTES = 300
READERS = ["polars", "duckdb", "pyarrow"]
DEMEANERS = ["default", "map", "lsmr"]
PANEL_PUPILS = 1_000_000
ANSWER_TOLERANCE = 1e-9
# Of the bands of w5.
MULTIPLIER_DRAWS = 999
# diff-diff's propensity scores are not those of maximum likelihood to more digits.
DIFFDIFF_TOLERANCE = 1e-4
# Of the placebos of w7; diff-diff stops its search for weights early, and draws other placebos.
PLACEBO_DRAWS = 200
EARLY_STOP_TOLERANCE = 2e-3
# Of entropy balancing, 20,000 schools on 20 moments.
MOST_SECONDS_OF_BALANCING = 1.0
DRAWS_TOLERANCE = 0.2
# Of the wild bootstrap over 40 schools.
WILD_DRAWS = 99_999
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


def peak_megabytes(command):
    """The largest resident set of one run."""
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.wait4(child.pid, 0)[2].ru_maxrss / 1024


def reading_alone(path):
    """Seconds for the file's bytes to be copied once from the page cache, by one thread: the limit of any reader."""
    buffer = bytearray(1 << 20)
    start = time.perf_counter()
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return time.perf_counter() - start


def turns(runs, rounds):
    """Seconds of each of several runs over the rounds, in turn; the first round is not counted."""
    times = [[run() for run in runs] for _ in range(rounds + 1)]
    return list(zip(*times[1:]))


def ratio(ours, theirs):
    return statistics.median(their / our for our, their in zip(ours, theirs))


def share_of_limit(path, ours):
    reading_alone(path)
    limit = statistics.median(reading_alone(path) for _ in range(3))
    size, our = path.stat().st_size, statistics.median(ours)
    return f"{size / our / 1e9:.2f} GB/s, {100 * limit / our:.0f}% of {size / limit / 1e9:.1f} GB/s for reading alone"


def columns_read(text):
    """Name → values, sum, distinct; the seconds apart."""
    rows = [line.split(",") for line in text.splitlines()]
    taken = float(next(row[1] for row in rows if row[0] == "seconds"))
    return {row[0]: [float(word) if word else None for word in row[1:]] for row in rows if row[0] != "seconds"}, taken


def w1(folder, pupils, rounds):
    ours = [folder / "ReadColumns", pupils, "--threads", os.cpu_count()]
    table, _ = columns_read(output(ours))
    for name in READERS:
        other, _ = columns_read(output(peer("read_columns.py", name, pupils)))
        if table.keys() != other.keys():
            raise Shortfall(f"columns {list(table)}, {name} has {list(other)}")
        for column, figures in other.items():
            for figure, our, their in zip(("values", "sum", "distinct values"), table[column], figures):
                same(f"{figure} of {column} by {name}", our or 0, their or 0)
    commands = [ours] + [peer("read_columns.py", name, pupils) for name in READERS]
    our, *their = turns([lambda command=command: columns_read(output(command))[1] for command in commands], rounds)
    ratios = {name: ratio(our, times) for name, times in zip(READERS, their)}
    each = ", ".join(f"{name} {statistics.median(times):.2f} s ({ratios[name]:.1f})" for name, times in zip(READERS, their))
    print(f"w1 columns: {len(table) - 1} columns equal; {statistics.median(our):.2f} s against {each}; {share_of_limit(pupils, our)}")
    return min(ratios.values()) >= LEAST["w1"]


def w2(folder, pupils, rounds):
    program = folder / "counterpart"
    agreement = compare_gaps(program, pupils)
    ours, theirs = gaps(program, pupils), peer("gaps_duckdb.py", pupils)
    our, their = turns([lambda: seconds(ours), lambda: seconds(theirs)], rounds)
    peak = peak_megabytes(ours)
    print(
        f"w2 gaps: {agreement}; {statistics.median(our):.2f} s and {peak:.0f} MB against {statistics.median(their):.2f} s of "
        f"DuckDB: {ratio(our, their):.1f} times as fast; {share_of_limit(pupils, our)}"
    )
    return ratio(our, their) >= LEAST["w2"] and peak <= MOST_MEGABYTES


def w3(folder, pupils, rounds):
    program = folder / "counterpart"
    agreement = compare_did(program, pupils)
    ours, theirs = did(program, pupils), peer("did_pyfixest.py", pupils)
    our, their = turns([lambda: seconds(ours), lambda: seconds(theirs)], min(rounds, 2))
    print(
        f"w3 did: {agreement}; {statistics.median(our):.2f} s against {statistics.median(their):.2f} s of polars + pyfixest: "
        f"{ratio(our, their):.1f} times as fast; {share_of_limit(pupils, our)}"
    )
    return ratio(our, their) >= LEAST["w3"]


def named_effects(lines):
    """Estimates and standard errors of the micro program, by the peers' names."""
    found = {}
    for line in lines:
        if line.startswith("effect,"):
            _, name, estimate, error, _ = line.split(",")
            found["simple" if name == "att" else name.replace(" ", ",") if name[0].isdigit() else name] = (
                float(estimate),
                float(error),
            )
    return found


def compare_group_times(ours, theirs, tolerance):
    common = [name for name in theirs if name in ours]
    if len(common) < 20:
        raise Shortfall(f"only {len(common)} effects to compare")
    for name in common:
        for i, what in enumerate(("the estimate", "the standard error")):
            if not math.isclose(ours[name][i], theirs[name][i], rel_tol=tolerance, abs_tol=tolerance):
                raise Shortfall(f"{what} of {name} is {ours[name][i]!r}, the peer says {theirs[name][i]!r}")
    return len(common)


def w5(folder, data, rounds):
    schools = staggered_file(data, 2000)
    program = [folder / "GroupTimes", schools, "--draws", MULTIPLIER_DRAWS]
    ours = named_effects(output([*program, "--rounds", 0]).splitlines())
    words = []
    for name, tolerance in (("moderndid", ANSWER_TOLERANCE), ("diffdiff", DIFFDIFF_TOLERANCE)):
        script = f"group_times_{name}.py"
        count = compare_group_times(ours, json.loads(output(peer(script, schools, 0)))["answers"], tolerance)
        words.append(f"{count} effects equal {name}'s to {tolerance:g}")
    # In turns, so that what else the machine does falls on all.
    taken = {"ours": [], "moderndid": [], "diffdiff": []}
    for _ in range(max(rounds, 3)):
        lines = output([*program, "--rounds", 10]).splitlines()
        taken["ours"].append(statistics.median(float(l.split(",")[1]) for l in lines if l.startswith("round,")))
        for name in ("moderndid", "diffdiff"):
            answer = json.loads(output(peer(f"group_times_{name}.py", schools, MULTIPLIER_DRAWS, 3)))
            taken[name].append(statistics.median(answer["seconds"]))
    wall = statistics.median(taken["ours"])
    ratios = {n: statistics.median(t / o for t, o in zip(taken[n], taken["ours"])) for n in ("diffdiff", "moderndid")}
    print(
        f"w5 group-time effects: {'; '.join(words)}; {1000 * wall:.1f} ms against "
        f"{1000 * statistics.median(taken['diffdiff']):.0f} ms of diff-diff: {ratios['diffdiff']:.1f} times as fast, and "
        f"{1000 * statistics.median(taken['moderndid']):.0f} ms of moderndid: {ratios['moderndid']:.1f}"
    )
    return ratios["diffdiff"] >= LEAST["w5"] and ratios["moderndid"] >= LEAST_MODERNDID


def w7(folder, data, rounds):
    path = data / "synthetic.csv"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        output(peer("make_synthetic.py", path, 200, 20))
    program = [folder / "SyntheticPlacebos", path, "--draws", PLACEBO_DRAWS]
    ours = named_effects(output([*program, "--rounds", 0]).splitlines())["simple"]
    script = "synthetic_diffdiff.py"
    theirs = json.loads(output(peer(script, path, PLACEBO_DRAWS)))["answers"]["att"]
    for name, own, other, tolerance in (
        ("estimate", ours[0], theirs[0], EARLY_STOP_TOLERANCE), ("standard error", ours[1], theirs[1], DRAWS_TOLERANCE),
    ):  # fmt: skip
        if not math.isclose(own, other, rel_tol=tolerance):
            raise Shortfall(f"the {name} is {own!r}, the peer says {other!r}")
    # In turns, so that what else the machine does falls on both.
    taken = {"ours": [], "diffdiff": []}
    for _ in range(max(rounds, 3)):
        lines = output([*program, "--rounds", 10]).splitlines()
        taken["ours"].append(statistics.median(float(l.split(",")[1]) for l in lines if l.startswith("round,")))
        taken["diffdiff"].append(statistics.median(json.loads(output(peer(script, path, PLACEBO_DRAWS, 3)))["seconds"]))
    ratio = statistics.median(t / o for t, o in zip(taken["diffdiff"], taken["ours"]))
    print(
        f"w7 synthetic differences: estimate equal to {EARLY_STOP_TOLERANCE:g}, standard error of other draws to "
        f"{DRAWS_TOLERANCE:g}; {1000 * statistics.median(taken['ours']):.1f} ms against "
        f"{1000 * statistics.median(taken['diffdiff']):.0f} ms of diff-diff: {ratio:.1f} times as fast"
    )
    return balancing(folder) and ratio >= LEAST["w7"]


def balancing(folder):
    rows = [line.split(",") for line in output([folder / "EntropyWeights", "--rounds", 5]).splitlines()]
    worst, seconds = max(float(row[1]) for row in rows), statistics.median(float(row[4]) for row in rows)
    if not worst < ANSWER_TOLERANCE:
        raise Shortfall(f"entropy balancing leaves {worst:g} of a standard deviation")
    print(f"   entropy balancing: 20,000 schools on 20 moments to {worst:.0e} of a standard deviation in {seconds:.3f} s")
    return seconds < MOST_SECONDS_OF_BALANCING


def wild(program, schools, draws):
    return [
        program, "did", schools, "--outcome", "score", "--unit", "school", "--time", "year", "--start", "start",
        "--estimator", "twfe", "--vcov", "cr1", "--small-sample", "clusters", "--permutations", "0", "--diagnostics", "none",
        "--wild", str(draws), "--wild-weights", "rademacher", "--format", "json",
    ]  # fmt: skip


def compare_wild(program, folder):
    """All patterns of 12 schools: equal p-values. Of 40 schools as many draws each: equal within both simulation errors."""
    few, many = schools_file(folder, 12), schools_file(folder, 40)
    for schools, draws in ((few, 4096), (many, WILD_DRAWS)):
        ours = json.loads(output(wild(program, schools, draws)))["diagnostics"]["wild"]
        theirs = json.loads(output(peer("wild_wildboottest.py", schools, draws + (draws == 4096))))
        if ours["draws"] != theirs["draws"]:
            raise Shortfall(f"{ours['draws']} draws, the peer makes {theirs['draws']}")
        same("t", ours["statistic"], theirs["t"])
        room = 0 if ours["enumerated"] else 5 * math.sqrt(2 * theirs["p"] * (1 - theirs["p"]) / draws)
        if abs(ours["pValue"] - theirs["p"]) > room:
            raise Shortfall(f"p is {ours['pValue']!r}, the peer says {theirs['p']!r}")
    return f"p of all 4,096 patterns equal, of {WILD_DRAWS:,} draws within simulation error"


def w6(folder, data, rounds):
    agreement = compare_wild(folder / "counterpart", data)
    schools = schools_file(data, 40)
    lines = output([folder / "WildDraws", schools, "--draws", WILD_DRAWS, "--rounds", 5 * rounds]).splitlines()
    our = [line.split(",")[1:] for line in lines if line.startswith("round,")]
    theirs = json.loads(output(peer("wild_wildboottest.py", schools, WILD_DRAWS, 5 * rounds)))
    wall, processor = ([statistics.median(float(row[i]) for row in our) for i in (0, 1)])
    their_wall, their_processor = statistics.median(theirs["seconds"]), statistics.median(theirs["processorSeconds"])
    print(
        f"w6 wild bootstrap: {agreement}; {1000 * wall:.1f} ms against {1000 * their_wall:.0f} ms of wildboottest: "
        f"{their_wall / wall:.1f} times as fast; {1000 * processor:.1f} ms against {1000 * their_processor:.0f} ms of "
        f"processors: {their_processor / processor:.1f}"
    )
    return their_wall / wall >= LEAST["w6"]


def fit_of_panel(command):
    """rows, estimate, standardError, and the seconds of the fit."""
    return {name: float(value) for name, value in (line.split(",") for line in output(command).splitlines())}


def w4(folder, panel, rounds):
    ours = [folder / "PupilEffects", panel, "--threads", os.cpu_count()]
    fitted = fit_of_panel(ours)
    their_fits = {name: fit_of_panel(peer("pupil_effects_pyfixest.py", panel, name)) for name in DEMEANERS}
    for name, other in their_fits.items():
        for figure in ("rows", "estimate"):
            same(f"{figure} by pyfixest ({name})", fitted[figure], other[figure])
        # Its demeaners stop at tolerances of their own; the default's standard error is good to nine digits.
        same(f"standardError by pyfixest ({name})", fitted["standardError"], other["standardError"])
    fastest = min(their_fits, key=lambda name: their_fits[name]["seconds"])
    theirs = peer("pupil_effects_pyfixest.py", panel, fastest)
    our, their = turns([lambda command=command: fit_of_panel(command)["seconds"] for command in (ours, theirs)], rounds)
    print(
        f"w4 pupil effects: {fitted['rows']:.0f} rows, estimate and clustered standard error equal by {', '.join(DEMEANERS)}; "
        f"{statistics.median(our):.2f} s against {statistics.median(their):.2f} s of pyfixest ({fastest}): "
        f"{ratio(our, their):.1f} times as fast"
    )
    return ratio(our, their) >= LEAST["w4"]


def scaling(folder, files):
    """Seconds and memory of w2 by size; holds where time grows no faster than 1.25 times the rows from the second size on."""
    program, holds, before = folder / "counterpart", True, None
    for rows, path in files:
        command = gaps(program, path)
        (times,) = turns([lambda command=command: seconds(command)], 3)
        our, peak = statistics.median(times), peak_megabytes(command)
        print(f"w2 on {rows:,} rows: {our:.2f} s, {1e9 * our / rows:.0f} ns a row, {peak:.0f} MB")
        if before is not None:
            holds &= our / before[1] <= 1.25 * rows / before[0]
        holds &= peak <= MOST_MEGABYTES
        before = (rows, our)
    return holds


def pupils_file(folder, rows):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pupils-{rows}.csv"
    if not path.exists():
        output(peer("make_pupils.py", path, rows))
    return path


def schools_file(folder, schools):
    path = folder / f"schools-{schools}.csv"
    if not path.exists():
        output(peer("make_schools.py", path, schools))
    return path


def panel_file(folder, pupils):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"panel-{pupils}.csv"
    if not path.exists():
        output(peer("make_pupil_panel.py", path, pupils))
    return path


def staggered_file(folder, schools):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"staggered-{schools}.csv"
    if not path.exists():
        output(peer("make_staggered.py", path, schools))
    return path


def repeated_file(path, times):
    """The rows of a file several times over, under one header."""
    target = path.with_name(f"{path.stem}-{times}-times.csv")
    if not target.exists():
        unfinished = target.with_suffix(".part")
        with open(unfinished, "wb") as out:
            for turn in range(times):
                with open(path, "rb") as file:
                    header = file.readline()
                    if turn == 0:
                        out.write(header)
                    while block := file.read(1 << 24):
                        out.write(block)
        unfinished.rename(target)
    return target


def checked(name, run):
    """True where a workload holds; what went wrong is its line."""
    try:
        return run()
    except Shortfall as shortfall:
        print(f"{name}: {shortfall}")
    except (KeyError, ValueError) as unreadable:
        print(f"{name}: the output cannot be read: {unreadable!r}")
    return False


def main():
    options = argparse.ArgumentParser(description="Counterpart against its peers on one simulated file of pupils.")
    options.add_argument("build", type=pathlib.Path, help="the folder of the release programs")
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", default="w1,w2,w3,w4,w5,w6,w7", help="workloads, separated by commas")
    options.add_argument("--long", action="store_true", help="w2 on 1, 10 and 40 million rows as well")
    options.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "counterpart-bench")
    given = options.parse_args()
    build = given.build.resolve()
    try:
        names = given.only.split(",")
        pupils = pupils_file(given.folder, given.rows) if set(names) & {"w1", "w2", "w3"} or given.long else None
        panel = panel_file(given.folder, PANEL_PUPILS) if "w4" in names else None
        output([build / "counterpart", "--help"])
    except (Shortfall, OSError) as problem:
        sys.exit(f"compare.py: {problem}")
    workloads = {
        "w1": (w1, pupils), "w2": (w2, pupils), "w3": (w3, pupils), "w4": (w4, panel), "w5": (w5, given.folder),
        "w6": (w6, given.folder), "w7": (w7, given.folder),
    }  # fmt: skip
    holds = []
    for name in names:
        run, path = workloads[name]
        holds.append(checked(name, lambda run=run, path=path: run(build, path, given.rounds)))
        if not holds[-1]:
            print(f"{name} misses its target of {LEAST[name]:g}")
    if given.long:
        ten = pupils_file(given.folder, 10_000_000)
        files = [(1_000_000, pupils_file(given.folder, 1_000_000)), (10_000_000, ten), (40_000_000, repeated_file(ten, 4))]
        holds.append(checked("scaling", lambda: scaling(build, files)))
    sys.exit(0 if all(holds) else 1)


if __name__ == "__main__":
    main()
