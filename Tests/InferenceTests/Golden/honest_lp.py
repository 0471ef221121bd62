"""The conditional, least-favourable hybrid of Rambachan & Roth by its definition: the dual's corners by trying every basis,
held to HiGHS at the estimate, and the least favourable critical value by 400,000 draws. Independent of the closed form that
the program uses.

    python honest_lp.py        (numpy 2.4, scipy 1.17)

Prints event studies made by seed and their intervals under relative magnitudes, ends found to 1e-6 standard errors.
"""
from itertools import combinations

import numpy as np
from scipy.optimize import linprog
from scipy.stats import norm


def restrictions(before, after, change, sign, m):
    """A with A·delta <= 0: every change after at most m times the one change before, rows that touch a period after."""
    n = len(before) + len(after)
    steps = list(before) + [0] + list(after)
    place = list(range(len(before))) + [None] + list(range(len(before), n))

    def row(i):
        r = np.zeros(n)
        length = steps[i + 1] - steps[i]
        if place[i + 1] is not None:
            r[place[i + 1]] += 1 / length
        if place[i] is not None:
            r[place[i]] -= 1 / length
        return r
    v = sign * row(change)
    return np.array([s * row(i) - m * v for i in range(len(before), len(steps) - 1) for s in (1, -1)])


def contrast_basis(l):
    """An invertible matrix whose first row is l."""
    t = len(l)
    k = int(np.argmax(np.abs(l)))
    rows = [l] + [np.eye(t)[j] for j in range(t) if j != k]
    return np.array(rows)


class Part:
    def __init__(self, b, sigma, before, after, l, change, sign, m, alpha, rng):
        p = len(before)
        self.a = restrictions(before, after, change, sign, m)
        image = self.a[:, p:] @ np.linalg.inv(contrast_basis(l))
        self.a1, self.x = image[:, 0], image[:, 1:]
        self.s = self.a @ sigma @ self.a.T
        self.sd = np.sqrt(np.diag(self.s))
        self.y = self.a @ b
        self.alpha, self.kappa = alpha, alpha / 10
        root = self.a @ np.linalg.cholesky(sigma)
        self.corners = self.bases()
        self.check(self.y)
        draws = rng.standard_normal((400_000, len(b))) @ (self.corners @ root).T
        self.lf = np.quantile(draws.max(1), 1 - self.kappa)

    def bases(self):
        """Every corner of the polytope {lambda >= 0, lambda'sd = 1, X'lambda = 0}."""
        eq = np.vstack([self.sd, self.x.T])
        right = np.r_[1, np.zeros(self.x.shape[1])]
        found = []
        for chosen in combinations(range(len(self.sd)), len(right)):
            part = eq[:, chosen]
            if np.linalg.cond(part) > 1e9:
                continue
            value = np.linalg.solve(part, right)
            if value.min() >= -1e-12:
                lam = np.zeros(len(self.sd))
                lam[list(chosen)] = value
                found.append(lam)
        return np.array(found)

    def dual(self, y):
        scores = self.corners @ y
        return scores.max(), self.corners[scores.argmax()]

    def check(self, y):
        eq = np.vstack([self.sd, self.x.T])
        found = linprog(-y, A_eq=eq, b_eq=np.r_[1, np.zeros(self.x.shape[1])], bounds=(0, None), method="highs")
        assert found.status == 0 and abs(-found.fun - self.dual(y)[0]) < 1e-9

    def accepts(self, theta):
        y = self.y - self.a1 * theta
        eta, lam = self.dual(y)
        if eta > self.lf:
            return False
        variance = lam @ self.s @ lam
        if variance < 1e-20:
            return True
        b = self.s @ lam / variance
        rest = y - b * eta
        deviation = np.sqrt(variance)

        def bound(c):
            for _ in range(200):
                value, best = self.dual(rest + b * c)
                if abs(value - c) < 1e-11:
                    return c
                slope = best @ b
                if abs(1 - slope) < 1e-12:
                    return c
                c = best @ rest / (1 - slope)
            return c
        far = 1e3 * deviation
        lower = -np.inf if abs(self.dual(rest - b * far)[0] + far) < 1e-8 * far else bound(-far)
        upper = np.inf if abs(self.dual(rest + b * far)[0] - far) < 1e-8 * far else bound(far)
        upper = min(upper, self.lf)
        level = (self.alpha - self.kappa) / (1 - self.kappa)
        lo, up = norm.sf(lower / deviation), norm.sf(upper / deviation)
        q = norm.isf(level * lo + (1 - level) * up)
        return eta / deviation <= max(0, q)


def interval(b, sigma, before, after, l, m, alpha=0.05):
    rng = np.random.default_rng(7)
    parts = [Part(b, sigma, before, after, l, c, s, m, alpha, rng) for c in range(len(before)) for s in (1, -1)]
    centre = l @ b[len(before):]
    sd = np.sqrt(l @ sigma[len(before):, len(before):] @ l)

    def accepts(theta):
        return any(part.accepts(theta) for part in parts)

    def end(direction):
        outer = centre
        step = sd
        while accepts(outer):
            outer += direction * step
            step *= 1.5
        inner = centre
        while abs(outer - inner) > 1e-6 * sd:
            middle = (outer + inner) / 2
            inner, outer = (middle, outer) if accepts(middle) else (inner, middle)
        return inner
    return end(-1), end(1)


if __name__ == "__main__":
    rng = np.random.default_rng(20261124)
    cases = [([-2, -1], [1, 2], [0.5, 0.5], [0.5, 1.5]), ([-3, -2, -1], [1], [1.0], [1.0]),
             ([-5, -4, -1], [1, 3], [0.25, 0.75], [0.75])]
    for before, after, l, bounds in cases:
        n = len(before) + len(after)
        x = rng.standard_normal((n + 4, n))
        sigma = np.round(x.T @ x / n, 2)
        b = np.round(rng.standard_normal(n) + np.r_[np.zeros(len(before)), 4 * np.ones(len(after))], 2)
        print("steps", before + after, "l", l)
        print("b", b.tolist())
        print("sigma", sigma.tolist())
        for m in bounds:
            print("m", m, interval(b, sigma, before, after, np.array(l), m))
