"""A balanced panel with one start: make_synthetic.py FILE SCHOOLS TREATED

Twelve years of mean results; treated schools start in the ninth. Schools differ in level and in how much they follow two common
movements. The same file from the same number, by a generator of its own.
"""

import sys


def uniform(state=[20260303]):
    state[0] = (state[0] * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state[0] >> 11) / 2**53


def normal():
    return sum(uniform() for _ in range(12)) - 6


def main(path, schools, treated):
    years = range(2011, 2023)
    movements = [[], []]
    for movement in movements:
        level = 0
        for _ in years:
            level = 0.7 * level + normal()
            movement.append(level)
    with open(path, "w") as out:
        out.write("school,year,start,score\n")
        for school in range(schools):
            joins = school < treated
            level, first, second = 48 + 3 * normal(), normal() + 0.5 * joins, normal()
            for t, year in enumerate(years):
                effect = 0.5 * (year - 2018) if joins and year >= 2019 else 0
                score = level + first * movements[0][t] + second * movements[1][t] + effect + normal()
                out.write(f"{10000 + school},{year},{2019 if joins else ''},{score:.3f}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
