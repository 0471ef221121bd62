"""Golden values of EffectSizeTests: J(m) to 25 digits. python hedges.py; mpmath (any version)."""
from mpmath import mp, mpf, gamma, sqrt
mp.dps = 50
for m in (1.5, 2, 3, 10, 38, 60.9, 61, 61.1, 100, 263, 4057, 1e6):
    m = mpf(m)
    print(f"({float(m)}, {float(gamma(m / 2) / (sqrt(m / 2) * gamma((m - 1) / 2)))!r}),")
