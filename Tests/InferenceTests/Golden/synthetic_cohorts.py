"""Golden values for SyntheticCohortTests: two starts, by an exact solver of its own and, start by start, by a peer.

Command:  python3 synthetic_cohorts.py      (numpy 2.4.6, scipy 1.17.1, diff-diff 3.13.0)
The data are those of seeded_panel.py; the Swift test makes the same with `SeededPanelTests.panel`.

min |P w|^2 + r |w|^2 over the simplex is solved by non-negative least squares: with one more row of ones whose target is 1, the
solution is a multiple of the one on the simplex (for a direction v on the simplex the best multiple c gives f(v)/(1 + f(v)),
which grows with f).
"""
import contextlib, io, os, runpy, warnings
import numpy as np
from scipy.optimize import nnls
warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(io.StringIO()):
    panel = runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeded_panel.py"))["panel"]
from diff_diff import SyntheticDiD


def show(name, *values): print(f"{name}: {', '.join(repr(float(v)) for v in values)}")


def simplex(P, ridge):
    """P: points as columns."""
    n = P.shape[1]
    # Rows scaled so that the row of ones is of the same size.
    scale = np.sqrt((P * P).sum(0).max())
    A = np.vstack([P / scale, np.sqrt(ridge) / scale * np.eye(n), np.ones((1, n))])
    w, _ = nnls(A, np.concatenate([np.zeros(A.shape[0] - 1), [1.0]]), maxiter=10000)
    return w / w.sum()


rows = panel([5] * 7 + [7] * 6 + [None] * 24, 8, 1, 33)
wide = rows.pivot(index="unit", columns="time", values="y").dropna()
start = rows.groupby("unit").start.first().fillna(0).reindex(wide.index)
Y, start, units = wide.to_numpy(), start.to_numpy().astype(int), list(wide.index)
donors = np.flatnonzero(start == 0)
show("complete units", len(units), (start == 5).sum(), (start == 7).sum(), len(donors), Y.sum())


def weights(g, members, form):
    """Unit weights of the donors, and of the periods before the start."""
    d = g - 1; pre, post = Y[donors, :d], Y[donors, d:]
    noise = np.diff(pre, axis=1).std(ddof=1)
    target = Y[members, :d].mean(0)
    if form == "control": return simplex(pre.T - target[:, None], d * (1e-6 * noise) ** 2), None
    zeta = (len(members) * post.shape[1]) ** 0.25 * noise
    P = pre - pre.mean(1, keepdims=True); b = target - target.mean()
    omega = simplex(P.T - b[:, None], d * zeta ** 2)
    L = pre - post.mean(1, keepdims=True)
    return omega, simplex(L - L.mean(0), len(donors) * (1e-6 * noise) ** 2)


def gaps(i, g, omega, lam):
    """By period from the start on."""
    d = g - 1; gap = Y[i] - omega @ Y[donors]
    return gap[d:] - (0 if lam is None else lam @ gap[:d])


for form in ("difference", "control"):
    found = {}  # unit -> gaps
    sets = []
    for g in (5, 7):
        members = np.flatnonzero(start == g)
        groups = [members] if form == "difference" else [np.array([i]) for i in members]
        for group in groups:
            omega, lam = weights(g, group, form); sets.append((g, group, omega, lam))
            for i in group: found[i] = gaps(i, g, omega, lam)
        show(f"{form} {g}", np.concatenate([found[i] for i in members]).mean())
    show(f"{form} overall", np.concatenate(list(found.values())).mean())
    for e in range(4): show(f"{form} event {e}", np.mean([v[e] for v in found.values() if len(v) > e]))
    # Jackknife: weights held, a donor's taken over by the others.
    without = []
    for k in range(len(units)):
        part = {}
        for g, group, omega, lam in sets:
            held = omega.copy()
            if k in donors: held[list(donors).index(k)] = 0; held = held / held.sum()
            for i in group:
                if i != k: part[i] = gaps(i, g, held, lam)
        without.append(np.concatenate(list(part.values())).mean())
    n = len(units); without = np.array(without)
    show(f"{form} jackknife", np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))

# The peer, one start at a time: its weights come from an early-stopped search.
for g in (5, 7):
    part = rows[rows.unit.isin(wide.index) & rows.start.fillna(0).isin([0, g])].copy()
    part["treated"] = (part.start == g).astype(int)
    r = SyntheticDiD(variance_method="jackknife").fit(
        part, outcome="y", treatment="treated", unit="unit", time="time", post_periods=list(range(g, 9)))
    show(f"diff-diff {g}", r.att, r.se)
