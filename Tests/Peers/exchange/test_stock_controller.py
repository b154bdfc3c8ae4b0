# Part of Apus, Apache-2.0. See LICENSE.
"""Swift engines with the ipcontroller of ipyparallel."""
import os
import subprocess
import sys

import ipyparallel
import pytest
from apus_ipyparallel import SwiftFunction, swift_engines


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("stock"))
    option = f"--profile-dir={folder}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    programs = [subprocess.Popen([sys.executable, "-m", "ipyparallel.controller", option], **quiet)]
    try:
        with ipyparallel.Client(profile_dir=folder, timeout=60) as client:
            for number, program in enumerate(
                (
                    [os.environ["APUS"], "engine", option],
                    [sys.executable, "-m", "ipyparallel.engine", option],
                    [os.environ["APUS"], "engine", option],
                )
            ):
                programs.append(subprocess.Popen(program, **quiet))
                client.wait_for_engines(number + 1, timeout=60)
            yield client
    finally:
        for program in reversed(programs):
            program.terminate()
        for program in programs:
            program.wait(30)


def test_tasks_of_python_move_on_to_the_engine_of_python(client):
    assert swift_engines(client) == [0, 2]

    @ipyparallel.interactive
    def where(x):
        import os

        return os.getpid(), x

    answers = client.load_balanced_view().map_sync(where, range(30))
    assert [x for _, x in answers] == list(range(30))
    assert {process for process, _ in answers} == {client[1].apply_sync(where, 0)[0]}


def test_swift_functions_are_called(client):
    pi = SwiftFunction(client, "pi", points=1000)
    assert pi.map(range(9)) == [pi(slice) for slice in range(9)]


def test_values_are_pushed_to_swift_engines_and_pulled_back(client):
    client[0].push({"a": [1, 2.5, "x"]}, block=True)
    assert client[0].pull("a", block=True) == [1, 2.5, "x"]
