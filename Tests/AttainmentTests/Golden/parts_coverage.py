"""Coverage of the 95% intervals of gaps within and between schools and of the local index. Versions: numpy 2, scipy 1.17.1.

python parts_coverage.py        one line a design; which pupils are in which school is drawn once a line and then held fixed, school effects,
gaps within schools and results are drawn anew each time. Schools of very unequal size (1 to 400) unless said.
"""
import numpy as np
from scipy import stats
rng = np.random.default_rng(3)

def composition(G, largest):
    n = np.full(G, 30) if largest is None else np.maximum(np.round(np.exp(rng.uniform(0, np.log(largest), G))).astype(int), 2)
    z = rng.normal(0, 1, G); p = np.clip(1 / (1 + np.exp(1 + 0.7 * z)), .02, .95); k = rng.binomial(n, p)
    return n, z, k, n - k

def satterthwaite(kappa, shares, block):
    row = np.einsum('si,sij->sj', kappa, block); means = row * shares; K = np.einsum('si,sj,sij->ij', shares, shares, block)
    Q = np.diag((row * kappa).sum(1)) - means @ kappa.T - kappa @ means.T + kappa @ K @ kappa.T
    return np.trace(Q) ** 2 / (Q ** 2).sum()

def parts(G, largest, spread, draws=4000):
    n, z, k, m = composition(G, largest); both = (k > 0) & (m > 0); h = np.where(both, k * m / n, 0.)
    q, p, l = m / m.sum(), k / k.sum(), h / h.sum(); few = G < 50
    adjust = (lambda w: np.where(w > 0, w / np.sqrt(1 - np.minimum(w, 1 - 1e-12)), 0)) if few else (lambda w: w * np.sqrt(G / (G - 1)))
    block = np.zeros((G, 3, 3)); block[:, 0, 0] = np.where(m > 0, 1 / np.maximum(m, 1), 0); block[:, 1, 1] = np.where(k > 0, 1 / np.maximum(k, 1), 0)
    block[both, 0, 2] = block[both, 2, 0] = 1 / m[both]; block[both, 1, 2] = block[both, 2, 1] = -1 / k[both]; block[both, 2, 2] = 1 / m[both] + 1 / k[both]
    shares = np.column_stack([q, p, l]); W = [adjust(x) for x in (q, p, l)]
    signs = {"gap": (1, -1, 0), "within": (0, 0, 1), "between": (1, -1, -1)}
    df = {x: satterthwaite(np.column_stack([c * w for c, w in zip(s, W)]), shares, block) if few else G - 1 for x, s in signs.items()}
    gap = (q * 2 * z).sum() - (p * (2 * z - 4)).sum(); truth = {"gap": gap, "within": 4, "between": gap - 4}; held = dict.fromkeys(signs, 0)
    for _ in range(draws):
        a = 2 * z + rng.normal(0, 2.5, G); b = rng.normal(-4, spread, G)
        F = a + b + rng.normal(0, 8, G) / np.sqrt(np.maximum(k, 1)); P = a + rng.normal(0, 8, G) / np.sqrt(np.maximum(m, 1)); D = np.where(both, P - F, 0)
        M = ((q * P).sum(), (p * F).sum(), (l * D).sum()); contributions = (W[0] * (P - M[0]), W[1] * (F - M[1]), W[2] * (D - M[2]))
        for x, s in signs.items():
            e = sum(c * v for c, v in zip(s, M)); se = np.sqrt((sum(c * v for c, v in zip(s, contributions)) ** 2).sum())
            held[x] += abs(e - truth[x]) <= stats.t.isf(.025, df[x]) * se
    print(f"{G} schools, gaps that differ by {spread}:", {x: f"{v / draws:.3f} ({df[x]:.1f} df)" for x, v in held.items()})

def index(G, largest, draws=500):
    n, z, k, m = composition(G, largest); u = np.repeat(np.arange(G), n); g = np.concatenate([np.arange(x) < y for x, y in zip(n, k)])
    wp, wf = m / m.sum(), k / k.sum(); E, S = [], []
    kappa = np.column_stack([w / np.sqrt(1 - w) / np.sqrt(N) for w, N in ((wp, m.sum()), (wf, k.sum()))])
    Q = np.diag(wp / (1 - wp) / m.sum() + wf / (1 - wf) / k.sum()) - kappa @ kappa.T; df = np.trace(Q) ** 2 / (Q ** 2).sum() if G < 50 else G - 1
    for _ in range(draws):
        a = 2 * z + rng.normal(0, 2.5, G); b = rng.normal(-4, 1, G); y = np.round(50 + a[u] + g * b[u] + rng.normal(0, 8, len(u)))
        ys, yp = np.sort(y[g]), np.sort(y[~g])
        v10 = (np.searchsorted(ys, y[~g], 'left') + np.searchsorted(ys, y[~g], 'right')) / 2 / len(ys)
        v01 = 1 - (np.searchsorted(yp, y[g], 'left') + np.searchsorted(yp, y[g], 'right')) / 2 / len(yp); A = v10.mean()
        sp, sf = np.bincount(u[~g], v10 - A, G) / len(yp), np.bincount(u[g], v01 - A, G) / len(ys)
        s = sp / np.sqrt(1 - wp) + sf / np.sqrt(1 - wf) if G < 50 else (sp + sf) * np.sqrt(G / (G - 1))
        E.append(20 * (A - .5)); S.append(20 * np.sqrt((s ** 2).sum()))
    E, S = np.array(E), np.array(S)
    print(f"{G} schools, index {E.mean():.2f}: {np.mean(abs(E - E.mean()) <= stats.t.isf(.025, df) * S):.3f} ({df:.1f} df)")

for _ in range(3):
    for design in ((12, 60, 1), (40, 400, 1), (40, 400, 0), (60, 400, 1), (150, 400, 1), (20, None, 1)): parts(*design)
    for design in ((12, 60), (40, 400), (60, 400), (20, None)): index(*design)
