"""A small panel for the bootstraps: make_schools.py FILE SCHOOLS

Ten years of mean results of each school, a third of the schools treated from the sixth year on; school effects, yearly shocks
and errors that move slowly within a school. The same file from the same number, by a generator of its own.
"""

import sys


def uniform(state=[20260101]):
    state[0] = (state[0] * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state[0] >> 11) / 2**53


def normal():
    return sum(uniform() for _ in range(12)) - 6


def main(path, schools):
    with open(path, "w") as out:
        out.write("school,year,start,score\n")
        for school in range(schools):
            level, slow = 3 * normal(), normal()
            start = 2016 if school % 3 == 0 else None
            for year in range(2011, 2021):
                slow = 0.6 * slow + normal()
                effect = 0.7 if start and year >= start else 0
                score = 48 + level + 0.3 * (year - 2011) + slow + effect
                out.write(f"{1000 + school},{year},{start or ''},{score:.3f}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
