"""The coverage table of the article on standard errors: CR2 and CR3 of the two-way regression by degrees of freedom.

Command:  python3 cr3_degrees_of_freedom.py      (numpy, scipy; a minute; seed 5)
Schools over six years, treated from the fourth, errors AR(1) of 0.5 within schools, those of treated schools scaled. Every
contribution is linear in the outcome, so one matrix a design serves all samples.
"""
import numpy as np
from scipy.stats import t as student

PERIODS, SAMPLES = 6, 40_000
rng = np.random.default_rng(5)


def power(a, p):
    values, vectors = np.linalg.eigh(a)
    kept = values > 1e-10 * values.max()
    return (vectors[:, kept] * values[kept] ** p) @ vectors[:, kept].T


def errors(schools, scale):
    e = np.zeros((SAMPLES, schools, PERIODS))
    e[:, :, 0] = rng.standard_normal((SAMPLES, schools))
    for t in range(1, PERIODS):
        e[:, :, t] = 0.5 * e[:, :, t - 1] + np.sqrt(0.75) * rng.standard_normal((SAMPLES, schools))
    return (e * scale[None, :, None]).reshape(SAMPLES, -1)


def maps(schools, treated):
    """v with estimate v'y, and for CR2 and CR3 the contributions of schools, one a row."""
    n = schools * PERIODS
    d = np.zeros((schools, PERIODS))
    d[:treated, 3:] = 1
    years = np.tile(np.eye(PERIODS)[:, 1:], (schools, 1))
    within = np.eye(n) - np.kron(np.eye(schools), np.ones((PERIODS, PERIODS)) / PERIODS)
    x = within @ np.column_stack([d.ravel(), years])
    m = np.linalg.inv(x.T @ x)
    left = np.eye(n) - x @ m @ x.T
    v = x @ m[:, 0]
    blocks = [slice(g * PERIODS, (g + 1) * PERIODS) for g in range(schools)]
    return v, *(np.array([left[s].T @ power(left[s, s], p) @ v[s] for s in blocks]) for p in (-0.5, -1))


def satterthwaite(rows):
    q = rows @ rows.T
    return np.trace(q) ** 2 / (q**2).sum()


for schools, treated in [(6, 3), (8, 2), (8, 4), (12, 3), (20, 2), (40, 2), (40, 13)]:
    v, cr2, cr3 = maps(schools, treated)
    jackknife = np.sqrt((schools - 1) / schools)
    kinds = [(cr2, 1, satterthwaite(cr2)), (cr3, 1, satterthwaite(cr3)), (cr3, 1, schools - 1), (cr3, jackknife, schools - 1)]
    cover = []
    for spread in (1, 2):
        scale = np.ones(schools)
        scale[:treated] = spread
        e = errors(schools, scale)
        size = abs(e @ v)
        cover.append([
            np.mean(size <= student.ppf(0.975, df) * factor * np.sqrt(((e @ rows.T) ** 2).sum(1)))
            for rows, factor, df in kinds])
    print(f"| {schools}, {treated} | " + " | ".join(f"{a:.3f}, {b:.3f}" for a, b in zip(*cover)) + " |")
