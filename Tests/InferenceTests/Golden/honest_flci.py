"""Fixed-length intervals under smoothness: diff-diff 3.13's own, and an independent search of the definition.

    python honest_flci.py      (diff-diff 3.13, numpy 2.4, scipy 1.17)

The second takes the worst bias of an affine estimator from a linear programme over paths on all calendar steps, holes
included, and minimises half the length by Nelder and Mead's method from many starts.
"""
import numpy as np
from scipy.optimize import linprog, minimize, brentq
from scipy.stats import norm

from diff_diff.honest_did import _compute_optimal_flci


def critical(b, alpha=0.05):
    return brentq(lambda c: norm.sf(c - b) + norm.sf(c + b) - alpha, 0, b + 10, xtol=1e-14)


def worst_bias(weights, steps, m):
    """max of sum weights·delta over paths on every calendar step, delta = 0 at the reference, bends at most m."""
    first, last = min(steps[0], -1), steps[-1]
    grid = list(range(first, last + 1))
    n = len(grid)
    bends = np.zeros((n - 2, n))
    for i in range(n - 2):
        bends[i, i:i + 3] = [1, -2, 1]
    c = np.zeros(n)
    for w, s in zip(weights, steps):
        c[grid.index(s)] += w
    zero = np.zeros((1, n))
    zero[0, grid.index(0)] = 1
    found = linprog(-c, A_ub=np.vstack([bends, -bends]), b_ub=np.full(2 * (n - 2), m), A_eq=zero, b_eq=[0],
                    bounds=(None, None), method="highs")
    return -found.fun if found.status == 0 else np.inf


def interval(b, sigma, before, after, l, m):
    """The shortest fixed-length interval by search."""
    steps = before + after
    target = sum(w * s for w, s in zip(l, after))
    p = len(before)

    def weights(free):
        v = np.r_[0.0, free]
        # The first weight makes a straight line cost nothing.
        v[0] = -(target + sum(v[j] * before[j] for j in range(1, p))) / before[0]
        return np.r_[v, l]

    def half(free):
        w = weights(free)
        sd = np.sqrt(w @ sigma @ w)
        bias = worst_bias(w, steps, m) if m > 0 else 0.0
        return sd * critical(bias / sd)
    best = None
    rng = np.random.default_rng(3)
    for start in range(6):
        x = rng.standard_normal(p - 1) * start
        for _ in range(6):
            found = minimize(half, x, method="Nelder-Mead",
                             options=dict(xatol=1e-11, fatol=1e-13, maxiter=20000, maxfev=20000))
            x = found.x
        if best is None or found.fun < best.fun:
            best = found
    w = weights(best.x)
    return w @ b - best.fun, w @ b + best.fun


if __name__ == "__main__":
    rng = np.random.default_rng(20261124)
    for before, after, l, bounds in [([-3, -2, -1], [1, 2], [0.5, 0.5], [0, 0.1, 0.5, 3]),
                                     ([-5, -4, -1], [1, 3], [0.25, 0.75], [0, 0.05, 0.4]),
                                     ([-6, -5, -3], [1, 2], [0, 1.0], [0.02, 0.2])]:
        n = len(before) + len(after)
        x = rng.standard_normal((n + 4, n))
        sigma = np.round(x.T @ x / n, 2)
        b = np.round(rng.standard_normal(n) + np.r_[np.zeros(len(before)), 4 * np.ones(len(after))], 2)
        print("steps", before + after, "l", l)
        print("b", b.tolist())
        print("sigma", sigma.tolist())
        for m in bounds:
            print("m", m, *interval(b, sigma, before, after, np.array(l), m))
            if before == list(range(-len(before), 0)):
                p = len(before)
                peer = _compute_optimal_flci(b[:p], b[p:], sigma, np.array(l), p, len(after), m)
                print("  diff-diff", *peer)
