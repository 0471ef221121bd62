"""Effects of pupil and year with pyfixest, the peer's side of w4: pupil_effects_pyfixest.py FILE [DEMEANER]

The file is read with pandas into integer and float columns before the clock starts; the seconds are those of feols alone, on
data it need neither copy nor keep, after a fit of a small part so that nothing is compiled within them. DEMEANER is `default`,
`map` (alternating projections, tolerance 1e-9) or `lsmr`.
"""

import sys
import time

import pandas as pd
import pyfixest as pf

DEMEANERS = {
    "default": lambda: {},
    "map": lambda: {"demeaner": pf.MapDemeaner(fixef_tol=1e-9)},
    "lsmr": lambda: {"demeaner": pf.LsmrDemeaner()},
}


def fit(table, options):
    return pf.feols(
        "score ~ treated | pupil + year", table, vcov={"CRV1": "school"}, copy_data=False, store_data=False,
        lean=True, fixef_rm="none", **options,
    )  # fmt: skip


def main(path, demeaner="default"):
    table = pd.read_csv(path, dtype={"pupil": "int32", "year": "int32", "school": "int32"})
    table["treated"] = table["treated"].astype(float)
    options = DEMEANERS[demeaner]()
    fit(table[table["pupil"] < 2_000].copy(), options)
    start, processor = time.perf_counter(), time.process_time()
    done = fit(table, options)
    estimate, error = float(done.coef().iloc[0]), float(done.se().iloc[0])
    seconds, work = time.perf_counter() - start, time.process_time() - processor
    print(f"rows,{len(table)}")
    print(f"estimate,{estimate!r}")
    print(f"standardError,{error!r}")
    print(f"seconds,{seconds!r}")
    print(f"processorSeconds,{work!r}")


if __name__ == "__main__":
    main(*sys.argv[1:])
