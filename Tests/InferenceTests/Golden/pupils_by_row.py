"""Golden values for RowByRowTests (CounterpartTests): HC1 to HC3 of pupils with a covariate and weights.

Command:  python3 pupils_by_row.py      (statsmodels 0.15.0, pandas)
"""
import numpy as np, pandas as pd, statsmodels.api as sm

rows = []
for i in range(240):
    s, t, x, e = i % 12, 2015 + (i // 12) % 4, (i * 37) % 19 - 9, (i * i * 13 + i * 7) % 101 - 50
    d = int(s < 4 and t >= 2017)
    rows.append((s, t, x, d, 1 + i % 3, (10 * s + 10 * (t - 2015) + 5 * x + 20 * d + e) / 10))
p = pd.DataFrame(rows, columns="s t x d w y".split())
X = pd.concat([p[["d", "x"]], pd.get_dummies(p.s, dtype=float), pd.get_dummies(p.t, dtype=float).iloc[:, 1:]],
              axis=1).to_numpy(float)
for name, w in [("unweighted", np.ones(len(p))), ("weighted", p.w.to_numpy(float))]:
    fit = sm.WLS(p.y, X, weights=w).fit()
    print(name, [float(b) for b in fit.params[:2]])
    for kind in ("HC1_se", "HC2_se", "HC3_se"):
        print("  ", kind, [float(e) for e in getattr(fit, kind)[:2]])
