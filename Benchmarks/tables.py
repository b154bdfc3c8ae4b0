# Part of Apus, Apache-2.0. See LICENSE.
"""Times reading CSV files with Apus and pandas, in turn: tables.py [ROUNDS]

Needs pandas; builds Benchmarks/Sources/Tables. Prints seconds (the best of all rounds), the ratio of Apus to pandas on one
core, what a second core gives, what it gives at most on this machine now (two readers side by side, each on one core), and the
peak memory of the process in multiples of eight bytes a value.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import pandas

folder = Path(__file__).resolve().parent
subprocess.run(["swift", "build", "-c", "release", "--product", "Tables", "--package-path", folder], check=True, stdout=sys.stderr)
program = folder / ".build/release/Tables"
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7


def make(name, path):
    draw = numpy.random.default_rng(1)
    if name == "100,000 x 21 doubles":
        frame = pandas.DataFrame(draw.normal(size=(100_000, 21)))
    elif name == "1,000,000 x 4 integers":
        frame = pandas.DataFrame(draw.integers(0, 10**6, size=(1_000_000, 4)))
    elif name == "20,000 x 200, 3 decimals":
        frame = pandas.DataFrame(draw.normal(size=(20_000, 200)).round(3))
    else:
        frame = pandas.DataFrame(
            {
                "site": draw.choice(["Oslo", "Rome", "Lima", 'St. "X", Y'], 500_000),
                "id": draw.integers(0, 10**9, 500_000).astype(str) + numpy.full(500_000, "a"),
                "x": draw.normal(size=500_000),
                "ill": draw.choice([True, False], 500_000),
            }
        )
    frame.columns = [f"x{c}" for c in frame.columns]
    frame.to_csv(path, index=False)
    return frame.size


def apus(path, workers):
    run = subprocess.run([program, str(path), str(workers), "3"], capture_output=True, text=True, check=True)
    return min(float(line.split()[0]) for line in run.stdout.splitlines())


def side_by_side(path):
    """The seconds of the slower of two readers at once, the best of three."""
    command = [program, str(path), "1", "3"]
    runs = [subprocess.Popen(["taskset", "-c", str(core), *command], stdout=subprocess.PIPE, text=True) for core in (0, 1)]
    times = [[float(line.split()[0]) for line in run.communicate()[0].splitlines()] for run in runs]
    return min(map(max, zip(*times)))


def with_pandas(path, cores):
    code = f"import pandas, time\nfor _ in range(3):\n  t = time.perf_counter(); pandas.read_csv({str(path)!r}, engine='c'); print(time.perf_counter() - t)"
    command = ["taskset", "-c", ",".join(map(str, range(cores))), sys.executable, "-W", "ignore", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return min(map(float, run.stdout.split()))


def memory(path):
    """The peak of a process that reads a file once, beyond that of one that reads almost nothing, in bytes."""
    small = path.with_name("small.csv")
    small.write_text("a,b\n1,2\n")

    def peak(file):
        run = subprocess.run(["/usr/bin/env", "python3", "-c", f"import os, subprocess, resource; subprocess.run([{str(program)!r}, {str(file)!r}, '2', '1'], stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"], capture_output=True, text=True, check=True)
        return int(run.stdout) * 1024

    return peak(path) - peak(small)


print(f"pandas {pandas.__version__}; seconds, best of {3 * rounds}")
print(f"{'file':28} {'Apus 1':>8} {'pandas 1':>9} {'ratio':>6} {'Apus 2':>8} {'pandas 2':>9} {'2 cores':>8} {'most':>6} {'memory':>7}")
with tempfile.TemporaryDirectory() as temporary:
    for name in ("100,000 x 21 doubles", "1,000,000 x 4 integers", "20,000 x 200, 3 decimals", "500,000 x 4 mixed"):
        path = Path(temporary) / "table.csv"
        count = make(name, path)
        best = dict.fromkeys(("a1", "p1", "a2", "p2", "aa"), float("inf"))
        for _ in range(rounds):
            for key, value in (("a1", apus(path, 1)), ("p1", with_pandas(path, 1)), ("a2", apus(path, 2)), ("p2", with_pandas(path, 2)), ("aa", side_by_side(path))):
                best[key] = min(best[key], value)
        share = memory(path) / (8 * count)
        print(f"{name:28} {best['a1']:8.3f} {best['p1']:9.3f} {best['a1'] / best['p1']:6.2f} {best['a2']:8.3f} {best['p2']:9.3f} {best['a1'] / best['a2']:8.2f} {2 * best['a1'] / best['aa']:6.2f} {share:7.2f}")
