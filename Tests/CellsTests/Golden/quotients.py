# Correctly rounded quotients (a b - c d) / (e f) for ExactMomentsTests.
# Python 3.11 or later, standard library only: python3 quotients.py
from fractions import Fraction
import random

random.seed(1)


def line(a, b, c, d, e, f):
    value = float(Fraction(a * b - c * d, e * f))
    terms = ", ".join(f'"{x}"' for x in (a, b, c, d, e, f))
    print(f"        ([{terms}], {value!r}),")


for terms in [(1, 1, 0, 0, 3, 1), (-7, 1, 0, 0, 10, 1), (0, 5, 0, 0, 7, 100), (2**53 + 1, 1, 0, 0, 1, 1),
              (2**53 + 3, 1, 0, 0, 1, 1), (2**54 + 2, 1, 0, 0, 2, 1), (2**126, 1, 0, 0, 3, 1),
              (2**100, 2**27, 2**90, 2**37 + 1, 7, 1), (-(2**120), 2**120, 2**119, 2**121, 10**9, 10**6)]:
    line(*terms)
for bits in (20, 40, 60, 90, 110, 126):
    for small in (8, 40, 100):
        a, b, c, d = (random.getrandbits(bits) * random.choice((-1, 1)) for _ in range(4))
        line(a, b, c, d, random.getrandbits(small) + 1, 10 ** random.randint(0, 6))
    line(random.getrandbits(bits), 1, 0, 0, random.getrandbits(30) + 1, 10 ** random.randint(0, 12))
# Differences that almost cancel, as at a large offset.
for offset in (10**9, 10**15):
    z = [offset * 10 + random.randint(0, 900) for _ in range(1000)]
    line(1000, sum(x * x for x in z), sum(z), sum(z), 1000, 100)
