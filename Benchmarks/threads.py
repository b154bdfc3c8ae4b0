#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""The automatic number of threads against one and all, on this machine: threads.py [idle | busy] [SAMPLES]

"idle": the time of the automatic choice over that of the better of one thread and all, at most 1.05, while
both cores are free. Samples are discarded if a probe (`CoreProbe`) before or after them finds that two
threads do not run at the full speed of two cores, because on a virtual machine the host often puts both
processors on one core for a while.
"busy": the time of the automatic choice over that of one thread, at most 1.5, while another process spins.
Both use medians of 25 samples (or SAMPLES) of 2 ms or one call, not the best, because threads that mostly
lose may win once. A size above its goal is measured twice more, and the median of the three ratios counts.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
apus = here.parent / ".build/release/apus"
is_busy = sys.argv[1:2] == ["busy"]
samples = sys.argv[2] if len(sys.argv) > 2 else "25"
sizes = {
    "product": (16, 2048), "gram": (64, 1024), "matrixVector": (64, 4096), "cholesky": (64, 2048), "lu": (64, 2048),
    "qr": (64, 1024), "symmetricEigen": (16, 512), "svd": (32, 512),
}
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here.parent), "--quiet"], check=True)
environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
limit = 1.5 if is_busy else 1.05


def measure(operation, first, last):
    command = [str(apus), "blas", "benchmark", "--operation", operation, "--from", str(first), "--to", str(last)]
    command += ["--json", "--median", "--samples", samples]
    command += [] if is_busy else ["--while-idle"]
    run = subprocess.run(command, capture_output=True, env=environment, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout)


def ratio(row):
    return row["automatic"] / (row["one"] if is_busy else min(row["one"], row["all"]))


spinner = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if is_busy else None
try:
    rows = []
    for operation, (first, last) in sizes.items():
        found = measure(operation, first, last)
        rows += found["speeds"]
    print(found["library"])
    print(f"{'operation':16}{'order':>6}{'one us':>12}{'all us':>12}{'automatic us':>14}{'ratio':>7}")
    again, worst, left_out = 0, 0, sum(row.get("left_out", 0) for row in rows)
    for row in rows:
        one, both, automatic = (row[name] * 1e6 for name in ("one", "all", "automatic"))
        operation, order, ratios = row["operation"], row["order"], [ratio(row)]
        if ratios[0] > limit:
            again += 1
            ratios += [ratio(measure(operation, order, order)["speeds"][0]) for _ in range(2)]
        counted = statistics.median(ratios)
        worst = max(worst, counted)
        mark = "  again: " + ", ".join(f"{each:.2f}" for each in ratios[1:]) if len(ratios) > 1 else ""
        mark += "  above" if counted > limit else ""
        print(f"{operation:16}{order:6}{one:12.2f}{both:12.2f}{automatic:14.2f}{ratios[0]:7.2f}{mark}")
finally:
    if spinner:
        spinner.kill()
print(f"{again} of {len(rows)} measured again; worst {worst:.2f}, goal {limit}; {left_out} samples discarded, {3 * int(samples) * len(rows)} kept")
