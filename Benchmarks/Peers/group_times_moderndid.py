"""Callaway and Sant'Anna's effects by moderndid: group_times_moderndid.py FILE DRAWS [ROUNDS]

Doubly robust with two covariates, units not yet treated compare; four aggregations, each with its multiplier bootstrap and band.
Prints one JSON object as `group_times_diffdiff.py` does.
"""

import json
import sys
import time
import warnings

import polars as pl
from moderndid import aggte, att_gt

warnings.filterwarnings("ignore")

AGGREGATIONS = ["simple", "dynamic", "group", "calendar"]


def fit(rows, draws):
    found = att_gt(
        rows, yname="score", tname="year", idname="school", gname="start", xformla="~ poverty + intake", est_method="dr",
        control_group="notyettreated", boot=draws > 0, biters=max(draws, 1), cband=draws > 0, random_state=1,
    )  # fmt: skip
    means = {
        kind: aggte(found, type=kind, boot=draws > 0, biters=max(draws, 1), cband=draws > 0, random_state=1)
        for kind in AGGREGATIONS
    }
    return found, means


def answers(found, means):
    named = {
        f"{int(g)},{int(t)}": [float(att), float(se)]
        for g, t, att, se in zip(found.groups, found.times, found.att_gt, found.se_gt)
    }
    named["simple"] = [float(means["simple"].overall_att), float(means["simple"].overall_se)]
    dynamic = means["dynamic"]
    named |= {f"event {int(e)}": [float(a), float(s)] for e, a, s in zip(dynamic.event_times, dynamic.att_by_event, dynamic.se_by_event)}
    return named


def main(path, draws, rounds=0):
    rows = pl.read_csv(path, schema_overrides={"start": pl.Int64}).with_columns(pl.col("start").fill_null(0))
    taken = []
    for turn in range(rounds + 1 if rounds else 0):
        begin, processor = time.perf_counter(), time.process_time()
        fit(rows, draws)
        if turn:
            taken.append((time.perf_counter() - begin, time.process_time() - processor))
    print(
        json.dumps(
            {
                "answers": answers(*fit(rows, 0)),
                "seconds": [t[0] for t in taken],
                "processorSeconds": [t[1] for t in taken],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
