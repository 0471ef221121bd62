"""The wild cluster bootstrap of `counterpart did --wild`, by wildboottest: wild_wildboottest.py FILE DRAWS [ROUNDS]

Two-way regression of a school panel: school means are taken off every column, years are dummies; null imposed, Rademacher
weights, clustered by school. The package enumerates where there are more draws than patterns. Prints one JSON object: t, the
p-value with ties counted as extreme (the package counts strictly beyond t), the draws made, and the seconds of each of ROUNDS
calls of `wildboottest()` after a first one that is not counted, in whichever of its two modes (one thread, or all) is the
faster. Reading the file, building the regression and importing are not timed; that the package compiles its loop anew in every
call is.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from wildboottest.wildboottest import WildboottestCL, wildboottest

warnings.filterwarnings("ignore")


def regression(path):
    rows = pd.read_csv(path)
    columns = pd.get_dummies(rows.year, prefix="year", dtype=float).iloc[:, 1:]
    columns.insert(0, "treated", ((rows.start.notna()) & (rows.year >= rows.start)).astype(float))
    within = columns - columns.groupby(rows.school).transform("mean")
    return within, rows.score - rows.score.groupby(rows.school).transform("mean"), rows.school.to_numpy()


def share(x, y, school, draws):
    """t and the share of draws at least as extreme, ties counted."""
    chosen = np.array([float(name == "treated") for name in x.columns])
    boot = WildboottestCL(X=x.to_numpy(), Y=y.to_numpy(), cluster=school, R=chosen, B=draws, seed=1)
    boot.get_scores(bootstrap_type="11", impose_null=True, adj=False)
    boot.get_weights(weights_type="rademacher")
    boot.get_numer()
    boot.get_denom()
    boot.get_tboot()
    boot.get_vcov()
    boot.get_tstat()
    t = float(boot.t_stat)
    return t, float(np.mean(np.abs(boot.t_boot) >= abs(t) * (1 - 1e-10))), int(boot.B)


def seconds(model, school, draws, parallel):
    """Of the clock, and of all processors together."""
    start, processor = time.perf_counter(), time.process_time()
    wildboottest(model, param="treated", cluster=school, B=draws, seed=1, parallel=parallel, show=False)
    return time.perf_counter() - start, time.process_time() - processor


def main(path, draws, rounds=0):
    x, y, school = regression(path)
    t, p, made = share(x, y, school, draws)
    model = sm.OLS(y, x)
    modes = [[seconds(model, school, draws, mode) for _ in range(rounds + 1)][1:] for mode in (False, True)] if rounds else [[]]
    best = min(modes, key=lambda mode: sum(wall for wall, _ in mode))
    wall, processor = [pair[0] for pair in best], [pair[1] for pair in best]
    print(json.dumps({"t": t, "p": p, "draws": made, "seconds": wall, "processorSeconds": processor}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
