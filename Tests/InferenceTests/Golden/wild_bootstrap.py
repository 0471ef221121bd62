"""Golden values for WildBootstrapTests: p-values of wildboottest over all 2^10 patterns of signs on made-up data.

Command:  python3 wild_bootstrap.py      (wildboottest 0.3.2, numpy, pandas)
The data are those of seeded_panel.py: ten schools, four of them treated, pupils with a covariate. School means are taken off
every column first, as an absorbed effect; the package then sees ordinary columns (with a dummy a school its jackknife would
leave out a school that its own dummy fits).
wildboottest counts draws strictly beyond t; `weak` counts ties as well, from the same draws.
"""
import contextlib, io
import numpy as np, pandas as pd
with contextlib.redirect_stdout(io.StringIO()):
    from seeded_panel import panel
import inspect, textwrap
import wildboottest.wildboottest as package
from wildboottest.wildboottest import WildboottestCL

# Under NumPy 2 the package stops where it puts an array of one value into a place for a number.
source = textwrap.dedent(inspect.getsource(WildboottestCL.get_denom)).replace("[np.where(self.R == 1)]", "[np.where(self.R == 1)].item()")
mended = {}
exec(source, package.__dict__, mended)
WildboottestCL.get_denom = mended["get_denom"]

data = panel([4] * 4 + [None] * 6, 6, 5, 11)
print("rows", len(data), "sum", float(data.y.sum()))
columns = pd.concat([data[["d", "x"]].astype(float), pd.get_dummies(data.time, prefix="t", dtype=float).iloc[:, 1:]], axis=1)
within = columns - columns.groupby(data.unit).transform("mean")
y = data.y - data.y.groupby(data.unit).transform("mean")
for name in ("d", "x"):
    R = np.array([float(c == name) for c in within.columns])
    for imposed in (True, False):
        for variant in ("11", "31", "13", "33"):
            b = WildboottestCL(X=within.values, Y=y.values, cluster=data.unit.values, R=R, B=9999, seed=1, parallel=False)
            b.get_scores(bootstrap_type=variant, impose_null=imposed, adj=False, cluster_adj=True)
            b.get_weights(weights_type="rademacher"); b.get_numer(); b.get_denom(); b.get_tboot(); b.get_vcov()
            b.get_tstat(); b.get_pvalue()
            t, drawn = float(b.t_stat), np.asarray(b.t_boot)
            weak = float(np.mean(np.abs(drawn) >= abs(t) * (1 - 1e-10)))
            print(f'("{name}", "{"WCR" if imposed else "WCU"}{variant}", {t!r}, {float(b.pvalue)!r}, {weak!r}),')
