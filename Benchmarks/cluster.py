#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Maps on engines of this machine beside Dask, Ray and a bare relay of libzmq, one after the other in one run: cluster.py [ROUNDS]

Needs NumPy, pyzmq, and distributed and ray where they are to be compared; their clients are Python's. Best of all rounds.
"""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
subprocess.run(
    ["swift", "build", "-c", "release", "--package-path", str(here.parent), "--product", "cluster-load", "--quiet"], check=True)
times = {}
for _ in range(rounds):
    commands = [[here.parent / ".build/release/cluster-load"]]
    commands += [[sys.executable, here / "Peers/cluster.py", peer] for peer in ("relay", "dask", "ray")]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"{command[-1]} is not compared: {done.stderr.strip().splitlines()[-1]}")
        for line in done.stdout.splitlines():
            name, _, seconds = line.rpartition(",")
            try:
                times[name] = min(times.get(name, 1e9), float(seconds))
            except ValueError:
                pass


def row(label, text, *peers):
    print(f"{label:40}{text}")
    for name, shown in peers:
        if name in times:
            print(f"    {name.rpartition('(')[2].rstrip(')'):36}{shown(times[name])}")


rate = lambda seconds: f"{1 / seconds:12,.0f} a second"
single, million = times["no-op, 100,000 one a message"] / 1e5, times["no-op, a million"] / 1e6
row("no-op tasks, one a message", rate(single), ("no-op, one a message (relay)", rate), ("no-op, one a message (dask)", rate), ("no-op, one a message (ray)", rate))
row("a million no-op tasks", f"{million * 1e9:12.0f} ns each, {million * 1e9:.0f} ms in all")
micro = lambda seconds: f"{seconds * 1e6:12.0f} us"
row("round trip, median", micro(times["round trip"]), ("round trip (relay)", micro), ("round trip (dask)", micro), ("round trip (ray)", micro))
speed = lambda seconds: f"{0.4 / seconds:12.2f} GB/s in sum"
row("100 MB to 4 engines", speed(times["push of 100 MB to 4 engines"]), ("push of 100 MB to 4 engines (relay)", speed), ("push of 100 MB to 4 engines (dask)", speed))
milli = lambda seconds: f"{seconds * 1e3:12.0f} ms"
row("ready", milli(times["ready"]), ("ready (dask)", milli), ("ready (ray)", milli))
row("pi on 2 engines", f"{times['pi on engines'] * 1e3:12.0f} ms   threads {times['pi on threads'] * 1e3:.0f} ms   ratio {times['pi on engines'] / times['pi on threads']:.3f}")
