#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Single draws through the generic interface against loops by hand, and the cost of a stream: scalars.py"""
import pathlib
import subprocess

here = pathlib.Path(__file__).resolve().parent
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here), "--product", "Scalars", "--quiet"], check=True)
rows = {}
for _ in range(3):
    for line in subprocess.run([here / ".build/release/Scalars"], capture_output=True, text=True, check=True).stdout.splitlines():
        name, first, second = line.split(",")
        old = rows.get(name, (9e9, 9e9))
        rows[name] = (min(old[0], float(first)), min(old[1], float(second)))
print(f"{'draw':34}{'Apus ns':>9}{'by hand ns':>12}{'ratio':>7}")
for name, (first, second) in rows.items():
    if not name.startswith(("stream", "jump")):
        print(f"{name:34}{first:9.2f}{second:12.2f}{first / second:7.2f}")
print(f"\n{'stream':34}{'ns to make':>12}{'bytes':>8}{'a million':>12}")
for name, (first, second) in rows.items():
    if name.startswith("stream"):
        print(f"{name[7:]:34}{first:12.0f}{second:8.0f}{first:10.0f} ms")
print()
for name, (first, _) in rows.items():
    if name.startswith("jump"):
        print(f"{name:34}{first / 1e6:12.2f} ms")
