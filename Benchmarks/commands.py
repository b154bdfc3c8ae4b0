#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""A thousand commands with apus map, GNU parallel and xargs, in turn in one run: commands.py APUS [ROUNDS]

Best of all rounds, in seconds, with two at a time. Needs the packages parallel and findutils.
"""
import collections
import subprocess
import sys
import time

apus = sys.argv[1]
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
count = 1000
jobs = {
    "a program (env true)": {
        "apus map": f"{apus} map --workers 2 env true ::: 1..{count}",
        "GNU parallel": f"seq {count} | parallel -j2 env true {{}}",
        "xargs": f"seq {count} | xargs -P2 -n1 env true",
    },
    "a shell script (echo)": {
        "apus map": f"{apus} map --workers 2 'echo {{}}' ::: 1..{count}",
        "GNU parallel": f"seq {count} | parallel -j2 echo {{}}",
        "xargs": f"seq {count} | xargs -P2 -I{{}} sh -c 'echo {{}}'",
    },
}
best = collections.defaultdict(lambda: float("inf"))
for _ in range(rounds):
    for job, commands in jobs.items():
        for who, command in commands.items():
            start = time.perf_counter()
            subprocess.run(["sh", "-c", command], check=True, stdout=subprocess.DEVNULL)
            best[job, who] = min(best[job, who], time.perf_counter() - start)
for job, commands in jobs.items():
    own = best[job, "apus map"]
    print(job, ", ".join(f"{who} {best[job, who]:.2f} s ({own / best[job, who]:.2f})" for who in commands))
