"""A panel of schools that start in different years: make_staggered.py FILE SCHOOLS

Eight years of mean results of each school. A third of the schools start in the fourth, fifth or sixth year, more often those
with many pupils in poverty and a low intake; their effects grow. `poverty` and `intake` are a school's own and never change.
The same file from the same number, by a generator of its own.
"""

import math
import sys

STARTS = [2014, 2015, 2016]


def uniform(state=[20260202]):
    state[0] = (state[0] * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state[0] >> 11) / 2**53


def normal():
    return sum(uniform() for _ in range(12)) - 6


def main(path, schools):
    with open(path, "w") as out:
        out.write("school,year,start,poverty,intake,score\n")
        for school in range(schools):
            poverty, intake = uniform() ** 2, normal()
            joins = uniform() < 1 / (1 + math.exp(0.7 - 0.8 * (poverty - 0.33) + 0.4 * intake))
            start = STARTS[int(3 * uniform())] if joins else None
            level, slow = 3 * normal(), normal()
            for year in range(2011, 2019):
                slow = 0.5 * slow + normal()
                effect = 0.4 * (year - start + 1) if start and year >= start else 0
                trend = (0.3 - 0.4 * poverty + 0.15 * intake) * (year - 2011)
                score = 48 + level - 6 * poverty + trend + slow + effect
                out.write(f"{10000 + school},{year},{start or ''},{poverty:.4f},{intake:.4f},{score:.3f}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
