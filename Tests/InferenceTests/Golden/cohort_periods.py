"""Golden values for SunAbrahamTests, TwoStageTests and ExtendedTwoWayTests: peers on made-up data.

Command:  python3 cohort_periods.py      (diff-diff 3.13.0, statsmodels 0.15.0, numpy, pandas)
The data are those of seeded_panel.py; the Swift tests make the same with `SeededPanelTests.panel`.
"""
import contextlib, io, os, runpy, warnings
import numpy as np, pandas as pd, statsmodels.api as sm
warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    panel = runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeded_panel.py"))["panel"]
from diff_diff import SunAbraham, TwoStageDiD, WooldridgeDiD


def show(name, *values): print(f"{name}: {', '.join(repr(float(v)) for v in values)}")


# One row a school and year, a year missing here and there, three starts.
starts = [4] * 4 + [5] * 4 + [6] * 3 + [None] * 8
units = panel(starts, 7, 1, 9); units["first"] = units.start
show("units", len(units), units.y.sum())
names = dict(outcome="y", unit="unit", time="time", first_treat="first")
r = SunAbraham().fit(units, **names)
show("sun-abraham", r.overall_att, r.overall_se)
for e, v in sorted(r.event_study_effects.items()): show(f"sun-abraham event {e}", v["effect"], v["se"])
r = TwoStageDiD().fit(units, **names, aggregate="event_study")
show("two-stage", r.overall_att, r.overall_se)
for e, v in sorted(r.event_study_effects.items()): show(f"two-stage event {e}", v["effect"], v["se"])
r = WooldridgeDiD(method="ols").fit(units, outcome="y", unit="unit", time="time", cohort="first")
show("etwfe", r.overall_att, r.overall_se)
for k, v in sorted(r.group_time_effects.items()): show(f"etwfe {k}", v["att"], v["se"])

# Pupils: whether they passed, and a count.
pupils = panel(starts, 7, 12, 21); pupils["first"] = pupils.start
pupils["passed"] = (pupils.y > 1.5).astype(float)
pupils["count"] = np.floor(np.exp(np.minimum(pupils.y, 4) / 3) * 2)
show("pupils", len(pupils), pupils.passed.sum(), pupils["count"].sum())
clusters = pupils.unit.to_numpy(); G = len(np.unique(clusters))
for method, outcome in (("logit", "passed"), ("poisson", "count")):
    r = WooldridgeDiD(method=method).fit(pupils, outcome=outcome, unit="unit", time="time", cohort="first")
    show(f"diff-diff {method}", r.overall_att, r.overall_se)
    for k, v in sorted(r.group_time_effects.items()): show(f"diff-diff {method} {k}", v["att"], v["se"])


def curved(family, outcome, covariate):
    """GLM with cohort and period dummies; effects by prediction with and without the treatment columns; their derivative in
    the coefficients by Richardson-extrapolated central differences; scores by school, no small-sample factor."""
    t, g, x = pupils.time.to_numpy(), pupils.start.to_numpy(), pupils.x.to_numpy()
    columns = [(g == c).astype(float) for c in (0, 4, 5, 6)] + [(t == s).astype(float) for s in range(2, 8)]
    if covariate: columns += [c * x for c in columns]
    cells = [(c, s) for c in (4, 5, 6) for s in range(c, 8)]
    treated = []
    for c, s in cells:
        d = ((g == c) & (t == s)).astype(float); treated.append(d)
        if covariate: treated.append(d * (x - x[d == 1].mean()))
    X = np.column_stack(columns + treated); X0 = X.copy(); X0[:, len(columns):] = 0
    y = pupils[outcome].to_numpy()
    fit = sm.GLM(y, X, family=family).fit(tol=1e-15, maxiter=200, tol_criterion="params")
    b, mean = fit.params, family.link.inverse
    mu = mean(X @ b); weight = mu * (1 - mu) if outcome == "passed" else mu
    bread = np.linalg.inv((X * weight[:, None]).T @ X)
    scores = np.vstack([(X * (y - mu)[:, None])[clusters == c].sum(0) for c in np.unique(clusters)])
    V = bread @ scores.T @ scores @ bread
    is_treated = X[:, len(columns):].any(1)
    def effect(b, rows): return (mean(X[rows] @ b) - mean(X0[rows] @ b)).mean()
    def derivative(rows):
        out = []
        for j in range(len(b)):
            def slope(h):
                up, down = b.copy(), b.copy(); up[j] += h; down[j] -= h
                return (effect(up, rows) - effect(down, rows)) / (2 * h)
            out.append((4 * slope(5e-4) - slope(1e-3)) / 3)
        return np.array(out)
    word = "with x" if covariate else "alone"
    groups = {"overall": is_treated} | {f"event {e}": is_treated & (t - g == e) for e in range(4)}
    groups |= {f"({c}, {s})": (g == c) & (t == s) for c, s in cells}
    for name, rows in groups.items():
        d = derivative(rows); show(f"glm {outcome} {word} {name}", effect(b, rows), np.sqrt(d @ V @ d))


for covariate in (False, True):
    curved(sm.families.Binomial(), "passed", covariate)
    curved(sm.families.Poisson(), "count", covariate)

# Linear, with a covariate and a gap: dense least squares.
def linear(data, covariate):
    t, g, u = data.time.to_numpy(), data.start.to_numpy(), data.unit.to_numpy(); x = data.x.to_numpy(); y = data.y.to_numpy()
    columns = [(u == i).astype(float) for i in np.unique(u)] + [(t == s).astype(float) for s in range(2, 8)]
    if covariate: columns += [(g == c) * x for c in (0, 4, 5, 6)] + [(t == s) * x for s in range(2, 8)]
    first = len(columns); place = []
    for c in (4, 5, 6):
        for s in range(c, 8):
            d = ((g == c) & (t == s)).astype(float); place.append(((c, s), len(columns), d.sum())); columns.append(d)
            if covariate: columns.append(d * (x - x[d == 1].mean()))
    X = np.column_stack(columns); b, _, rank, _ = np.linalg.lstsq(X, y, rcond=None)
    e = y - X @ b; bread = np.linalg.pinv(X.T @ X)
    scores = np.vstack([(X * e[:, None])[u == i].sum(0) for i in np.unique(u)])
    V = bread @ scores.T @ scores @ bread
    s = np.zeros(X.shape[1]); total = sum(n for _, _, n in place)
    for _, j, n in place: s[j] = n / total
    return s @ b, np.sqrt(s @ V @ s)
show("dense etwfe alone", *linear(pupils, False)); show("dense etwfe with x", *linear(pupils, True))
