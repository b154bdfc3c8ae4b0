#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""The tutorial's linear algebra in Apus and NumPy, alternately in one run: tutorial_job.py [ORDER [ROUNDS]]

A matrix of normal deviates, x'x and its Cholesky factor, with one thread and with all; prints the shortest
time of each part. NumPy runs it twice: with its legacy generator, as in the tutorial, and with its new,
faster one.
"""
import json
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
order = sys.argv[1] if len(sys.argv) > 1 else "5000"
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here.parent), "--quiet"], check=True)
apus = str(here.parent / ".build/release/apus")
clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENBLAS_", "OMP_"))}


def numpy(kind, threads):
    environment = clean | ({"OPENBLAS_NUM_THREADS": "1"} if threads == 1 else {})
    command = [sys.executable, str(here / "Peers/tutorial_job.py"), order, kind]
    return json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)


def ours(_, threads):
    command = [apus, "linalg", "--size", order, "--json"] + (["--threads", "1"] if threads == 1 else [])
    found = json.loads(subprocess.run(command, capture_output=True, check=True, env=clean).stdout)
    return [part["seconds"] for part in found["parts"]]


ways = [("Apus", ours, ""), ("NumPy", numpy, "legacy"), ("NumPy, new generator", numpy, "new")]
best = {}
for _ in range(rounds):
    for threads in (1, os.cpu_count()):
        for name, way, kind in ways:
            key = (threads, name)
            best[key] = [min(pair) for pair in zip(best.get(key, [1e9] * 3), way(kind, threads))]
print(f"{'threads':>7}  {'':22}{'normals s':>10}{'product s':>10}{'Cholesky s':>11}{'total s':>9}{'ratio':>7}")
for (threads, name), parts in best.items():
    ratio = sum(parts) / sum(best[threads, "Apus"])
    print(f"{threads:7}  {name:22}{parts[0]:10.3f}{parts[1]:10.3f}{parts[2]:11.3f}{sum(parts):9.3f}{ratio:7.2f}")
