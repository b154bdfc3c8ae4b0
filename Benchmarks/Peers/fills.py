# Part of Apus, Apache-2.0. See LICENSE.
"""The fills of Sources/Fills in NumPy, into an existing array where NumPy can: prints "name,ns"."""
import time

import numpy as np

COUNT = 1_000_000
out = np.empty(COUNT)


def report(name, body):
    best = 1e9
    for _ in range(11):
        start = time.perf_counter()
        body()
        best = min(best, time.perf_counter() - start)
    print(f"{name},{best / COUNT * 1e9}", flush=True)


for name in ("MT19937", "Philox", "PCG64", "PCG64DXSM", "SFC64"):
    g = np.random.Generator(getattr(np.random, name)(1))
    report(f"{name} double", lambda: g.random(out=out))
    report(f"{name} normal", lambda: g.standard_normal(out=out))
    report(f"{name} exponential", lambda: g.standard_exponential(out=out))
    report(f"{name} integer 1000", lambda: g.integers(0, 1000, COUNT))
    report(f"{name} integer 2^40", lambda: g.integers(0, 2**40, COUNT))
state = np.random.RandomState(1)
report("legacy double", lambda: state.random_sample(COUNT))
report("legacy normal", lambda: state.normal(0, 1, COUNT))
report("legacy integer 1000", lambda: state.randint(0, 1000, COUNT))
