#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Parallel loops: Apus, OpenMP schedule(dynamic) and oneTBB, alternately in one run.

Prints the best of several rounds. Needs g++ and libtbb-dev.
"""
import collections
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
build = here / ".build/peers"
build.mkdir(parents=True, exist_ok=True)
subprocess.run(
    ["g++", "-O2", "-fopenmp", "-std=c++17", str(here / "Peers/loops.cpp"), "-ltbb", "-o", str(build / "loops")],
    check=True,
)
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here), "--product", "Loops", "--quiet"], check=True)
best = collections.defaultdict(lambda: [9e9] * 5)
for _ in range(rounds):
    for line in subprocess.run([here / ".build/release/Loops"], capture_output=True, text=True, check=True).stdout.splitlines():
        name, parallel, serial = line.split()
        best[name][0] = min(best[name][0], float(parallel))
        best[name][1] = min(best[name][1], float(serial))
    for line in subprocess.run([build / "loops"], capture_output=True, text=True, check=True).stdout.splitlines():
        name, *times = line.split()
        for i, time in enumerate(times):
            best[name][2 + i] = min(best[name][2 + i], float(time))
print(f"{'loop':18}{'Apus ms':>10}{'OpenMP ms':>11}{'TBB ms':>9}{'/OpenMP':>9}{'/TBB':>7}{'speed-up':>10}")
for name, (apus, serial, openmp, tbb, _) in best.items():
    print(
        f"{name:18}{apus*1e3:10.2f}{openmp*1e3:11.2f}{tbb*1e3:9.2f}{apus/openmp:9.2f}{apus/tbb:7.2f}{serial/apus:10.2f}"
    )
