# Part of Apus, Apache-2.0. See LICENSE.
"""A client of a cluster with two engines of Python (ids 0 and 1), two of the tool apus (2 and 3) and two of the tests' program.

Scripts/check-exchange has started the cluster; the Swift engines are started here.
"""
import os
import subprocess
import sys

import ipyparallel
import pytest

sys.path.insert(0, os.environ["APUS_PYTHON"])


@pytest.fixture(scope="session")
def client():
    programs = [[os.environ["APUS"], "engine"]] * 2 + [[os.environ["APUS_CONTRACT_WORKER"], "--apus-engine"]] * 2
    engines = []
    with ipyparallel.Client() as client:
        for number, program in enumerate(programs):
            engines.append(subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            client.wait_for_engines(3 + number, timeout=30)
        assert client.ids == list(range(6))
        yield client
    for engine in engines:
        engine.terminate()
    for engine in engines:
        engine.wait(20)
