#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Maps in worker processes beside multiprocessing, concurrent.futures and loky, in turn in one run: processes.py [ROUNDS]

Needs NumPy and loky. Apus is linked with Swift's libraries as part of the program, which starts workers faster. Best of all
rounds. A task that does nothing is given out one by one by Apus, and by multiprocessing in its best chunk too.
"""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
subprocess.run(
    ["swift", "build", "-c", "release", "--package-path", str(here), "--product", "Processes", "--static-swift-stdlib", "--scratch-path", str(here / ".build/static"),
     "--quiet"],
    check=True,
    stderr=subprocess.DEVNULL,
)
apus, peer = {}, {}
for _ in range(rounds):
    for command, times in (
        ([here / ".build/static/release/Processes"], apus),
        ([sys.executable, here / "Peers/processes.py"], peer),
    ):
        for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
            name, seconds = line.rsplit(",", 1)
            times[name] = min(times.get(name, 1e9), float(seconds))
single, structure = apus["no-op, a million"] / 1e6, apus["structures, 200000"] / 2e5
for name, ours in (("no-op, one by one", single), ("the same with a structure", structure)):
    print(f"{name:40}{ours * 1e6:9.2f} us")
    for label, key in (("multiprocessing", ""), ("concurrent.futures", " (concurrent.futures)"), ("loky", " (loky)")):
        theirs = peer["no-op, one by one" + key]
        print(f"    {label:36}{theirs * 1e6:9.2f} us   {theirs / ours:6.1f} times")
for name in ("no-op, a million", "start of 4", "100 MB for each of 10 tasks"):
    print(f"{name:40}{apus[name] * 1e3:9.1f} ms   multiprocessing {peer[name] * 1e3:9.1f} ms   {peer[name] / apus[name]:6.1f} times")
print(f"{'10 MB back from each of 4':40}{apus['10 MB back from each of 4'] * 1e3:9.1f} ms   with the start")
print(f"{'round trip of one task':40}{apus['round trip'] * 1e6:9.1f} us")
print(f"{'death of a worker until the failure':40}{apus['death until failure'] * 1e3:9.2f} ms")
for name in ("1us", "10us", "100us"):
    threads, processes = apus[f"{name} on threads"], apus[f"{name} on processes"]
    print(f"{'tasks of ' + name:40}{processes * 1e3:9.1f} ms   threads {threads * 1e3:9.1f} ms   efficiency {threads / processes:.2f}")
print(f"{'1,000 tasks of 1 ms with a checkpoint':40}{apus['1ms with a checkpoint'] * 1e3:9.1f} ms   without {apus['1ms'] * 1e3:9.1f} ms   ratio {apus['1ms with a checkpoint'] / apus['1ms']:.3f}")
print(f"{'pi':40}{apus['pi on processes'] * 1e3:9.1f} ms   threads {apus['pi on threads'] * 1e3:9.1f} ms   ratio {apus['pi on processes'] / apus['pi on threads']:.3f}")
