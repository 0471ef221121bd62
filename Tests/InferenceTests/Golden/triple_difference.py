"""Golden values for GapEffectsTests: triple differences of peers on made-up data.

Command:  python3 triple_difference.py      (moderndid 0.2.0, diff-diff 3.13.0, pandas, polars)
The data come from a linear congruential generator that the Swift test repeats; see `Congruential` there. The group is q = 1;
peers report the effect on the group less that on its peers, which is the negative of an effect on the gap.
"""
import numpy as np, pandas as pd, polars as pl, warnings
import moderndid, diff_diff
warnings.filterwarnings("ignore")


class Congruential:
    def __init__(self, seed): self.x = seed
    def uniform(self):
        self.x = (self.x * 1103515245 + 12345) % 2**31
        return self.x / 2**31
    def normal(self):
        total = 0.0
        for _ in range(12): total += self.uniform()
        return total - 6.0


def panel(starts, periods, seed):
    """Schools with a group's row and its peers' row in each period; x is fixed by school and side."""
    r, rows = Congruential(seed), []
    for u, start in enumerate(starts):
        level = 2 * r.normal()
        for q in (0, 1):
            x = r.normal() + 0.3 * q + (0.4 if start else 0)
            for t in range(1, periods + 1):
                e = r.normal()
                d = 1 if start and t >= start else 0
                rows.append(dict(pair=2 * u + q, school=u, time=t, start=start or 0, q=q, x=x,
                                 y=level + 0.3 * t + 0.1 * t * x + 0.2 * q * t + (0.1 * (start or 9) * t)
                                 + d * (1 + 0.5 * q + 0.2 * (t - (start or t))) - q + e))
    return pd.DataFrame(rows)


def sections(schools, pupils, seed):
    """Pupils who change from one period to the next; half of the schools start in the second."""
    r, rows = Congruential(seed), []
    for u in range(schools):
        level = r.normal()
        for t in (1, 2):
            for i in range(pupils):
                q = 1 if r.uniform() < 0.4 else 0
                s = u % 2
                x = r.normal() + 0.3 * q + 0.3 * s
                rows.append(dict(school=u, s=s, q=q, post=t - 1, x=x,
                                 y=level + 0.5 * x + 0.3 * t * (1 + 0.2 * x) - q + s * (t - 1) * (1 + 0.4 * q) + r.normal()))
    return pd.DataFrame(rows)


print("moderndid", moderndid.__version__, "diff-diff", diff_diff.__version__)
data = panel([4, 5, 6, None, None, 4, None, 5] * 12, 7, 11)
print("panel", len(data), repr(float(data.y.sum())))
frame = pl.from_pandas(data)
for formula in (None, "~ x"):
    for method in (("dr",) if formula is None else ("dr", "ipw", "reg")):
        for control in ("nevertreated", "notyettreated"):
            found = moderndid.ddd(frame, yname="y", tname="time", idname="pair", gname="start", pname="q",
                                  xformla=formula, control_group=control, base_period="universal", est_method=method)
            name = f"{'x' if formula else 'plain'}.{method}.{control}"
            for g, t, a, se in zip(found.groups, found.times, found.att, found.se):
                if (int(g), int(t)) in ((4, 2), (4, 4), (4, 5), (5, 5), (5, 7), (6, 6)):
                    print(f'("{name}", {int(g)}, {int(t)}, {float(a)!r}, {float(se)!r}),')

rows = sections(40, 30, 12)
print("sections", len(rows), repr(float(rows.y.sum())))
for covariates in (None, ["x"]):
    for method in (("dr",) if covariates is None else ("dr", "ipw", "reg")):
        for cluster in (None, "school"):
            found = diff_diff.TripleDifference(estimation_method=method, cluster=cluster, pscore_trim=1e-6).fit(
                rows, outcome="y", group="s", partition="q", post="post", covariates=covariates)
            print(f'("{"x" if covariates else "plain"}", "{method}", {"true" if cluster else "false"}, {found.att!r}, {found.se!r}),')
