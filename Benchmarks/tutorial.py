#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Times the tutorial's jobs with Apus and with NumPy on a multiprocessing pool, in one run."""
import pathlib
import subprocess
import sys
import time

here = pathlib.Path(__file__).resolve().parent
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here.parent), "--product", "apus", "--quiet"], check=True)
apus = str(here.parent / ".build/release/apus")


def timed(*command):
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


for job in ("pi", "means"):
    mine, theirs = [], []
    for _ in range(3):
        mine.append(timed(apus, job))
    theirs.append(timed(sys.executable, str(here / "Peers/tutorial.py"), job))
    mine.append(timed(apus, job))
    print(f"{job}: Apus {min(mine):.2f} s, NumPy {min(theirs):.2f} s: {min(theirs) / min(mine):.1f} times faster")
