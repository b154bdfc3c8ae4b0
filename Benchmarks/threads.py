#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""The automatic number of threads against one and all, on this machine: threads.py [idle | busy]

"idle": the time of the automatic choice in the better of both, which is to be at most 1.05.
"busy": in that of one thread while another process spins, at most 1.5; medians, not best times.
"""
import json
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
apus = here.parent / ".build/release/apus"
is_busy = sys.argv[1:] == ["busy"]
sizes = {
    "product": (16, 2048), "gram": (64, 1024), "matrixVector": (64, 4096), "cholesky": (64, 2048), "lu": (64, 2048),
    "qr": (64, 1024), "symmetricEigen": (16, 512), "svd": (32, 512),
}
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here.parent), "--quiet"], check=True)
environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
spinner = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if is_busy else None
limit, worst = (1.5 if is_busy else 1.05), 0
try:
    for operation, (first, last) in sizes.items():
        command = [str(apus), "blas", "benchmark", "--operation", operation, "--from", str(first), "--to", str(last)]
        command += ["--json"] + (["--median", "--samples", "15"] if is_busy else ["--samples", "9"])
        found = json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
        if operation == "product":
            print(found["library"])
            print(f"{'operation':16}{'order':>6}{'one us':>12}{'all us':>12}{'automatic us':>14}{'ratio':>7}")
        for row in found["speeds"]:
            one, both, automatic = (row[name] * 1e6 for name in ("one", "all", "automatic"))
            ratio = automatic / (one if is_busy else min(one, both))
            worst = max(worst, ratio)
            mark = "  above" if ratio > limit else ""
            print(f"{operation:16}{row['order']:6}{one:12.2f}{both:12.2f}{automatic:14.2f}{ratio:7.2f}{mark}")
finally:
    if spinner:
        spinner.kill()
print(f"worst {worst:.2f}, goal {limit}")
