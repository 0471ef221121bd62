"""Golden values of GapPartsTests. Versions: pyfixest 0.60.0, diff-diff 3.13.0, scipy 1.17.1, statsmodels 0.15.0, numpy.

python gap_parts.py        prints Swift literals; nothing is random.
"""
import numpy as np, pandas as pd, pyfixest as pf
from scipy import stats
from diff_diff.linalg import LinearRegression
from statsmodels.stats.multitest import multipletests

def pupils(schools, years=(2017, 2018)):
    """The pupils of GoldenPupils.swift: the same integers in the same order."""
    state, rows = 12345, []
    def draw(n):
        nonlocal state
        state = (state * 1103515245 + 12345) % 2147483648
        return (state >> 8) % n
    for s in range(schools):
        effect = draw(21) - 10
        for year in years:
            for _ in range(8 + draw(9)):
                fsm = draw(10) < 3
                prior = 85 + draw(26) + draw(8) - 4 * fsm
                score = 30 + effect + 0.5 * (prior - 100) + (-5 if fsm else 0) + (2 if fsm and year == 2018 else 0) + draw(31) * 0.5
                rows.append((f"S{s:03d}", year, "Y" if fsm else "N", prior, score))
    return pd.DataFrame(rows, columns=["urn", "year", "fsm", "prior", "score"])

def show(name, *values):
    print(f"    static let {name} = [" + ", ".join(repr(float(v)) for v in values) + "]")

def satterthwaite(parts, G):
    """parts(s, y): the adjusted contribution of school s as a linear form in the results y, given as vectors; Q = B B'."""
    Q = parts @ parts.T
    return np.trace(Q) ** 2 / (Q ** 2).sum()

def decomposition(d):
    y = d.score.to_numpy(float); g = (d.fsm == "Y").to_numpy(); u = d.urn.to_numpy(); units = np.unique(u)
    inside = [(u == s) for s in units]
    h = np.array([(g & i).sum() * (~g & i).sum() / i.sum() for i in inside])
    n = len(y)
    def mean_form(mask): f = np.zeros(n); f[mask] = 1 / mask.sum() if mask.any() else 0; return f
    P, F = mean_form(~g), mean_form(g)
    Ps = [mean_form(~g & i) for i in inside]; Fs = [mean_form(g & i) for i in inside]
    D = sum(w * (p - f) for w, p, f in zip(h / h.sum(), Ps, Fs))
    within, gap = D @ y, (P - F) @ y
    # Contributions of each school as linear forms, with CR2's factors.
    B_within, B_between = [], []
    for s, i in enumerate(inside):
        q, p, l = (~g & i).sum() / (~g).sum(), (g & i).sum() / g.sum(), h[s] / h.sum()
        part_d = l / np.sqrt(1 - l) * ((Ps[s] - Fs[s]) - D) if l > 0 else np.zeros(n)
        part_p = q / np.sqrt(1 - q) * (Ps[s] - P) if q > 0 else np.zeros(n)
        part_f = p / np.sqrt(1 - p) * (Fs[s] - F) if p > 0 else np.zeros(n)
        B_within.append(part_d); B_between.append(part_p - part_f - part_d)
    B_within, B_between = np.array(B_within), np.array(B_between)
    out = []
    for B, e in ((B_within, within), (B_between, gap - within)):
        out.append((e, np.sqrt(((B @ y) ** 2).sum()), satterthwaite(B, len(units))))
    return gap, out

def index(d, cluster):
    y = d.score.to_numpy(float); g = (d.fsm == "Y").to_numpy()
    U = stats.mannwhitneyu(y[~g], y[g]).statistic; A = U / (g.sum() * (~g).sum())
    v10 = np.array([((y[g] < v).sum() + 0.5 * (y[g] == v).sum()) / g.sum() for v in y[~g]])
    v01 = np.array([((y[~g] > v).sum() + 0.5 * (y[~g] == v).sum()) / (~g).sum() for v in y[g]])
    if not cluster:
        return 20 * (A - 0.5), 20 * np.sqrt(v10.var(ddof=1) / len(v10) + v01.var(ddof=1) / len(v01))
    # Both placements as one regression on two dummies, by school.
    z = np.concatenate([v10, v01]); X = np.zeros((len(z), 2)); X[:len(v10), 0] = 1; X[len(v10):, 1] = 1
    u = np.concatenate([d.urn.to_numpy()[~g], d.urn.to_numpy()[g]]); G = len(np.unique(u))
    scores = np.zeros(G)
    if G >= 50:
        e = z - X @ np.linalg.lstsq(X, z, rcond=None)[0]
        w = 20 * (X[:, 0] / len(v10) + X[:, 1] / len(v01)) * e
        for k, s in enumerate(np.unique(u)): scores[k] = w[u == s].sum()
        return 20 * (A - 0.5), np.sqrt((scores ** 2).sum() * G / (G - 1) * (len(z) - 1) / (len(z) - 2))
    # X = T M, so that the second coefficient of T is the sum of the two means.
    T = X @ np.array([[1.0, 0.0], [-1.0, 1.0]])
    r = LinearRegression(include_intercept=False, vcov_type="hc2_bm", cluster_ids=u).fit(T, z).get_inference(1)
    return 20 * (A - 0.5), 20 * r.se, r.df

def jackknife_index(d):
    full = []
    for s in np.unique(d.urn): full.append(index(d[d.urn != s], False)[0])
    full = np.array(full); G = len(full)
    return np.sqrt((G - 1) / G * ((full - full.mean()) ** 2).sum())

for schools, name in ((12, "few"), (60, "many")):
    d = pupils(schools)
    gap, parts = decomposition(d)
    d["g"] = (d.fsm == "Y").astype(float)
    if schools < 50:
        for label, (e, se, df) in zip(("Within", "Between"), parts): show(name + label, e, se, df)
        # The same by the peer: CR2 of the demeaned regression.
        dm = d.assign(y=d.score - d.groupby("urn").score.transform("mean"), x=d.g - d.groupby("urn").g.transform("mean"))
        r = LinearRegression(include_intercept=False, vcov_type="hc2_bm", cluster_ids=dm.urn.to_numpy()).fit(dm[["x"]].to_numpy(), dm.y.to_numpy()).get_inference(0)
        show(name + "WithinPeer", -r.coefficient, r.se, r.df)
        show(name + "IndexClustered", *index(d, True))
    else:
        f = pf.feols("score ~ g | urn", d, vcov={"CRV1": "urn"}, ssc=pf.ssc(k_adj=False, G_adj=True))
        show(name + "Within", -f.coef()["g"], f.se()["g"], schools - 1)
        show(name + "IndexClustered", *index(d, True))
    show(name + "Index", *index(d, False)); show(name + "IndexJackknife", jackknife_index(d))
    # The slope over four years as a contrast of eight dummies.
    years = (2014, 2015, 2016, 2018)
    t = pupils(schools, years); x = np.array(years, float); c = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    t["cell"] = t.year.astype(str) + t.fsm; cells = sorted(t.cell.unique())
    X = np.column_stack([(t.cell == k).astype(float) for k in cells]); y = t.score.to_numpy(float)
    L = np.array([c[years.index(int(k[:4]))] * (1 if k[4:] == "N" else -1) for k in cells])
    b = np.linalg.lstsq(X, y, rcond=None)[0]; slope = L @ b
    u = t.urn.to_numpy(); units = np.unique(u); N, k = X.shape; G = len(units); bread = np.linalg.inv(X.T @ X); e = y - X @ b
    if schools < 50:
        B = []
        for s in units:
            i = u == s; Xs = X[i]; H = Xs @ bread @ Xs.T
            w, V = np.linalg.eigh(np.eye(i.sum()) - H); w = np.where(w > 1e-10, 1 / np.sqrt(np.maximum(w, 1e-300)), 0)
            form = (V * w) @ V.T @ (np.eye(N) - X @ bread @ X.T)[i]
            B.append(L @ bread @ Xs.T @ form)
        B = np.array(B); show(name + "Trend", slope, np.sqrt(((B @ y) ** 2).sum()), satterthwaite(B, G))
    else:
        sc = sum(((L @ bread @ X[u == s].T @ e[u == s]) ** 2) for s in units)
        show(name + "Trend", slope, np.sqrt(sc * G / (G - 1) * (N - 1) / (N - k)), G - 1)

# Adjusted p-values.
p = [0.001, 0.04, 0.03, 0.2, 0.04, 0.0004, 0.9]
show("pValues", *p)
for method, name in (("holm", "holm"), ("simes-hochberg", "hochberg"), ("fdr_bh", "bh")):
    show(name, *multipletests(p, method=method)[1])

# Nested sides: schools of one side only. Hedges (2007) as eefAnalytics writes it.
def nested(sizes, rho, d):
    (nt, nc) = [np.array(s, float) for s in sizes]; Nt, Nc = nt.sum(), nc.sum(); N = Nt + Nc; mt, mc = len(nt), len(nc)
    nut = (Nt ** 2 - (nt ** 2).sum()) / (Nt * (mt - 1)); nuc = (Nc ** 2 - (nc ** 2).sum()) / (Nc * (mc - 1))
    nb = Nc * (nt ** 2).sum() / (Nt * N) + Nt * (nc ** 2).sum() / (Nc * N)
    B = nut * (mt - 1) + nuc * (mc - 1)
    A = sum((S.sum() ** 2 * (S ** 2).sum() + (S ** 2).sum() ** 2 - 2 * S.sum() * (S ** 3).sum()) / S.sum() ** 2 for S in (nt, nc))
    v = (Nt + Nc) / (Nt * Nc) * (1 + (nb - 1) * rho)
    total = v + d ** 2 * ((N - 2) * (1 - rho) ** 2 + A * rho ** 2 + 2 * B * rho * (1 - rho)) / (2 * (N - 2) * ((N - 2) - rho * (N - 2 - B)))
    within = v / (1 - rho) + d ** 2 / (2 * (N - mt - mc))
    return total, within
d = pupils(12); d = d[(d.urn.str[1:].astype(int) % 3 == 0) == (d.fsm == "Y")]
sizes = [d[d.fsm == v].groupby("urn").size().to_numpy() for v in ("Y", "N")]
n, M = len(d), d.urn.nunique(); ssw = ((d.score - d.groupby("urn").score.transform("mean")) ** 2).sum()
side = d.groupby("fsm").score.transform("mean"); ssb = ((d.groupby("urn").score.transform("mean") - side) ** 2).sum()
msw, msb = ssw / (n - M), ssb / (M - 2); n0 = (n - sum((s ** 2).sum() / s.sum() for s in sizes)) / (M - 2)
sb = max(0, (msb - msw) / n0); rho = sb / (sb + msw)
gap = d[d.fsm == "N"].score.mean() - d[d.fsm == "Y"].score.mean(); dt = gap / d.score.std(ddof=1)
dw = gap / np.sqrt(msw)
show("nested", rho, dt, np.sqrt(nested(sizes, rho, dt)[0]), dw, np.sqrt(nested(sizes, rho, dw)[1]))
# Over the pupils' standard deviations, and by leaving out one school at a time.
d = pupils(60)
def spreads(d):
    y, g = d.score, d.fsm == "Y"; gap = y[~g].mean() - y[g].mean(); n = len(d)
    pooled = np.sqrt((((y[g] - y[g].mean()) ** 2).sum() + ((y[~g] - y[~g].mean()) ** 2).sum()) / (n - 2))
    cells = d.groupby(["urn", "fsm"]).score; within = np.sqrt(((y - cells.transform("mean")) ** 2).sum() / (n - cells.ngroups))
    means = d.groupby("urn").score.mean()
    return np.array([gap / y.std(ddof=1), gap / pooled, gap / within, gap / means.std(ddof=1)])
full = spreads(d); leave = np.array([spreads(d[d.urn != s]) for s in d.urn.unique()]); G = len(leave)
show("standardised", *full); show("standardisedJackknife", *np.sqrt((G - 1) / G * ((leave - leave.mean(0)) ** 2).sum(0)))
