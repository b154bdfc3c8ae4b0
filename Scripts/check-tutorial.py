#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Runs the tutorial's two jobs in full and compares them with NumPy: check-tutorial.py APUS

All 480 slice counts of pi and all 40 means must equal NumPy's, and pi must use less than 64 MB.
"""
import json
import pathlib
import resource
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
golden = json.loads((root / "Tests/Vectors/rng/tutorial.json").read_text())


def run(*arguments):
    done = subprocess.run([sys.argv[1], *arguments], capture_output=True, text=True, check=True)
    return done.stdout


pi = json.loads(run("pi", "--json"))
assert pi["slice_hits"] == golden["pi_hits"], "slice counts differ from NumPy's"
assert pi["hits"] == 3769880676 and "%f" % pi["pi"] == golden["pi_printed"]
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
assert memory < 64, f"pi used {memory:.0f} MB"
print(f"pi: 480 slice counts equal, {memory:.0f} MB")
means = json.loads(run("means", "--json"))["means"]
assert means == [float(v) for v in golden["normal_means"]], "means differ from NumPy's"
print("means: 40 equal to the last bit")
assert run("pi", "--slices", "480").startswith("Pi is roughly 3.141567\n")
