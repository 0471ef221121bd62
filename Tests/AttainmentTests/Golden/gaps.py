"""Golden values of GapTests. Versions: pyfixest 0.60.0, diff-diff 3.13.0, scipy 1.17.1, numpy.

python gaps.py        prints Swift literals, nothing is random: the pupils come from the integer generator below.
"""
import numpy as np, pandas as pd, pyfixest as pf
from scipy import stats
from scipy.special import gammaln
from diff_diff.linalg import LinearRegression

def pupils(schools):
    """The pupils of GoldenPupils.swift: the same integers in the same order."""
    state, rows = 12345, []
    def draw(n):
        nonlocal state
        state = (state * 1103515245 + 12345) % 2147483648
        return (state >> 8) % n
    for s in range(schools):
        effect = draw(21) - 10
        for year in (2017, 2018):
            for _ in range(8 + draw(9)):
                fsm = draw(10) < 3
                prior = 85 + draw(26) + draw(8) - 4 * fsm
                score = 30 + effect + 0.5 * (prior - 100) + (-5 if fsm else 0) + (2 if fsm and year == 2018 else 0) + draw(31) * 0.5
                rows.append((f"S{s:03d}", year, "Y" if fsm else "N", prior, score))
    return pd.DataFrame(rows, columns=["urn", "year", "fsm", "prior", "score"])

def show(name, *values):
    print(f"    static let {name} = [" + ", ".join(repr(float(v)) for v in values) + "]")

def cr2(y, X, cluster, column):
    fit = LinearRegression(include_intercept=False, vcov_type="hc2_bm", cluster_ids=np.asarray(cluster)).fit(X, y)
    r = fit.get_inference(column)
    return r.coefficient, r.se, r.df

def spline(x):
    order = np.sort(x); n = len(order)
    t = np.unique([order[int(np.ceil(q * n - 1e-9)) - 1] for q in (0.05, 0.275, 0.5, 0.725, 0.95)]).astype(float)
    p = lambda v: np.maximum(v, 0.0) ** 3
    cols = [x - x.mean()]
    for k in t[:-2]:
        cols.append((p(x - k) - p(x - t[-2]) * (t[-1] - k) / (t[-1] - t[-2]) + p(x - t[-1]) * (t[-2] - k) / (t[-1] - t[-2])) / (t[-1] - t[0]) ** 2)
    return np.column_stack(cols)

def prior_design(d):
    blocks = []
    for year in sorted(d.year.unique()):
        inside = (d.year == year).to_numpy()
        base = np.zeros((len(d), 1)); base[inside] = 1
        s = spline(d.prior.to_numpy(float)[inside]); full = np.zeros((len(d), s.shape[1])); full[inside] = s
        blocks += [base, full]
    return np.column_stack(blocks + [(d.fsm == "Y").astype(float)])

for schools, name in ((12, "few"), (60, "many")):
    d = pupils(schools); d["g"] = (d.fsm == "Y").astype(float)
    y, n = d.score.to_numpy(), d.fsm == "N"
    show(name + "Counts", (~n).sum(), n.sum(), y[~n].mean(), y[n].mean())
    w = stats.ttest_ind(y[n], y[~n], equal_var=False); ci = w.confidence_interval()
    show(name + "Welch", y[n].mean() - y[~n].mean(), (y[n].mean() - y[~n].mean()) / w.statistic, w.df, w.pvalue, ci.low, ci.high)
    m = len(d) - 2; pooled = np.sqrt(((~n).sum() - 1) * y[~n].var(ddof=1) / m + (n.sum() - 1) * y[n].var(ddof=1) / m)
    show(name + "Hedges", np.exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / np.sqrt(m / 2) * (y[n].mean() - y[~n].mean()) / pooled)
    d["late"] = (d.year == 2018).astype(float); d["glate"] = d.g * d.late
    X2 = np.column_stack([np.ones(len(d)), d.g]); X4 = np.column_stack([np.ones(len(d)), d.late, d.g, d.glate]); XP = prior_design(d)
    P = pd.DataFrame(XP, columns=[f"c{i}" for i in range(XP.shape[1])]); P["score"], P["urn"] = y, d.urn.to_numpy()
    last, by_prior = f"c{XP.shape[1] - 1}", "score ~ 0 + " + " + ".join(P.columns[:XP.shape[1]])
    f = pf.feols(by_prior, P, vcov="HC1"); show(name + "ProgressHC1", f.coef()[last], f.se()[last])
    if schools < 50:
        show(name + "Clustered", *cr2(y, X2, d.urn, 1)); show(name + "Change", *cr2(y, X4, d.urn, 3))
        show(name + "Progress", *cr2(y, XP, d.urn, XP.shape[1] - 1))
    else:
        ssc = pf.ssc(k_adj=True, G_adj=True, k_fixef="none")
        for label, formula, term in (("Clustered", "score ~ g", "g"), ("Change", "score ~ late + g + glate", "glate")):
            f = pf.feols(formula, d, vcov={"CRV1": "urn"}, ssc=ssc)
            show(name + label, f.coef()[term], f.se()[term], d.urn.nunique() - 1)
        f = pf.feols(by_prior, P, vcov={"CRV1": "urn"}, ssc=ssc)
        show(name + "Progress", f.coef()[last], f.se()[last], d.urn.nunique() - 1)
