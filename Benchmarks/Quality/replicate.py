#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Runs the battery between streams for many seeds and looks at all p values together.

    replicate.py                                24 seeds, 1001 to 1024, of the default streams
    replicate.py --words 'PROGRAM {seed}'       the same on words that a program writes

4096 streams of 4000 words per seed. Prints each p value and how many are small. Those of the sums over
streams are uniform if the scheme is sound, so the Kolmogorov-Smirnov test applies to them; those of pairs
and of bits are the smallest of many, corrected for it, and often 1; those of equal words and of repeated
runs are discrete.
"""
import argparse
import json
import pathlib
import subprocess

here = pathlib.Path(__file__).resolve().parent
apus = str(here.parent.parent / ".build/release/apus")
options = argparse.ArgumentParser()
options.add_argument("--first", type=int, default=1001)
options.add_argument("--seeds", type=int, default=24)
options.add_argument("--count", type=int, default=4096)
options.add_argument("--rounds", type=int, default=4000)
options.add_argument("--words", help="a shell command that writes the words; {seed} in it is the seed")
options.add_argument("--output", help="write all p values to this JSON file")
options = options.parse_args()

size = ["--count", str(options.count), "--rounds", str(options.rounds)]
table = {}
for seed in range(options.first, options.first + options.seeds):
    if options.words:
        command = f"{options.words.format(seed=seed)} | '{apus}' random battery --stdin --json {' '.join(size)}"
        run = subprocess.run(command, shell=True, capture_output=True, text=True)
    else:
        run = subprocess.run([apus, "random", "battery", "--seed", str(seed), "--json", *size], capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr)
    tests = json.loads(run.stdout)["tests"]
    for test in tests:
        table.setdefault(test["name"], []).append(test["p"])
    print(seed, " ".join(f"{test['p']:.4f}" for test in tests), flush=True)


def kolmogorov_smirnov(values):
    values = sorted(values)
    n = len(values)
    distance = max(max((i + 1) / n - v, v - i / n) for i, v in enumerate(values))
    # The limit distribution with Stephens's correction, to eight terms.
    x = (n**0.5 + 0.12 + 0.11 / n**0.5) * distance
    return distance, min(1.0, 2 * sum((-1) ** (k - 1) * 2.718281828459045 ** (-2 * k * k * x * x) for k in range(1, 9)))


print(f"{'test':24}{'smallest p':>12}{'below 0.002':>13}{'below 0.05':>12}{'KS p':>8}")
for name, values in table.items():
    p = f"{kolmogorov_smirnov(values)[1]:.3f}" if name == "sums over streams" else ""
    print(f"{name:24}{min(values):12.4f}{sum(v < 0.002 for v in values):13}{sum(v < 0.05 for v in values):12}{p:>8}")
every = [v for values in table.values() for v in values]
print(f"{'all':24}{min(every):12.4f}{sum(v < 0.002 for v in every):13}{sum(v < 0.05 for v in every):12}")
if options.output:
    pathlib.Path(options.output).write_text(json.dumps(table, indent=1) + "\n")
