# Part of Apus, Apache-2.0. See LICENSE.
"""Times operators, rows, columns, reductions and norms of a matrix with Apus, compiled outside its package, and NumPy:
elementwise.py [ROWS COLUMNS]. NumPy's matrix is stored column by column too. Microseconds, the best of many runs.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

folder = Path(__file__).resolve().parent
subprocess.run(["swift", "build", "-c", "release", "--product", "Elementwise", "--package-path", folder], check=True, stdout=sys.stderr)
rows, columns = map(int, sys.argv[1:3]) if len(sys.argv) > 2 else (2000, 500)
x = np.asfortranarray(np.random.default_rng(1).normal(size=(rows, columns)))
row, half = x[0].copy(), np.arange(0, rows, 2)
norm = np.linalg.norm
peers = {
    "x + x": lambda: x + x,
    "x - x.T.T": lambda: x - x.T.T,
    "x.T + x.T": lambda: x.T + x.T,
    "x * x elementwise": lambda: x * x,
    "x / x elementwise": lambda: x / x,
    "2 * x": lambda: 2 * x,
    "x / 3": lambda: x / 3,
    "-x": lambda: -x,
    "x - row": lambda: x - row,
    "sqrt(abs(x))": lambda: np.sqrt(np.abs(x)),
    "all rows": lambda: [x[i].copy() for i in range(rows)],
    "all columns": lambda: [x[:, i].copy() for i in range(columns)],
    "every other row": lambda: x[half],
    "copy of x.T": lambda: np.asfortranarray(x.T),
    "x == x": lambda: np.array_equal(x, x.copy(order="F")),
    "sum": lambda: x.sum(),
    "column sums": lambda: x.sum(axis=0),
    "row sums": lambda: x.sum(axis=1),
    "column means": lambda: x.mean(axis=0),
    "norm": lambda: norm(x),
    "one norm": lambda: norm(x, 1),
    "infinity norm": lambda: norm(x, np.inf),
    "largest": lambda: np.abs(x).max(),
    "diagonal": lambda: x.diagonal().copy(),
}


def best(function):
    least, end = float("inf"), time.perf_counter() + 0.25
    while time.perf_counter() < end:
        start = time.perf_counter()
        function()
        least = min(least, time.perf_counter() - start)
    return least * 1e6


run = subprocess.run([folder / ".build/release/Elementwise", str(rows), str(columns)], capture_output=True, text=True, check=True)
print(f"{rows} x {columns}, NumPy {np.__version__}; microseconds")
print(f"{'':20} {'Apus':>9} {'NumPy':>9} {'ratio':>6}")
for line in run.stdout.splitlines():
    name, mine, _ = line.split("\t")
    theirs = best(peers[name])
    print(f"{name:20} {float(mine):9.1f} {theirs:9.1f} {float(mine) / theirs:6.2f}")
