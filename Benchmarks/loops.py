#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Parallel loops: Apus, OpenMP schedule(dynamic) and oneTBB, alternately in one run.

Prints the best of several rounds; the last row is the time of one node of a recursion with two branches. Then looks for the
map that loses most against its serial loop. Needs g++ and libtbb-dev.
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
    ["g++", "-O3", "-fopenmp", "-std=c++17", str(here / "Peers/loops.cpp"), "-ltbb", "-o", str(build / "loops")],
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


def shown(seconds):
    """A time in the unit that suits it."""
    for unit, size in (("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds / 1e-9:.1f} ns"


print(f"{'loop':18}{'Apus':>12}{'OpenMP':>12}{'TBB':>12}{'/OpenMP':>9}{'/TBB':>7}{'speed-up':>10}")
for name, (apus, serial, openmp, tbb, _) in best.items():
    print(
        f"{name:18}{shown(apus):>12}{shown(openmp):>12}{shown(tbb):>12}"
        f"{apus/openmp:9.2f}{apus/tbb:7.2f}{serial/apus:10.2f}"
    )
sweep = collections.defaultdict(lambda: [9e9] * 2)
for _ in range(rounds):
    for line in subprocess.run(
        [here / ".build/release/Loops", "--sweep"], capture_output=True, text=True, check=True
    ).stdout.splitlines():
        count, cost, *times = line.split()
        pair = sweep[int(count), int(cost)]
        pair[:] = [min(known, float(time)) for known, time in zip(pair, times)]
worst = sorted(sweep.items(), key=lambda row: -(row[1][0] - 1e-6) / row[1][1])[:3]
print("\nmaps that lose most against their serial loops, after 1 us is taken off:")
for (count, cost), (parallel, serial) in worst:
    print(f"{count:7} items of {cost} rounds: {shown(parallel)} against {shown(serial)}, {(parallel - 1e-6) / serial:.2f}")
