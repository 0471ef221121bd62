"""Golden values for SeededPanelTests: estimates and standard errors of peers on made-up data.

Command:  python3 seeded_panel.py      (pyfixest 0.60.0, diff-diff 3.13.0, pandas)
The data come from a linear congruential generator that the Swift test repeats; see `Congruential` there.
"""
import numpy as np, pandas as pd, pyfixest as pf, warnings
warnings.filterwarnings("ignore")


class Congruential:
    def __init__(self, seed): self.x = seed
    def uniform(self):
        self.x = (self.x * 1103515245 + 12345) % 2**31
        return self.x / 2**31
    def normal(self):
        total = 0.0
        for _ in range(12): total += self.uniform()
        return total - 6.0


def panel(starts, periods, pupils, seed):
    r, rows = Congruential(seed), []
    for u, start in enumerate(starts):
        level = 2 * r.normal()
        for t in range(1, periods + 1):
            gone = r.uniform() < 0.08
            shock = 0.4 * r.normal()
            n = 1 + int(r.uniform() * pupils)
            for i in range(n):
                x = r.normal(); e = r.normal(); w = 1 + int(r.uniform() * 4)
                if gone: continue
                d = 1 if start and t >= start else 0
                g = i % 2
                rows.append(dict(unit=u, time=t, start=start or 0, x=x, w=w, d=d, g=g, area=u % 5, sex=(i // 2) % 2,
                                 y=level + 0.3 * t + shock + 0.6 * x + d * (1 + 0.5 * g + 0.2 * (t - (start or t))) - g + e))
    return pd.DataFrame(rows)


def show(name, value): print(f"{name}: {value!r}")


pupils = panel([4] * 5 + [None] * 9, 7, 6, 7)
show("rows", len(pupils)); show("sum", float(pupils.y.sum()))
def fit(name, formula, data, vcov, term, **more):
    f = pf.feols(formula, data, vcov=vcov, fixef_tol=1e-13, **more)
    show(name, (float(f.coef()[term]), float(f.se()[term])))
fit("twfe crv1", "y ~ d + x + i(sex) | unit + time", pupils, {"CRV1": "unit"}, "d")
fit("twfe iid", "y ~ d + x | unit + time", pupils, "iid", "d")
fit("twfe hc1", "y ~ d | unit + time", pupils, "HC1", "d")
fit("twfe x", "y ~ d + x | unit + time", pupils, {"CRV1": "unit"}, "x")
fit("twfe two-way", "y ~ d + x | unit + time", pupils, {"CRV1": "unit + time"}, "d")
fit("twfe weighted", "y ~ d + x | unit + time", pupils, {"CRV1": "unit"}, "d", weights="w")
pupils["e"] = np.where(pupils.start > 0, pupils.time - pupils.start, -1)
f = pf.feols("y ~ i(e, ref=-1) + x | unit + time", pupils, vcov={"CRV1": "unit"}, fixef_tol=1e-13)
for term in f.coef().index:
    if "e::" in term or "e)" in term: show("event " + term, (float(f.coef()[term]), float(f.se()[term])))
# Triple difference: the effect on the gap is peers less group.
pupils["ug"] = pupils.unit * 2 + pupils.g; pupils["tg"] = pupils.time * 2 + pupils.g
pupils["dp"] = pupils.d * (1 - pupils.g)
f = pf.feols("y ~ d + dp + x | ug + tg", pupils, vcov={"CRV1": "unit"}, ssc=pf.ssc(k_adj=False), fixef_tol=1e-13)
show("gap, clusters only", (float(f.coef()["dp"]), float(f.se()["dp"])))
# Pre-trend by F: leads on untreated rows.
pre = pupils[pupils.d == 0].copy(); pre["lead"] = np.where((pre.start > 0), pre.time - pre.start, -1)
f = pf.feols("y ~ i(lead, ref=-1) + x | unit + time", pre, vcov={"CRV1": "unit"}, fixef_tol=1e-13)
terms = [t for t in f.coef().index if "lead" in t]; idx = [list(f.coef().index).index(t) for t in terms]
b = f.coef()[terms].to_numpy(); V = f._vcov[np.ix_(idx, idx)]
show("leads", [float(v) for v in b]); show("wald", float(b @ np.linalg.solve(V, b)))

units = panel([4] * 4 + [5] * 4 + [None] * 8, 7, 1, 9)
from diff_diff import ImputationDiD
units["first"] = units.start
r = ImputationDiD().fit(units, outcome="y", unit="unit", time="time", first_treat="first", aggregate="event_study")
show("imputation", (float(r.overall_att), float(r.overall_se)))
for e, v in sorted(r.event_study_effects.items()):
    if e >= 0: show(f"imputation event {e}", (float(v["effect"]), float(v["se"])))
from diff_diff.linalg import LinearRegression
X = pd.concat([units.d, units.x, pd.get_dummies(units.unit, dtype=float), pd.get_dummies(units.time, dtype=float).iloc[:, 1:]], axis=1)
m = LinearRegression(include_intercept=False, vcov_type="hc2_bm", cluster_ids=units.unit.to_numpy()).fit(X.to_numpy(float), units.y.to_numpy())
inf = m.get_inference(0)
show("twfe cr2", (float(inf.coefficient), float(inf.se), float(inf.df)))
