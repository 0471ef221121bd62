"""Callaway and Sant'Anna's effects by diff-diff: group_times_diffdiff.py FILE DRAWS [ROUNDS]

Doubly robust with two covariates, units not yet treated compare, every aggregation, multiplier bootstrap with bands. Prints one
JSON object: estimates and analytic standard errors by name, and the seconds of each of ROUNDS fits after a first one that is
not counted. Reading the file and importing are not timed.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from diff_diff import CallawaySantAnna

warnings.filterwarnings("ignore")


def fit(rows, draws):
    estimator = CallawaySantAnna(
        control_group="not_yet_treated", estimation_method="dr", n_bootstrap=draws, seed=1, pscore_trim=0.001
    )
    return estimator.fit(
        rows, outcome="score", unit="school", time="year", first_treat="start", covariates=["poverty", "intake"],
        aggregate="all",
    )  # fmt: skip


def answers(found):
    named = {"simple": (found.overall_att, found.overall_se)}
    named |= {f"{g},{t}": (e["effect"], e["se"]) for (g, t), e in found.group_time_effects.items()}
    named |= {f"event {t}": (e["effect"], e["se"]) for t, e in (found.event_study_effects or {}).items()}
    return {name: [float(x) for x in pair] for name, pair in named.items() if not np.isnan(pair[1])}


def main(path, draws, rounds=0):
    rows = pd.read_csv(path)
    rows["start"] = rows.start.fillna(0).astype(int)
    taken = []
    for turn in range(rounds + 1 if rounds else 0):
        begin, processor = time.perf_counter(), time.process_time()
        fit(rows, draws)
        if turn:
            taken.append((time.perf_counter() - begin, time.process_time() - processor))
    print(
        json.dumps(
            {"answers": answers(fit(rows, 0)), "seconds": [t[0] for t in taken], "processorSeconds": [t[1] for t in taken]}
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
