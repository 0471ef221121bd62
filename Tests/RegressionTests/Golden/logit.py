"""Logit by statsmodels 0.15.0 and by 50-digit Newton steps in mpmath 1.4.1 on made-up rows.

    python3 logit.py

The rows come from the linear congruential generator that LogitTests repeats. The mpmath values go into the test; statsmodels
stands beside them.
"""
import mpmath as mp
import numpy as np
import statsmodels.api as sm

mp.mp.dps = 50
state = 20261


def uniform():
    global state
    state = (state * 1103515245 + 12345) % (1 << 31)
    return state / (1 << 31)


rows = []
for _ in range(80):
    a, b, u, w = uniform() * 4 - 2, uniform() * 10, uniform(), 1 + int(uniform() * 3)
    p = 1 / (1 + np.exp(-(0.3 + 0.8 * a - 0.1 * b)))
    rows.append((1.0 if u < p else 0.0, [1.0, a, b], w))

beta = mp.matrix([0, 0, 0])
for _ in range(60):
    score, information = mp.matrix(3, 1), mp.matrix(3, 3)
    for y, x, w in rows:
        f = 1 / (1 + mp.exp(-sum(mp.mpf(v) * beta[j] for j, v in enumerate(x))))
        for i in range(3):
            score[i] += w * (y - f) * mp.mpf(x[i])
            for j in range(3):
                information[i, j] += w * f * (1 - f) * mp.mpf(x[i]) * mp.mpf(x[j])
    beta += mp.lu_solve(information, score)
inverse = information ** -1
print("beta", [mp.nstr(b, 17) for b in beta])
print("inverse", [mp.nstr(inverse[i, j], 17) for i in range(3) for j in range(3)])
y, x, w = (np.array([r[k] for r in rows]) for k in range(3))
print("statsmodels", sm.GLM(y, x, family=sm.families.Binomial(), freq_weights=w).fit(tol=1e-14).params)
