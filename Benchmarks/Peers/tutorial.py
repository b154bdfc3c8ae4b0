# Part of Apus, Apache-2.0. See LICENSE.
"""The tutorial's two jobs as a NumPy user writes them, on a multiprocessing pool of two.

    tutorial.py pi|means
"""
import multiprocessing
import sys

import numpy as np

SAMPLES = 10_000_000


def hits(i):
    np.random.seed(i)
    x = np.random.random(SAMPLES)
    y = np.random.random(SAMPLES)
    return int(np.sum(x * x + y * y < 1))


def mean(i):
    np.random.seed(i)
    return float(np.mean(np.random.normal(0, 1, SAMPLES)))


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        if sys.argv[1] == "pi":
            total = sum(pool.map(hits, range(480), chunksize=1))
            print(total, "%f" % (4.0 * total / (480 * SAMPLES)))
        else:
            print(*pool.map(mean, range(40), chunksize=1))
