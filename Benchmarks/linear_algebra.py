#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Products and Cholesky factors against NumPy's, alternately in one run: linear_algebra.py [ROUNDS]

threads.py compares the automatic number of threads with one and with all. Environment variables that set
numbers of threads are removed for both programs.
"""
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
subprocess.run(
    ["swift", "build", "-c", "release", "--package-path", str(here), "--product", "LinearAlgebra", "--quiet"], check=True
)
environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
commands = [[str(here / ".build/release/LinearAlgebra")], [sys.executable, str(here / "Peers/linear_algebra.py")]]
times = {}
for turn in range(rounds):
    for command in commands:
        output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
        for line in output.splitlines():
            if line.startswith("#"):
                if turn == 0:
                    print(line[2:])
                continue
            name, us = line.rsplit(",", 1)
            key = (name, command[0])
            times[key] = min(times.get(key, 1e99), float(us))


def goal(n):
    return 5 if n <= 16 else 1.2 if 32 <= n <= 64 else 1


print(f"{'operation':16}{'Apus us':>12}{'NumPy us':>12}{'ratio':>7}{'goal':>6}")
for name in dict.fromkeys(name for name, _ in times):
    ours, peers = (times[name, command[0]] for command in commands)
    ratio, wanted = peers / ours, goal(int(name.split()[1]))
    print(f"{name:16}{ours:12.3f}{peers:12.3f}{ratio:7.2f}{wanted:6}{'  below' if ratio < wanted else ''}")
