# Part of Apus, Apache-2.0. See LICENSE.
"""The examples, and the programs that ppft is tested with, on our server and on that of the package: they print the same."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest

from conftest import APUS, PACKAGE, SECRET, Server, pp

EXAMPLES = pathlib.Path(os.environ["APUS_EXAMPLES"])
# What differs from run to run: the table of statistics, and times.
STATISTICS = re.compile(r"^Job execution statistics:.*?^\d+ active tasks, \d+ cores\n(WARNING.*?\n)?\n?", re.M | re.S)
TIMES = re.compile(r"\d+\.\d+ ?s\b")


class OwnServer:
    """The `ppserver` of the package."""

    def __init__(self, workers=2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.host = f"127.0.0.1:{port}"
        script = shutil.which("ppserver", path=str(pathlib.Path(sys.executable).parent))
        self.process = subprocess.Popen(
            [sys.executable, script, "-i", "127.0.0.1", "-p", str(port), "-s", SECRET, "-w", str(workers)], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
        raise AssertionError("the package's server does not listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, 9)
        self.process.wait()


def run(program, *words):
    done = subprocess.run(
        [sys.executable, program, *map(str, words)], env=os.environ | {"PP_SECRET": SECRET}, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(text):
    """What it has said, but for times and the last digits of sums, whose parts come in any order."""
    text = TIMES.sub("…", STATISTICS.sub("", text))
    return re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda number: f"{float(number[0]):.9g}" if abs(float(number[0])) > 1e-6 else "small", text)


def test_the_pi_job_prints_the_hits_of_ours(server):
    text = run(EXAMPLES / "Python/pp_pi.py", 50_000, server.host)
    own = subprocess.run([APUS, "pi", "--slices", "48", "--points", "50000", "--json"], capture_output=True, text=True, check=True)
    pi, hits = re.search(r"^Pi: ([\d.]+), (\d+) hits$", text, re.M).groups()
    own = json.loads(own.stdout)
    assert int(hits) == own["hits"]
    assert abs(float(pi) - own["pi"]) < 1e-7
    assert re.search(rf"^ +48 \| +100\.00 \| .* \| {server.host}$", text, re.M), text


@pytest.mark.parametrize("program, words", [("pp_pi.py", [50_000]), ("pp_leave_one_out.py", [6, 10])])
def test_an_example_prints_the_same_with_the_server_of_the_package(server, program, words):
    ours = said(run(EXAMPLES / "Python" / program, *words, server.host))
    with OwnServer() as own:
        theirs = said(run(EXAMPLES / "Python" / program, *words, own.host))
    assert ours == theirs and ours.strip()


# Replaces the server that a program makes by a client of the one that is named, which has no workers of its own.
RUNNER = """
import os, random, runpy, sys, time
import ppft
program, host = sys.argv[1:]
real = ppft.Server

def server(*_, **__):
    client = real(ncpus=0, ppservers=(host,), secret=os.environ["PP_SECRET"])
    end = time.monotonic() + 20
    while not client.autopp_list.get(host) and time.monotonic() < end:
        time.sleep(0.01)
    return client

ppft.Server = server
try:
    import pp
    pp.Server = server
except ImportError:
    pass
random.seed(1)
sys.argv = [program]
runpy.run_path(program, run_name="__main__")
sys.stdout.flush()
os._exit(0)
"""


# The package of pp brings no programs of its own.
PROGRAMS = ["sum_primes", "sum_primes_functor", "callback", "auto_diff", "reverse_md5", "quicksort"] if PACKAGE == "ppft" else []


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_the_package_prints_the_same(server, name, tmp_path):
    program = pathlib.Path(pp.__file__).parent / "tests" / f"{name}.py"
    runner = tmp_path / "runner.py"
    runner.write_text(RUNNER)
    ours = said(run(runner, program, server.host))
    with OwnServer() as own:
        theirs = said(run(runner, program, own.host))
    assert ours == theirs and ours.strip()
