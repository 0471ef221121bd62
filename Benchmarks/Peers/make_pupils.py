"""Writes one CSV of simulated pupils: make_pupils.py FILE ROWS

2,000 schools over the eight academic years 2011/12 to 2018/19, in no order. A quarter of the schools join a partnership,
in one of three years. A pupil's Attainment 8 depends on school, year, prior attainment and eligibility for free school
meals; the partnership adds 1.2 points a year of membership, twice that for eligible pupils. Prior attainment and results
have one decimal; about 1% of prior scores are empty and 0.5% of results are SUPP. The same numbers give the same file.
"""

import os
import sys

import numpy as np
import polars as pl

SCHOOLS, FIRST_YEAR, YEARS = 2_000, 2011, 8
JOINING = [2013, 2014, 2016]
CHUNK = 500_000


def academic_year(first):
    return first * 100 + (first + 1) % 100


def schools(random):
    """One row a school: its number, its level, its share of eligible pupils, the year it joins (0: never)."""
    never = np.zeros(SCHOOLS, dtype=int)
    return {
        "urn": 990_000 + np.arange(SCHOOLS) * 5,
        "level": random.normal(46, 4, SCHOOLS),
        "eligible": random.beta(3, 8, SCHOOLS),
        "joined": np.where(random.random(SCHOOLS) < 0.25, random.choice(JOINING, SCHOOLS), never),
    }


def pupils(random, school, first_number, count):
    """A chunk of rows as a frame."""
    s = random.integers(0, SCHOOLS, count)
    year = FIRST_YEAR + random.integers(0, YEARS, count)
    joined = school["joined"][s]
    eligible = random.random(count) < school["eligible"][s]
    prior = np.round(np.clip(random.normal(np.where(eligible, 101.0, 104.0), 7.5), 80, 120), 1)
    years_in = np.where((joined > 0) & (year >= joined), year - joined + 1, 0)
    score = school["level"][s] + 0.3 * (year - FIRST_YEAR) + 1.1 * (prior - 103) - 4.5 * eligible
    score += 1.2 * years_in * np.where(eligible, 2, 1) + random.normal(0, 10, count)
    frame = pl.DataFrame(
        {
            "upn": [f"X{number:012d}" for number in range(first_number, first_number + count)],
            "urn": school["urn"][s],
            "academic_year": academic_year(year),
            "sex": np.where(random.random(count) < 0.5, "F", "M"),
            "fsm": np.where(eligible, "Y", "N"),
            "sen": random.choice(["N", "N", "N", "N", "N", "N", "N", "K", "E"], count),
            "ethnicity": random.choice(["WBRI", "WOTH", "APKN", "AIND", "BAFR", "MOTH"], count),
            "idaci_decile": random.integers(1, 11, count),
            "ks2_score": prior,
            "attainment8": np.round(np.clip(score, 0, 90), 1),
            "start": np.where(joined > 0, academic_year(joined), 0),
            "no_prior": random.random(count) < 0.01,
            "no_result": random.random(count) < 0.005,
        }
    )
    return frame.with_columns(
        start=pl.when(pl.col("start") > 0).then(pl.col("start")),
        ks2_score=pl.when(~pl.col("no_prior")).then(pl.col("ks2_score")),
        attainment8=pl.when(pl.col("no_result"))
        .then(pl.lit("SUPP"))
        .otherwise(pl.col("attainment8").cast(pl.String)),
    ).drop("no_prior", "no_result")


def main(path, rows):
    random = np.random.default_rng(2_019)
    school = schools(random)
    unfinished = path + ".part"
    with open(unfinished, "wb") as file:
        for done in range(0, rows, CHUNK):
            chunk = pupils(random, school, done, min(CHUNK, rows - done))
            file.write(chunk.write_csv(include_header=done == 0).encode())
    os.replace(unfinished, path)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
