"""Synthetic difference in differences by diff-diff: synthetic_diffdiff.py FILE DRAWS [ROUNDS]

Placebo standard errors. Prints one JSON object: the estimate, its standard error, and the seconds of each of ROUNDS fits after a
first one that is not counted. Reading the file and importing are not timed.
"""

import json
import sys
import time
import warnings

import pandas as pd
from diff_diff import SyntheticDiD

warnings.filterwarnings("ignore")


def fit(rows, draws):
    estimator = SyntheticDiD(variance_method="placebo", n_bootstrap=draws, seed=1)
    years = sorted(rows.year[(rows.start > 0) & (rows.year >= rows.start)].unique())
    return estimator.fit(rows, outcome="score", treatment="treated", unit="school", time="year", post_periods=years)


def main(path, draws, rounds=0):
    rows = pd.read_csv(path)
    rows["start"] = rows.start.fillna(0).astype(int)
    rows["treated"] = (rows.start > 0).astype(int)
    taken = []
    for turn in range(rounds + 1):
        begin, processor = time.perf_counter(), time.process_time()
        found = fit(rows, draws)
        if turn:
            taken.append((time.perf_counter() - begin, time.process_time() - processor))
    print(
        json.dumps(
            {
                "answers": {"att": [float(found.att), float(found.se)]},
                "seconds": [t[0] for t in taken],
                "processorSeconds": [t[1] for t in taken],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
