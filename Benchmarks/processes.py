#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Maps in worker processes beside multiprocessing, in turn in one run: processes.py [ROUNDS]

Best of all rounds. A task that does nothing is given out one by one by Apus, and by multiprocessing in its best chunk too.
"""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
subprocess.run(
    ["swift", "build", "-c", "release", "--package-path", str(here), "--product", "Processes", "--quiet"], check=True
)
apus, peer = {}, {}
for _ in range(rounds):
    for command, times in (
        ([here / ".build/release/Processes"], apus),
        ([sys.executable, here / "Peers/processes.py"], peer),
    ):
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
            name, seconds = line.rsplit(",", 1)
            times[name] = min(times.get(name, 1e9), float(seconds))
single = apus["no-op, a million"] / 1e6
print(f"{'no-op, one by one':40}{single * 1e6:9.2f} us   multiprocessing {peer['no-op, one by one'] * 1e6:9.2f} us   {peer['no-op, one by one'] / single:6.1f} times")
for name in ("no-op, a million", "start of 4", "100 MB for each of 10 tasks"):
    print(f"{name:40}{apus[name] * 1e3:9.1f} ms   multiprocessing {peer[name] * 1e3:9.1f} ms   {peer[name] / apus[name]:6.1f} times")
for name in ("1us", "10us", "100us"):
    threads, processes = apus[f"{name} on threads"], apus[f"{name} on processes"]
    print(f"{'tasks of ' + name:40}{processes * 1e3:9.1f} ms   threads {threads * 1e3:9.1f} ms   efficiency {threads / processes:.2f}")
print(f"{'1,000 tasks of 1 ms with a checkpoint':40}{apus['1ms with a checkpoint'] * 1e3:9.1f} ms   without {apus['1ms'] * 1e3:9.1f} ms   ratio {apus['1ms with a checkpoint'] / apus['1ms']:.3f}")
print(f"{'pi':40}{apus['pi on processes'] * 1e3:9.1f} ms   threads {apus['pi on threads'] * 1e3:9.1f} ms   ratio {apus['pi on processes'] / apus['pi on threads']:.3f}")
