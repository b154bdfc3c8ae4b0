#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Two processes that factorise at once, by default settings, against one: two_processes.py [ORDER [SECONDS]]

Perfect is twice the rate of one process on one thread. NumPy is measured for comparison.
"""
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
order = sys.argv[1] if len(sys.argv) > 1 else "256"
seconds = sys.argv[2] if len(sys.argv) > 2 else "4"
subprocess.run(
    ["swift", "build", "-c", "release", "--package-path", str(here), "--product", "LinearAlgebra", "--quiet"], check=True
)
clean = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
program = """
import sys, time
import numpy as np
n, seconds = int(sys.argv[1]), float(sys.argv[2])
x = np.random.normal(size=(n, n))
a, count, start = x.T @ x + np.eye(n), 0, time.perf_counter()
while time.perf_counter() - start < seconds:
    for _ in range(10):
        np.linalg.cholesky(a)
    count += 10
print(count / (time.perf_counter() - start))
"""
commands = {
    "Apus": [str(here / ".build/release/LinearAlgebra"), order, seconds],
    "NumPy": [sys.executable, "-c", program, order, seconds],
}


def rate(command, processes, threads=None):
    environment = clean | ({"OMP_NUM_THREADS": str(threads)} if threads else {})
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(processes)]
    return sum(float(process.communicate()[0]) for process in running)


print(f"Cholesky factors of order {order}, number a second, best of three")
for name, command in commands.items():
    best = [max(values) for values in zip(*[(rate(command, 1, 1), rate(command, 1), rate(command, 2)) for _ in range(3)])]
    print(
        f"{name:6} one process, one thread {best[0]:8.0f}; one process {best[1]:8.0f}; two processes {best[2]:8.0f}; "
        f"perfect / reached {2 * best[0] / best[2]:.2f}"
    )
