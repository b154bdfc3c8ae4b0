# Part of Apus, Apache-2.0. See LICENSE.
"""Golden vectors of numpy.random's further distributions: python gen_variates.py OUTPUT.json

Cases have the form of gen_numpy.py. With a second argument N it makes N cases of random parameters
instead, each drawing a thousand values, for a search for differences.
"""
import json
import random
import sys

import numpy as np
from gen_numpy import f64, ints, make, prep

FIXED = [
    ("f", [2.0, 5.0]), ("f", [1.0, 1.0]), ("f", [0.5, 30.0]),
    ("gamma", [2.5, 3.0]), ("gamma", [0.0, 1.0]),
    ("weibull", [1.5]), ("weibull", [0.0]), ("pareto", [3.0]), ("rayleigh", [2.0]),
    ("logistic", [1.0, 2.0]), ("laplace", [0.0, 1.5]), ("gumbel", [-1.0, 0.5]),
    ("triangular", [0.0, 1.0, 4.0]), ("triangular", [-1.0, -1.0, 1.0]),
    ("vonmises", [0.5, 4.0]), ("vonmises", [3.0, 1e-9]), ("vonmises", [0.0, 1e-6]), ("vonmises", [-2.0, 2e6]),
    ("vonmises", [1.0, 50.0]),
    ("zipf", [2.0]), ("zipf", [1.1]), ("zipf", [30.0]),
    ("negative_binomial", [5.0, 0.3]), ("negative_binomial", [0.5, 0.9]), ("negative_binomial", [200.0, 0.1]),
    ("hypergeometric", [10, 15, 8]), ("hypergeometric", [10, 15, 20]), ("hypergeometric", [100, 400, 60]),
    ("hypergeometric", [5000, 3000, 2500]), ("hypergeometric", [20, 30, 0]), ("hypergeometric", [20, 30, 50]),
    ("hypergeometric", [400000, 90000, 300000]), ("hypergeometric", [7, 5, 10]), ("hypergeometric", [0, 5, 3]),
    ("multinomial", [20, [0.2, 0.3, 0.5]]), ("multinomial", [1000, [0.05, 0.9, 0.05]]), ("multinomial", [0, [0.5, 0.5]]),
    ("multinomial", [100000, [0.3, 0.3, 0.3, 0.1]]),
    ("dirichlet", [[1.0, 2.0, 3.0]]), ("dirichlet", [[0.05, 0.02, 0.01]]), ("dirichlet", [[0.5, 0.5]]),
    ("beta", [1e-4, 1e-4]), ("beta", [1e-200, 1e-200]), ("beta", [0.9, 0.1]), ("beta", [30.0, 1.0]),
    ("poisson", [1e6]), ("poisson", [10.0]), ("binomial", [100000, 0.3]), ("binomial", [100, 0.45]),
    ("binomial", [0, 0.5]), ("binomial", [10, 0.0]), ("binomial", [10, 1.0]), ("binomial", [61, 0.5]),
    ("geometric", [0.01]), ("geometric", [1.0]), ("geometric", [1e-12]), ("standard_t", [0.7]),
    ("chisquare", [0.3]), ("lognormal", [2.0, 0.0]), ("standard_gamma", [1e-3]), ("standard_gamma", [1e5]),
]
INTEGERS = {"zipf", "negative_binomial", "hypergeometric", "multinomial", "poisson", "binomial", "geometric"}
GENERATORS = ["PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937"]


def draw(bits, api, name, arguments, count):
    g = np.random.Generator(bits) if api == "generator" else np.random.RandomState(bits)
    values = getattr(g, name)(*arguments, count)
    return ints(values) if name in INTEGERS else f64(values)


def case(number, generator, api, seed, name, arguments, count):
    init = {"kind": "legacy", "seed": seed} if api == "randomstate" else {"kind": "ss", "entropy": str(seed), "spawn_key": []}
    bits = prep(make(generator, init), [])
    return {
        "id": f"variates/{number}", "generator": generator, "api": api, "init": init, "pre": [],
        "draw": [name, *arguments, count], "values": draw(bits, api, name, arguments, count),
    }


def fixed():
    for i, (name, arguments) in enumerate(FIXED):
        yield GENERATORS[i % 5], "generator", 100 + i, name, arguments, 12
        yield "MT19937", "randomstate", 200 + i, name, arguments, 12


def searched(n):
    r = random.Random(n)
    real = lambda low, high: float(10 ** r.uniform(low, high))
    kinds = {
        "f": lambda: [real(-1, 3), real(-1, 3)], "gamma": lambda: [real(-3, 4), real(-2, 2)],
        "weibull": lambda: [real(-1, 2)], "pareto": lambda: [real(-1, 2)], "rayleigh": lambda: [real(-2, 2)],
        "logistic": lambda: [r.uniform(-9, 9), real(-2, 2)], "laplace": lambda: [r.uniform(-9, 9), real(-2, 2)],
        "gumbel": lambda: [r.uniform(-9, 9), real(-2, 2)],
        "triangular": lambda: sorted(r.uniform(-9, 9) for _ in range(3)),
        "vonmises": lambda: [r.uniform(-3.1, 3.1), real(-9, 7)], "zipf": lambda: [1 + real(-2, 2)],
        "negative_binomial": lambda: [real(-2, 3), r.uniform(0.01, 1)],
        "hypergeometric": lambda: (lambda a, b: [a, b, r.randint(0, a + b)])(int(real(0, 6)), int(real(0, 6))),
        "multinomial": lambda: [int(real(0, 6)), np.random.default_rng(r.randint(0, 9**9)).dirichlet([1, 1, 2, 5]).tolist()],
        "dirichlet": lambda: [[real(-3, 2) for _ in range(r.randint(1, 5))]],
        "beta": lambda: [real(-3, 3), real(-3, 3)], "poisson": lambda: [real(-2, 9)],
        "binomial": lambda: [int(real(0, 9)), r.random()], "geometric": lambda: [real(-9, -0.001)],
        "standard_t": lambda: [real(-1, 4)], "chisquare": lambda: [real(-2, 4)],
        "lognormal": lambda: [r.uniform(-2, 2), real(-2, 0.5)], "standard_gamma": lambda: [real(-3, 6)],
    }
    for i in range(n):
        name = r.choice(list(kinds))
        api = r.choice(["generator", "generator", "randomstate"])
        yield ("MT19937" if api == "randomstate" else r.choice(GENERATORS)), api, r.randint(0, 2**32 - 1), name, kinds[name](), 1000


many = int(sys.argv[2]) if len(sys.argv) > 2 else 0
cases = []
for i, c in enumerate(searched(many) if many else fixed()):
    try:
        cases.append(case(i, *c))
    except ValueError as error:  # the legacy interface refuses some arguments that the new one takes
        print(f"left out: {c[1]} {c[3]}{c[4]}: {error}")
with open(sys.argv[1], "w") as f:
    f.write('{"numpy":"%s","cases":[\n' % np.__version__)
    f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")
print(len(cases), "cases")
