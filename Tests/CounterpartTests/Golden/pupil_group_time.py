"""Golden values for PupilGroupTimeTests: group-time effects from pupil rows with covariates of their own, errors by school.

Command:  python3 pupil_group_time.py      (diff-diff 3.13.0, pandas)
The rows come from a linear congruential generator in whole numbers that the Swift test repeats.
"""
import pandas as pd, diff_diff, warnings
warnings.filterwarnings("ignore")

x = 5
def draw(n):
    global x
    x = (x * 1103515245 + 12345) % 2**31
    return (x // 65536) % n

rows = []
for school in range(30):
    start = {0: 2017, 1: 2018}.get(school % 5, 0)
    for year in range(2015, 2020):
        for _ in range(6 + draw(6)):
            sex = draw(2)
            prior = 900 + draw(200) + (15 if start else 0)
            noise = draw(120) + draw(120)
            on = 1 if start and year >= start else 0
            rows.append(dict(school=school, year=year, start=start, m=sex, prior=prior / 10,
                             y=(200 + 7 * school % 90 + (prior - 900) + 10 * sex + 4 * (year - 2015) + 30 * on + noise) / 10))
d = pd.DataFrame(rows).assign(id=range(len(rows)))
print(len(d), round(d.y.sum(), 1), "diff-diff", diff_diff.__version__)
for method in ("dr", "ipw", "reg"):
    f = diff_diff.CallawaySantAnna(control_group="never_treated", estimation_method=method, cluster="school", panel=False, pscore_trim=1e-6)
    r = f.fit(d, outcome="y", unit="id", time="year", first_treat="start", covariates=["prior", "m"], aggregate="event_study")
    print(method, repr(r.overall_att), repr(r.overall_se))
    for k in ((2017, 2016), (2018, 2019)):
        v = r.group_time_effects[k]
        print("  ", k, repr(v["effect"]), repr(v["se"]))

# The standard error of outcome regression by finite differences in schools' weights, G/(G - 1) as above.
import numpy as np
def regression(w, g, t, b):
    c = d[((d.start == g) | (d.start == 0)) & d.year.isin([t, b])]
    weight, on, post, y = w[c.school.values], (c.start == g).values, (c.year == t).values, c.y.values
    X = np.column_stack([np.ones(len(c)), c.prior, c.m])
    def ols(k):
        s = np.sqrt(weight[k])
        return np.linalg.lstsq(X[k] * s[:, None], y[k] * s, rcond=None)[0]
    mean = lambda k: np.average(y[k], weights=weight[k])
    return mean(on & post) - mean(on & ~post) - np.average(X @ (ols(~on & post) - ols(~on & ~post)), weights=weight * on)
slopes = []
for school in range(30):
    up, down = np.ones(30), np.ones(30)
    up[school] += 1e-5; down[school] -= 1e-5
    slopes.append((regression(up, 2018, 2019, 2017) - regression(down, 2018, 2019, 2017)) / 2e-5)
print("reg by derivative", repr(float(np.sqrt(np.sum(np.square(slopes)) * 30 / 29))))
