"""Tails and quantiles to 40 digits. Command: python3 tails.py   (mpmath 1.3 or later)"""
from mpmath import mp, mpf, betainc, gammainc, erfc, sqrt, findroot
mp.dps = 40
def t_tail(x, v):
    x, v = mpf(x), mpf(v)
    half = betainc(v / 2, mpf(1) / 2, 0, v / (v + x * x), regularized=True) / 2
    return half if x >= 0 else 1 - half
def f_tail(x, a, b):
    x, a, b = mpf(x), mpf(a), mpf(b)
    return betainc(b / 2, a / 2, 0, b / (b + a * x), regularized=True)
def chi_tail(x, k): return gammainc(mpf(k) / 2, mpf(x) / 2, mp.inf, regularized=True)
def n_tail(x): return erfc(mpf(x) / sqrt(mpf(2))) / 2
def show(name, *args): print(name, *[repr(float(a)) for a in args], sep=", ")
for x, v in [(2, 1), (2.5, 3.7), (-1, 5), (12, 30), (40, 8.25), (300, 4), (1e-3, 11), (6, 1e6)]: show("t", x, v, t_tail(x, v))
for x in [0, 1, 1.959963984540054, 5, 20, 37.5, -3]: show("normal", x, n_tail(x))
for x, a, b in [(1, 2, 3), (100, 3, 200), (4.2, 1, 7.5), (0.01, 5, 40)]: show("f", x, a, b, f_tail(x, a, b))
for x, k in [(3.84, 1), (1400, 10), (0.5, 7), (60, 30)]: show("chi", x, k, chi_tail(x, k))
for p, v, start in [(0.025, 5, 2.5), (0.025, 1.3, 8), (1e-10, 12, 20), (0.4, 60, 0.25)]: show("t quantile", p, v, findroot(lambda x: t_tail(x, v) - mpf(p), start))
for p, start in [(0.025, 1.96), (1e-20, 9.2), (0.7, -0.5)]: show("normal quantile", p, findroot(lambda x: n_tail(x) - mpf(p), start))
