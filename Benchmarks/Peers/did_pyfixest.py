"""The difference-in-differences of `counterpart did`, by polars and pyfixest: did_pyfixest.py FILE [TOLERANCE]

School and year effects, prior attainment and eligibility as pupil covariates, standard errors clustered by school (CR1
with fixest's small-sample factor). TOLERANCE is where the iterative demeaning stops; pyfixest's own is 1e-6.
Prints one JSON object: rows used, and for each term its estimate and standard error.
"""

import json
import sys

import polars as pl
import pyfixest as pf


def rows(path):
    frame = pl.read_csv(
        path,
        columns=["urn", "academic_year", "fsm", "ks2_score", "attainment8", "start"],
        null_values=["", "SUPP"],
        schema_overrides={"ks2_score": pl.Float64, "attainment8": pl.Float64, "start": pl.Int64},
    )
    in_partnership = pl.col("start").is_not_null() & (pl.col("academic_year") >= pl.col("start"))
    return (
        frame.with_columns(
            partnership=in_partnership.cast(pl.Int8), eligible=(pl.col("fsm") == "Y").cast(pl.Int8)
        )
        .drop("start", "fsm")
        .drop_nulls()
        .to_pandas()
    )


def main(path, tolerance=1e-6):
    model = pf.feols(
        "attainment8 ~ partnership + ks2_score + eligible | urn + academic_year",
        rows(path),
        vcov={"CRV1": "urn"},
        demeaner=pf.MapDemeaner(fixef_tol=tolerance),
        copy_data=False,
        store_data=False,
        lean=True,
    )
    estimates, errors = model.coef(), model.se()
    terms = {term: [float(estimates[term]), float(errors[term])] for term in estimates.index}
    print(json.dumps({"rows": int(model._N), "terms": terms}))


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:]))
