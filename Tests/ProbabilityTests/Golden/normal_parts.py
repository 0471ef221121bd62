"""Values of FoldedNormalTests and BivariateNormalTests, with mpmath 1.4.1.

python normal_parts.py
"""
from mpmath import mp, mpf, quad, findroot, erfc, sqrt, exp, pi, inf

mp.dps = 50


def tail(x):
    return erfc(mpf(x) / sqrt(2)) / 2


def show(*values):
    print(", ".join(mp.nstr(mpf(v), 18) for v in values))


print("folded: shift, p, c")
for b in ["0", "0.1", "0.5", "1", "3", "30"]:
    for p in ["0.1", "0.05", "0.01"]:
        c = findroot(lambda c: tail(c - mpf(b)) + tail(c + mpf(b)) - mpf(p), mpf(b) + mpf("1.8"))
        show(b, p, c)

mp.dps = 900  # near 1, tails need as many digits as they are small
print("truncated: x, lower, upper, P(Z > x | lower < Z < upper)")
for x, lower, upper in [("1", "-1", "2"), ("-1", "-3", "0.5"), ("9", "8", "12"), ("40.01", "40", "inf"),
                        ("60.002", "60", "60.01"), ("-60.002", "-60.01", "-60"), ("1e3", "999.999", "1000.002"),
                        ("2", "-inf", "3")]:
    def at(v):
        return mpf(0) if v == "inf" else mpf(1) if v == "-inf" else tail(v)
    show(0 if "inf" in x else x, 0 if "inf" in lower else lower, 0 if "inf" in upper else upper,
         (at(x) - at(upper)) / (at(lower) - at(upper)))

mp.dps = 50
print("log tail: x, log P(Z > x)")
for x in ["-3", "0", "5", "29.9", "30.1", "45", "1000"]:
    show(x, mp.log(tail(x)))

print("upper orthant: h, k, correlation, P(X > h, Y > k)")
for h, k, r in [("1", "2", "0.5"), ("2.5", "2.5", "-0.7"), ("2", "2.1", "0.99"), ("2", "2", "0.9999"),
                ("0.3", "3", "-0.2"), ("2.8", "2.7", "0"), ("1", "1", "-0.999")]:
    h, k, r = mpf(h), mpf(k), mpf(r)
    s = sqrt(1 - r * r)
    edges = [h, max(h, k / r if r else h) + mpf(1) / 8, h + 1, h + 3, h + 10, h + 30]
    show(h, k, r, quad(lambda x: exp(-x * x / 2) / sqrt(2 * pi) * tail((k - r * x) / s), sorted(set(edges))))
