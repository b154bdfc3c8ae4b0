# Part of Apus, Apache-2.0. See LICENSE.
"""A controller is killed at work and restored: nobody waits in vain, and nothing that an engine has is lost."""

import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

import ipyparallel
import pytest


def start(folder, *options):
    """Starts a controller in a profile and returns it once it is ready."""
    process = subprocess.Popen(
        [os.environ["APUS"], "controller", f"--profile-dir={folder}", *options],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if " ready: " in line:
            return process
    raise AssertionError("the controller has not started")


def wait(what, is_so, seconds=30):
    deadline = time.monotonic() + seconds
    while not is_so():  # each is a question to the controller
        assert time.monotonic() < deadline, f"too late: {what}"


def stored_records(folder):
    path = next(pathlib.Path(folder).glob("**/tasks.db"))
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        (count,) = database.execute('SELECT COUNT(*) FROM "ipython-tasks"').fetchone()
    return count


@ipyparallel.interactive
def hold(started, release):
    open(started, "w").close()
    open(release).close()  # pipes, which are opened when the other end is
    return "held"


@pytest.fixture
def processes():
    running = []
    yield running
    for process in running:
        process.kill()
        process.wait()


def test_a_restored_controller(tmp_path, processes):
    folder, started, release = (str(tmp_path / name) for name in ("profile", "started", "release"))
    for pipe in (started, release):
        os.mkfifo(pipe)
    controller = start(folder, "--sqlitedb", "--reuse")
    processes.append(controller)
    environment = dict(os.environ, IPP_PROFILE_DIR=folder, IPP_CLUSTER_ID="")
    engine = subprocess.Popen(
        [sys.executable, "-m", "ipyparallel.engine"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    processes.append(engine)
    path = f"{folder}/security/ipcontroller-client.json"
    with ipyparallel.Client(path) as old:
        old.wait_for_engines(1, timeout=30)
        view = old.load_balanced_view()
        held = view.apply_async(hold, started, release)
        open(started).close()
        queued = [view.apply_async(abs, -number) for number in range(20)]
        identifiers = [task.msg_ids[0] for task in queued]
        wait("the records on disk", lambda: stored_records(folder) == 21)
        controller.kill()
        controller.wait()
        processes.append(start(folder, "--sqlitedb", "--restore"))
        with ipyparallel.Client(path, timeout=30) as new:
            new.wait_for_engines(1, timeout=30)
            wait("the lost tasks", lambda: len(new.result_status(identifiers)["completed"]) == 20)
            status = new.result_status([*identifiers, *held.msg_ids], status_only=True)
            assert status["pending"] == held.msg_ids
            with pytest.raises(ipyparallel.RemoteError) as caught:
                new.get_result(identifiers[0]).get(20)
            assert caught.value.ename == "EngineError" and "was lost" in caught.value.evalue
            open(release, "w").close()
            assert new.get_result(held.msg_ids[0]).get(30) == "held"
            assert new.resubmit(identifiers[3]).get(30) == [3]
            # The old client is heard when it sends something.
            assert view.apply_async(abs, -5).get(30) == 5
            assert held.get(30) == "held"
            for task in queued:
                with pytest.raises(ipyparallel.RemoteError, match="was lost"):
                    task.get(30)
