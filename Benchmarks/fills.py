#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Bulk fills on one core: Apus and NumPy alternately in one run, best of each."""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here), "--product", "Fills", "--quiet"], check=True)
apus, numpy = {}, {}
for _ in range(rounds):
    for table, command in (
        (apus, [str(here / ".build/release/Fills")]),
        (numpy, [sys.executable, str(here / "Peers/fills.py")]),
    ):
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
            name, ns = line.split(",")
            table[name] = min(table.get(name, 1e9), float(ns))
print(f"{'fill':22}{'Apus ns':>9}{'NumPy ns':>10}{'ratio':>7}")
for name in apus:
    print(f"{name:22}{apus[name]:9.2f}{numpy[name]:10.2f}{numpy[name] / apus[name]:7.1f}")
