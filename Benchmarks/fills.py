#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Bulk fills on one core: Apus, NumPy and R alternately in one run, best of each: fills.py [ROUNDS]

NumPy fills existing arrays (`out=`) where it can. R (4.2) takes part if Rscript is found.
"""
import pathlib
import shutil
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here), "--product", "Fills", "--quiet"], check=True)
GOALS = {
    "MT19937 double": 10, "Philox double": 3.3, "SFC64 double": 1.9, "PCG64 double": 1.7, "PCG64DXSM double": 1.7,
    "legacy normal": 2.8, "R uniform": 5, "R normal": 3,
}
for generator in ("MT19937", "Philox", "PCG64", "PCG64DXSM", "SFC64"):
    GOALS |= {f"{generator} normal": 3, f"{generator} exponential": 3}
    GOALS |= {f"{generator} integer 1000": 2, f"{generator} integer 2^40": 2}
GOALS |= {"legacy double": 10, "legacy integer 1000": 2}
commands = [[str(here / ".build/release/Fills")], [sys.executable, str(here / "Peers/fills.py")]]
if shutil.which("Rscript"):
    commands.append(["Rscript", "--vanilla", str(here / "Peers/fills.R")])
apus, peer = {}, {}
for _ in range(rounds):
    for command in commands:
        table = apus if command is commands[0] else peer
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
            name, ns = line.split(",")
            table[name] = min(table.get(name, 1e9), float(ns))
print(f"{'fill':26}{'Apus ns':>9}{'peer ns':>9}{'ratio':>7}{'goal':>6}")
for name in apus:
    if name in peer:
        ratio, goal = peer[name] / apus[name], GOALS.get(name)
        print(f"{name:26}{apus[name]:9.2f}{peer[name]:9.2f}{ratio:7.1f}{goal or '':>6}{'  below' if goal and ratio < goal else ''}")
