"""Golden values for StackedTests, LocalProjectionTests, LeeWooldridgeTests and SwitchTests: what peers find on made-up data.

Command:  python3 changes.py      (diff-diff 3.13.0, moderndid 0.2.0, numpy, pandas)
The data come from a linear congruential generator that the Swift tests repeat; see `Congruential` there.
"""
import warnings
import numpy as np, pandas as pd
warnings.filterwarnings("ignore")
import diff_diff as dd


class Congruential:
    def __init__(self, seed): self.x = seed
    def uniform(self):
        self.x = (self.x * 1103515245 + 12345) % 2**31
        return self.x / 2**31
    def normal(self):
        total = 0.0
        for _ in range(12): total += self.uniform()
        return total - 6.0


def panel(paths, seed):
    """One row a unit and period; a path is a text of 0 and 1, a period each."""
    r, rows = Congruential(seed), []
    for u, path in enumerate(paths):
        level = 2 * r.normal()
        x0 = r.normal()
        for t, on in enumerate(path, 1):
            e = r.normal(); x = x0 + 0.3 * r.normal()
            start = path.find("1" if path[0] == "0" else "0") + 1
            steps = t - start if start else 0
            rows.append(dict(unit=u, time=t, start=start, on=int(on), x=x,
                             y=level + 0.3 * t + 0.2 * x * t + int(on) * (1 + 0.25 * max(steps, 0)) + e))
    return pd.DataFrame(rows)


def show(name, *values): print(name, *[repr(float(v)) for v in values])


starts = [4] * 5 + [5] * 4 + [7] * 3 + [None] * 8
d = panel(["".join("1" if s and t >= s else "0" for t in range(1, 9)) for s in starts], 11)
show("absorbing sum", d.y.sum())
T = 8

# Stacked: G/(G-1)(N-1)/(N-k) on clusters of units.
for group in ("not_yet_treated", "never_treated"):
    r = dd.StackedDiD(kappa_pre=2, kappa_post=1, control_group=group, cluster="unit").fit(
        d.assign(first=d.start), outcome="y", unit="unit", time="time", first_treat="first", aggregate="event_study")
    show("stacked %s overall" % group, r.overall_att, r.overall_se)
    for e, v in sorted(r.event_study_effects.items()): show("  %d" % e, v["effect"], v["se"])


def ols(X, y, cluster=None):
    """Coefficients, with a covariance that is classical, HC3 and, for clusters, G/(G-1) times the sandwich."""
    M = np.linalg.pinv(X.T @ X)
    b = M @ X.T @ y
    e = y - X @ b
    n, k = len(y), np.linalg.matrix_rank(X)
    h = np.einsum("ij,jk,ik->i", X, M, X)
    out = dict(b=b, iid=M * (e @ e) / (n - k), hc3=M @ (X.T * (e / (1 - h)) ** 2) @ X @ M)
    if cluster is not None:
        S = pd.DataFrame(X * e[:, None]).groupby(np.asarray(cluster)).sum().to_numpy()
        out["cr1"] = M @ S.T @ S @ M * len(S) / (len(S) - 1)
    return out


# Local projections. The peer's factor is G/(G-1)(N-1)/(N-k) in each horizon, with k = dates + 1 and G the units in it; the
# test takes 20/19 everywhere.
def lp(name, data=d, dates=None, units=lambda h: 20, **more):
    covariates = more.pop("covariates", None)
    r = dd.LPDiD(pre_window=3, post_window=3, cluster="unit", **more).fit(
        data, outcome="y", unit="unit", time="time", treatment="on", covariates=covariates, post_pooled=(0, 1),
        pre_pooled=(-3, -2))
    for frame in (r.event_study, r.pooled):
        for row in frame.to_dict("records"):
            if row["coefficient"] == 0: continue
            h, n = row.get("horizon", row.get("window")), row["n_obs"]
            k = dates(h) + 1 if dates else 1
            G = units(h)
            show("%s %s" % (name, h), row["coefficient"], row["se"] * ((n - k) / (n - 1) * (G - 1) / G * 20 / 19) ** 0.5)


first = lambda h: 3 if h in ("pre", "post") or h < 2 else 2
lp("lp equal", dates=first, units=lambda h: 17 if h == 3 else 20, reweight=True)
# All dates with a base and an end: t = 2..8 with t + h in 1..8.
lp("lp variance", dates=lambda h: {"pre": 5, "post": 6}.get(h) or (7 if h == 0 else 7 - h if h > 0 else 8 + h), reweight=False)
lp("lp never", dates=first, units=lambda h: 17 if h in (2, 3) else 20, reweight=True, control_group="never_treated")
# Covariates are those of the base period here, the peer's of the date; its first row a unit has none and goes.
lagged = d.assign(x=d.groupby("unit").x.shift(1)).fillna({"x": 0})
lp("lp adjusted (standard errors without the peer's: see below)", lagged, reweight=True, covariates=["x"])

# The same by hand: at horizon 1, changes on dates, x, the start by date, and x about the treated's mean × start.
rows = []
for t in range(2, 8):
    for u, own in d.groupby("unit"):
        own = own.set_index("time"); s = own.start.iloc[0]
        if s == t or s == 0 or s > t + 1:
            rows.append((u, t, float(s == t), own.y[t + 1] - own.y[t - 1], own.x[t - 1]))
r = pd.DataFrame(rows, columns=["u", "t", "D", "dy", "x"])
on = [4, 5, 7]; mean = r.x[r.D == 1].mean()
X = np.column_stack([(r.t == t) for t in range(2, 8)] + [r.x] + [(r.t == t) * r.D for t in on] + [(r.x - mean) * r.D]).astype(float)
f = ols(X, r.dy.to_numpy(), r.u)
c = np.zeros(X.shape[1]); c[7:10] = [5 / 12, 4 / 12, 3 / 12]
show("lp adjusted by hand 1", c @ f["b"], (c @ f["cr1"] @ c) ** 0.5)

# Lee and Wooldridge: one start; then several starts, by the peer (estimates) and by one regression by hand.
one = panel(["".join("1" if s and t >= s else "0" for t in range(1, 8)) for s in [4] * 4 + [None] * 7], 23)
show("one start sum", one.y.sum())
for rolling in ("demean", "detrend"):
    for vcov in ("classical", "hc3"):
        r = dd.LWDiD(rolling=rolling, vcov_type=vcov, control_group="never_treated").fit(
            one, outcome="y", unit="unit", time="time", treatment="on")
        show("lw one %s %s" % (rolling, vcov), r.att, r.se, r.p_value, r.df_inference)
for rolling in ("demean", "detrend"):
    for group in ("never_treated", "not_yet_treated"):
        r = dd.LWDiD(rolling=rolling, vcov_type="hc1", control_group=group).fit(
            d.assign(first=d.start), outcome="y", unit="unit", time="time", treatment="on", first_treat="first")
        show("lw staggered %s %s" % (rolling, group), r.att)
        for g, v in r.cohort_effects.items(): show("  %d" % g, v["att"])


def rolled(own, g, rolling):
    """Results from g on less the mean, or the line, before g."""
    before = own[own.index < g]
    after = own[own.index >= g]
    if rolling == "demean": return after - before.mean()
    slope, level = np.polyfit(before.index, before, 1)
    return after - level - slope * after.index


Y = {u: own.set_index("time").y for u, own in d.groupby("unit")}
start = d.groupby("unit").start.first()
share = {4: 5 / 12, 5: 4 / 12, 7: 3 / 12}
x = d[d.time < 4].groupby("unit").x.mean()
for rolling in ("demean", "detrend"):
    y = np.array([rolled(Y[u], s, rolling).mean() if (s := start[u]) else
                  sum(w * rolled(Y[u], g, rolling).mean() for g, w in share.items()) for u in start.index])
    D = (start > 0).to_numpy(float)
    X = np.column_stack([np.ones(20), D])
    f = ols(X, y)
    show("lw by hand %s" % rolling, f["b"][1], f["iid"][1, 1] ** 0.5, f["hc3"][1, 1] ** 0.5)
    z = x - x[D == 1].mean()
    f = ols(np.column_stack([np.ones(20), D, z, z * D]), y)
    show("lw by hand %s with x" % rolling, f["b"][1], f["iid"][1, 1] ** 0.5, f["hc3"][1, 1] ** 0.5)
# Not yet treated: all starts and periods in one regression, clustered by unit.
rows = [(u, g, t, float(start[u] == g), v[t]) for g in share for u in start.index
        for v in [rolled(Y[u], g, "demean")] for t in range(g, 9) if start[u] in (g, 0) or start[u] > t]
r = pd.DataFrame(rows, columns=["u", "g", "t", "D", "y"])
pairs = [(g, t) for g in share for t in range(g, 9)]
X = np.column_stack([((r.g == g) & (r.t == t)) * v for g, t in pairs for v in (1, r.D)]).astype(float)
f = ols(X, r.y.to_numpy(), r.u)
c = np.array([v for g, t in pairs for v in (0, share[g] / (9 - g))])
show("lw by hand not yet", c @ f["b"], (c @ f["cr1"] @ c) ** 0.5)

# Switches on, and on and off.
switching = panel(["00011111"] * 4 + ["00110000"] * 4 + ["11111000"] * 3 + ["11100000"] * 2 + ["11111111"] * 4
                  + ["00000000"] * 5 + ["00000111"] * 3, 31)
show("switching sum", switching.y.sum())
for name, data in (("absorbing", d), ("switching", switching)):
    r = dd.ChaisemartinDHaultfoeuille(drop_larger_lower=False).fit(
        data, outcome="y", unit="unit", time="time", treatment="on", L_max=3)
    show("dcdh %s" % name, r.overall_att)
    for e, v in sorted(r.event_study_effects.items()): show("  %d" % e, v["effect"], v["se"])
    for e, v in sorted(r.placebo_event_study.items()): show("  %d" % e, v["effect"], v["se"])
# Its mean over event times takes them as independent. moderndid gives the total effect by treatment of those that began, and
# of those that ended with its sign turned; all together it adds the two without turning one.
from moderndid.didinter import did_multiplegt
for name, data, way in (("absorbing", d, ""), ("switching", switching, "in"), ("switching", switching, "out")):
    r = did_multiplegt(data[["unit", "time", "on", "y"]], yname="y", tname="time", idname="unit", dname="on", effects=3,
                       placebo=2, switchers=way)
    show("moderndid %s %s" % (name, way), r.ate.estimate, *r.effects.estimates, *r.placebos.estimates)
