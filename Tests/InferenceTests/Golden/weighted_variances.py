"""Golden values for SeededPanelTests: robust and clustered standard errors of weighted least squares.

Command:  python3 weighted_variances.py      (statsmodels 0.15.0, pyfixest 0.60.0, numpy)
The data are those of seeded_panel.py, pupils with weights.
"""
import contextlib, io
import numpy as np, pandas as pd, pyfixest as pf, statsmodels.api as sm
with contextlib.redirect_stdout(io.StringIO()):
    from seeded_panel import pupils, show

X = pd.concat([pupils[["d", "x"]], pd.get_dummies(pupils.unit, dtype=float),
               pd.get_dummies(pupils.time, dtype=float).iloc[:, 1:]], axis=1).to_numpy(float)
y = pupils.y.to_numpy()
w = pupils.w.to_numpy(float)
fit = sm.WLS(y, X, weights=w).fit()
for name, errors in [("hc0", fit.HC0_se), ("hc1", fit.HC1_se), ("hc2", fit.HC2_se), ("hc3", fit.HC3_se)]:
    show("statsmodels " + name, [float(e) for e in errors[:2]])
data = pupils.assign(unit=pupils.unit.astype("category"), time=pupils.time.astype("category"))
f = pf.feols("y ~ d + x | unit + time", data, vcov={"CRV3": "unit"}, weights="w",
             ssc=pf.ssc(k_adj=False, G_adj=False), fixef_tol=1e-13)
show("pyfixest crv3", [float(f.se()[t]) for t in ("d", "x")])


def power(a, p):
    values, vectors = np.linalg.eigh(a)
    kept = values > 1e-10 * values.max()
    return (vectors[:, kept] * values[kept] ** p) @ vectors[:, kept].T


def cr2(j, weights, phi):
    """Pustejovsky & Tipton (2018), eqs 2 to 5, as clubSandwich has them: the symmetric root for working variances phi."""
    M = np.linalg.pinv(X.T @ (weights[:, None] * X))
    R = np.eye(len(y)) - X @ M @ (X * weights[:, None]).T
    e = R @ y
    total, rows = 0.0, []
    for g in np.unique(pupils.unit):
        s = np.flatnonzero(pupils.unit == g)
        D = np.diag(np.sqrt(phi[s]))
        B = D @ R[s] @ np.diag(phi) @ R[s].T @ D
        a = D @ power(B, -0.5) @ D @ (weights[s] * (X[s] @ M[:, j]))
        total += (a @ e[s]) ** 2
        rows.append((R[s].T @ a) * np.sqrt(phi))
    Q = np.array(rows) @ np.array(rows).T
    return float(np.sqrt(total)), float(np.trace(Q) ** 2 / (Q ** 2).sum())


even = 1 + pupils.unit.to_numpy() % 3.0
show("cr2, weights even within clusters, variance 1/w", [cr2(j, even, 1 / even) for j in (0, 1)])
show("cr2, weights by row, variance 1/w", [cr2(j, w, 1 / w) for j in (0, 1)])
show("cr2, weights by row, one variance", [cr2(j, w, np.ones_like(w)) for j in (0, 1)])
