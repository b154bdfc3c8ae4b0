#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Plays the commands of a scheduler: the name by which it is called says which. PLAYED is its folder.

A submit command starts the elements of the array here; PLAYED/submit says what it prints, PLAYED/query how the list fails, by turns.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

folder = pathlib.Path(os.environ["PLAYED"])
name, words = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
with open(folder / "calls", "a") as calls:
    print(json.dumps([name, *words]), file=calls)

INDEX = {"sbatch": "SLURM_ARRAY_TASK_ID", "qsub": "SGE_TASK_ID", "bsub": "LSB_JOBINDEX", "condor_submit": None}
COUNT = {"sbatch": r"--array=1-(\d+)", "qsub": r"(?:-t|-J) 1-(\d+)", "bsub": r"-J .*\[1-(\d+)\]", "condor_submit": r"(?m)^queue (\d+)"}


def submit():
    last = pathlib.Path(words[-1]) if words else None
    script = last.read_text() if last and last.is_file() else sys.stdin.read()
    (folder / "script").write_text(script)
    plan = json.loads((folder / "submit").read_text())
    if plan.get("refuses") in words or plan.get("status") and not plan.get("accepts"):
        print(plan.get("errors", ""), file=sys.stderr)
        sys.exit(plan.get("status", 1))
    count = int(re.search(COUNT[name], script)[1])
    log = re.search(r"(?:--output=|-o |output = )(\S+)", script)[1]
    for element in range(count):
        number = element if name == "condor_submit" else element + 1
        command = ["sh", "-c", script]
        if name == "condor_submit":
            argument = re.search(r"arguments = \"-c '(.*)'\"", script)[1].replace("''", "'").replace('""', '"')
            command = ["sh", "-c", argument.replace("$(Process)", str(number)).replace("$(DOLLAR)", "$")]
        path = re.sub(r"%a|%I|\$TASK_ID|\$\(Process\)", str(number), log)
        variables = {INDEX[name]: str(number), "PBS_ARRAY_INDEX": str(number)} if INDEX[name] else {}
        with open(path, "ab") as output:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                                     env=os.environ | variables)
        with open(folder / "pids", "a") as pids:
            print(child.pid, file=pids)
    sys.stdout.write(plan["output"])
    sys.stderr.write(plan.get("errors", ""))
    sys.exit(plan.get("status", 0))


def alive():
    found = []
    for line in (folder / "pids").read_text().split() if (folder / "pids").exists() else []:
        try:
            if " Z " not in pathlib.Path(f"/proc/{line}/stat").read_text():
                found.append(int(line))
        except OSError:
            pass
    return found


def query():
    modes = json.loads((folder / "query").read_text()) if (folder / "query").exists() else []
    mode = modes.pop(0) if modes else ""
    (folder / "query").write_text(json.dumps(modes))
    if mode == "status":
        sys.exit("slurm_load_jobs error: Socket timed out on send/recv operation")
    if mode == "errors":
        print("slurm_load_jobs error: Socket timed out", file=sys.stderr)
    elif mode == "silence":
        time.sleep(40)
    elif mode == "cut":
        sys.stdout.write("123_1|RUNN")
    elif "-s" in words:
        pass
    elif "-n" in words:
        print(*(["123"] * len(alive()) if "%F" in words else ["123", "124"]), sep="\n")
    else:
        if name == "bjobs" and not alive():
            sys.exit("No unfinished job found")
        for element, _ in enumerate(alive(), 1):
            if name == "squeue":
                print(f"123_{element}|RUNNING|None")
            elif name == "bjobs":
                print(f"123|{element}|RUN")
            elif name == "condor_q":
                print(f"123, {element}, 2, undefined")
            elif "[]" in json.loads((folder / "submit").read_text())["output"]:
                print("123[].server  me  workq  apus-1  --  1  1  --  01:00 B  --")
                break
            else:
                print(f"  123 0.5 apus me r 11/28/2026 10:00:00 all.q 1 {element}")


def cancel():
    for pid in alive():
        os.kill(pid, signal.SIGTERM)


{"sbatch": submit, "qsub": submit, "bsub": submit, "condor_submit": submit, "squeue": query, "qstat": query, "bjobs": query,
 "condor_q": query, "scancel": cancel, "qdel": cancel, "bkill": cancel, "condor_rm": cancel}[name]()
