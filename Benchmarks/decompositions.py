#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Eigenvalues and singular values with vectors: Apus without a library, Apus over OpenBLAS, and NumPy, in turn.

decompositions.py [ROUNDS], with NumPy in the Python that runs it. Best of all rounds, in milliseconds.
"""
import collections
import os
import pathlib
import subprocess
import sys
import time

import numpy

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
subprocess.run(
    ["swift", "build", "-c", "release", "--package-path", str(here), "--product", "LinearAlgebra", "--quiet"], check=True
)
best = collections.defaultdict(lambda: collections.defaultdict(lambda: float("inf")))


def note(name, who, milliseconds):
    best[name][who] = min(best[name][who], milliseconds)


def run_apus(library):
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    environment["APUS_BLAS"] = library
    command = [here / ".build/release/LinearAlgebra", "--decompositions"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    for line in output.splitlines():
        if not line.startswith("#"):
            name, microseconds = line.rsplit(",", 1)
            note(name, library, float(microseconds) / 1000)


def run_numpy():
    for order in (100, 200, 500, 1000):
        a = numpy.random.default_rng(1).normal(size=(order, order))
        for name, function, matrix in (
            ("symmetric eigen", numpy.linalg.eigh, a + a.T),
            ("singular values", numpy.linalg.svd, a),
            ("eigen", numpy.linalg.eig, a),
        ):
            for _ in range(3):
                start = time.perf_counter()
                function(matrix)
                note(f"{name} {order}", "numpy", (time.perf_counter() - start) * 1000)


for _ in range(rounds):
    run_apus("native")
    run_apus("openblas")
    run_numpy()
print(f"{'':22}{'native':>10}{'OpenBLAS':>10}{'NumPy':>10}{'/OpenBLAS':>11}{'/NumPy':>8}")
for name, times in best.items():
    native, library, peer = times["native"], times["openblas"], times["numpy"]
    print(f"{name:22}{native:10.2f}{library:10.2f}{peer:10.2f}{native/library:11.2f}{native/peer:8.2f}")
