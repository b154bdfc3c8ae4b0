#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""The command hq for a real HyperQueue, of which the Python package brings server, workers and a client, but not this command.

It knows what `apus array` asks for: submit with a script's #HQ lines, job list, job cancel. The jobs run in HyperQueue itself.
HQ_SERVER_DIR is the server's folder, as for the real command.
"""
import os
import pathlib
import re
import subprocess
import sys

import hyperqueue

folder = pathlib.Path(os.environ["HQ_SERVER_DIR"])
words = [word for word in sys.argv[1:] if not word.startswith("--output-mode")]


def client():
    return hyperqueue.Client(folder)


def submit(script):
    options = dict(re.findall(r"^#HQ --([\w-]+)=(.*)$", script.read_text(), re.M))
    first, last = map(int, options["array"].split("-"))
    job = hyperqueue.Job(name=options["name"], max_fails=None)
    for number in range(last + 1):
        # Tasks are numbered from 0 here; those before the first of the array do nothing.
        program = [str(script)] if number >= first else ["true"]
        job.program(program, stdout=options["stdout"], stderr=None, cwd=folder)
    submitted = client().submit(job)
    print(submitted.id)
    null = subprocess.DEVNULL
    command = [sys.executable, __file__, "watch", str(submitted.id)]
    subprocess.Popen(command, stdin=null, stdout=null, stderr=null, start_new_session=True)


def watch(number):
    """Writes down how a job has ended; the package's client has no list of jobs."""
    failed = client().connection.wait_for_jobs([number], lambda jobs: None)
    (folder / f"ended-{number}").write_text("FAILED" if failed else "FINISHED")


def list_jobs():
    for number in range(1, 100):
        path = folder / f"ended-{number}"
        print(number, path.read_text() if path.exists() else "RUNNING")


if words[0] == "submit":
    submit(pathlib.Path(words[-1]))
elif words[0] == "watch":
    watch(int(words[1]))
elif words[:2] == ["job", "list"]:
    list_jobs()
else:
    sys.exit(f"hq: this one does not know {words}")
