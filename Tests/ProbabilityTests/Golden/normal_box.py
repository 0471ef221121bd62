"""Boxes of correlated normal variables. Command: python3 normal_box.py   (scipy 1.17.1, mpmath 1.4.1)

Equicorrelated ones are a single integral, taken by mpmath to 30 digits; the others are scipy's Genz integration."""
import numpy as np
from mpmath import mp, mpf, quad, npdf, ncdf, sqrt, inf
from scipy.stats import multivariate_normal

mp.dps = 30
def equicorrelated(rho, means, widths):
    rho = mpf(rho)
    def f(z):
        p = npdf(z)
        for m, h in zip(means, widths):
            s = sqrt(1 - rho)
            c = m + sqrt(rho) * z
            p *= ncdf((h - c) / s) - ncdf((-h - c) / s)
        return p
    return float(quad(f, [-inf, -6, -3, -1, 0, 1, 3, 6, inf]))
for rho, means, widths in [
    (0.5, [0, 0, 0], [2.39, 2.39, 2.39]), (0.5, [1, 2, 3], [2.5, 2.5, 2.5]), (0.9, [0.5, 1, 1.5, 2], [2, 2.5, 3, 2]),
    (0.3, [4, 5, 6], [2, 2, 2]), (0.5, [0.2 * k for k in range(12)], [2.8] * 12)]:
    print("equicorrelated", rho, means, widths, repr(equicorrelated(rho, means, widths)))
def other(cov, mean, widths):
    rng = np.random.default_rng(1)
    h = np.array(widths, float)
    return multivariate_normal.cdf(h, mean=mean, cov=cov, lower_limit=-h, maxpts=20_000_000, abseps=1e-9, releps=1e-9, rng=rng)
ar = [[0.7 ** abs(i - j) * s * t for j, t in enumerate([1, 2, 0.5, 3, 1])] for i, s in enumerate([1, 2, 0.5, 3, 1])]
print("autoregressive", float(other(ar, [0.5, 1, -0.5, 2, 1], [2, 4, 1.2, 6, 2.5])))
mixed = [[1, -0.6, 0.2], [-0.6, 2, 0.5], [0.2, 0.5, 1.5]]
print("mixed signs", float(other(mixed, [0.3, -1, 2], [1.5, 2, 3])))
