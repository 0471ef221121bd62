"""A panel of pupils over eight years, 5% of results missing: make_pupil_panel.py FILE PUPILS

Rows stand as published files do, year after year and within a year in an order of their own. A quarter of 2,000 schools are
treated from the fifth year on; pupils stay at their school.
"""

import sys

import numpy as np

YEARS, SCHOOLS = 8, 2000


def main(path, pupils):
    random = np.random.default_rng(20240917)
    school_of = random.integers(0, SCHOOLS, pupils)
    ability, level = random.normal(0, 10, pupils), random.normal(0, 2, SCHOOLS)
    with open(path, "w") as out:
        out.write("pupil,year,school,treated,score\n")
        for year in range(YEARS):
            pupil = random.permutation(pupils)[: pupils - pupils // 20]
            school = school_of[pupil]
            treated = ((school % 4 == 0) & (year >= 4)).astype(int)
            shock = random.normal(0, 1, SCHOOLS)
            score = 50 + ability[pupil] + level[school] + 0.7 * year + 1.5 * treated + shock[school]
            score = np.round(score + random.normal(0, 5, len(pupil)), 1)
            out.writelines(
                f"{p},{2012 + year},{s},{d},{y}\n" for p, s, d, y in zip(pupil, school, treated, score)
            )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
