"""Instruction counts of small runs against Budgets.json: budgets.py PROGRAM-FOLDER [--update]

Each run is counted by callgrind on a stripped copy of the program, with one thread, on the sample partnership's files. Counts do
not depend on the load of the machine; they differ a little between processors and C libraries. Ends with 1 where a count is
more than 3% above its budget; a count more than 3% below asks for a smaller budget. `--update` writes what was counted.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUDGETS = HERE / "Budgets.json"
SAMPLE = HERE.parent / "SampleData" / "partnership"
TOLERANCE = 0.03

PUPILS = sorted(SAMPLE.glob("pupils-*.csv"))
TREATED = ["--partners", SAMPLE / "partners.csv"]
RUNS = {
    "start": ("counterpart", ["--version"]),
    "gaps by year": ("counterpart", ["gaps", *PUPILS, "--outcome", "attainment8", "--group", "fsm=Y", "--by", "academic_year"]),
    "gaps by school and year": ("counterpart", ["gaps", *PUPILS, "--outcome", "attainment8", "--group", "fsm=Y", "--by", "urn,academic_year"]),
    "did": (
        "counterpart",
        ["did", *PUPILS, "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", *TREATED, "--covariates", "ks2_score",
         "--factors", "fsm", "--estimator", "imputation", "--vcov", "cr1"],
    ),
    "describe": ("counterpart", ["describe", *PUPILS, "--unit", "urn", "--time", "academic_year"]),
    "columns": ("ReadColumns", [PUPILS[0]]),
}  # fmt: skip


def count(program, arguments, folder):
    words = [str(word) for word in arguments] + (["--threads", "1"] if len(arguments) > 1 or program == "ReadColumns" else [])
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", str(folder / program), *words]
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"budgets.py: {program} {words[0]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return int(found.group(1))


def main(build, update=False):
    if not shutil.which("valgrind"):
        sys.exit("budgets.py: valgrind is missing; on Debian and Ubuntu: apt-get install valgrind")
    budgets = json.loads(BUDGETS.read_text()) if BUDGETS.exists() else {}
    counts, holds = {}, True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for program in ("counterpart", "ReadColumns"):
            # Valgrind does not read all of Swift's debugging information; without any it counts just as well.
            subprocess.run(["strip", "-o", folder / program, pathlib.Path(build) / program], check=True)
        for run, (program, arguments) in RUNS.items():
            counts[run] = count(program, arguments, folder)
            budget = budgets.get(run)
            change = f"{100 * (counts[run] / budget - 1):+.1f}%" if budget else "no budget"
            over = budget is None or counts[run] > (1 + TOLERANCE) * budget
            note = " OVER" if over else " lower the budget" if counts[run] < (1 - TOLERANCE) * budget else ""
            print(f"{run}: {counts[run] / 1e6:.1f} million instructions, {change}{note}")
            holds &= not over
    if update:
        BUDGETS.write_text(json.dumps(counts, indent=2) + "\n")
        return
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main(sys.argv[1], "--update" in sys.argv)
