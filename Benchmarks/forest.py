#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""The tutorial's forest job: speed against scikit-learn in one run, and accuracy over ten seeds.

Accuracy is accepted if mean correlation and mean squared error over ten seeds differ from scikit-learn's
by less than three standard errors of the difference, and the mean prediction of at least 48 of 50 rows is
within four standard errors of scikit-learn's (`Tests/Vectors/forest/sk_pred_*.csv`).
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

here = pathlib.Path(__file__).resolve().parent
vectors = here.parent / "Tests/Vectors/forest"
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here.parent), "--product", "apus", "--quiet"], check=True)
apus = str(here.parent / ".build/release/apus")
work = pathlib.Path(tempfile.mkdtemp())
table = work / "tutorial.csv"
x_lines = (vectors / "X.csv").read_text().split()
y_lines = (vectors / "Y.csv").read_text().split()
header = ",".join(f"x{i}" for i in range(50)) + ",y"
table.write_text("\n".join([header] + [f"{a},{b}" for a, b in zip(x_lines, y_lines)]) + "\n")
y = np.array([float(v) for v in y_lines])[:50]


def forest(seed, features):
    out = work / "p.csv"
    run = subprocess.run(
        [apus, "forest", str(table), "--target", "y", "--rows", "50", "--features", features, "--seed", str(seed),
         "--json", "--predictions", str(out)], capture_output=True, text=True, check=True)
    with open(out) as file:
        return json.loads(run.stdout), np.array([float(r["predicted"]) for r in csv.DictReader(file)])


ok = True
for features, name, option in (("all", "sk_pred_mf1.csv", "1.0"), ("16", "sk_pred_mf33.csv", "0.3333333333333333")):
    theirs = np.loadtxt(vectors / name, delimiter=",", skiprows=1)
    runs = [forest(seed, features) for seed in range(10)]
    mine = np.array([p for _, p in runs]).T
    cor = [[np.corrcoef(p, y)[0, 1] for p in m.T] for m in (mine, theirs)]
    mse = [[np.mean((p - y) ** 2) for p in m.T] for m in (mine, theirs)]
    for label, (a, b) in (("correlation", cor), ("mean squared error", mse)):
        limit = 3 * np.std(b, ddof=1) / np.sqrt(10) * np.sqrt(2)
        good = abs(np.mean(a) - np.mean(b)) < limit
        ok &= good
        print(f"{features:>4} features, {label}: {np.mean(a):.4f} ({np.std(a, ddof=1):.4f}), scikit-learn "
              f"{np.mean(b):.4f} ({np.std(b, ddof=1):.4f}), limit {limit:.4f}: {'inside' if good else 'OUTSIDE'}")
    spread = theirs.std(1, ddof=1).mean() / np.sqrt(10)
    near = int(np.sum(abs(mine.mean(1) - theirs.mean(1)) < 4 * spread))
    ok &= near >= 48
    print(f"{features:>4} features, rows whose mean prediction agrees: {near} of 50")
    if "--accuracy" not in sys.argv:
        peer = subprocess.run([sys.executable, str(here / "Peers/forest.py"), str(table), option],
                              capture_output=True, text=True, check=True).stdout.split()
        seconds = min(r["seconds"] for r, _ in runs[:3])
        print(f"{features:>4} features, time: Apus {seconds:.2f} s, scikit-learn on two processes {float(peer[0]):.2f} s: "
              f"{float(peer[0]) / seconds:.1f} times faster")
sys.exit(0 if ok else 1)
