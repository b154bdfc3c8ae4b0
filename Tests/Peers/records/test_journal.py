# Part of Apus, Apache-2.0. See LICENSE.
"""A controller with a journal is killed at work: what it had goes on under the next one, for unmodified clients and engines."""

import os
import pathlib
import random
import subprocess
import sys

import ipyparallel
import pytest

from test_restart import hold, processes, start, wait  # noqa: F401 (a fixture)


def start_engine(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "ipyparallel.engine"],
        env=dict(os.environ, IPP_PROFILE_DIR=folder, IPP_CLUSTER_ID=""),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def replace(controller, folder, processes):
    controller.kill()
    controller.wait()
    processes.append(start(folder, "--journal"))
    return processes[-1]


def test_what_restore_could_only_name_as_lost_is_done(tmp_path, processes):
    folder, started, release = (str(tmp_path / name) for name in ("profile", "started", "release"))
    for pipe in (started, release):
        os.mkfifo(pipe)
    controller = start(folder, "--journal")
    processes.append(controller)
    processes.append(start_engine(folder))
    path = f"{folder}/security/ipcontroller-client.json"
    with ipyparallel.Client(path) as old:
        old.wait_for_engines(1, timeout=30)
        view = old.load_balanced_view()
        done = view.apply_async(abs, -99)
        assert done.get(30) == 99
        held = view.apply_async(hold, started, release)
        open(started).close()
        queued = [view.apply_async(abs, -number) for number in range(20)]
        identifiers = [task.msg_ids[0] for task in queued]
        wait("the tasks", lambda: old.queue_status()["unassigned"] == 20)
        replace(controller, folder, processes)
        with ipyparallel.Client(path, timeout=30) as new:
            new.wait_for_engines(1, timeout=30)
            assert new.get_result(done.msg_ids[0]).get(30) == 99
            status = new.result_status([*identifiers, *held.msg_ids], status_only=True)
            assert sorted(status["pending"]) == sorted([*identifiers, *held.msg_ids])
            open(release, "w").close()
            assert new.get_result(held.msg_ids[0]).get(30) == "held"
            assert [new.get_result(one).get(30) for one in identifiers] == list(range(20))
            # The old client is heard when it sends something.
            assert view.apply_async(abs, -5).get(30) == 5
            assert held.get(30) == "held"
            assert [task.get(30) for task in queued] == list(range(20))
            # Finished tasks that are purged are gone from the journal too.
            new.purge_results(identifiers)
        replace(processes[-1], folder, processes)
        with ipyparallel.Client(path, timeout=30) as new:
            with pytest.raises(ipyparallel.RemoteError, match="No such message"):
                new.result_status(identifiers)
            assert new.get_result(done.msg_ids[0]).get(30) == 99


@ipyparallel.interactive
def log(path, number):
    """What a task does: it says that it runs, for a moment."""
    import os
    import time

    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, f"{number}\n".encode())
    os.close(file)
    time.sleep(0.002)
    return number * number


ROUNDS = int(os.environ.get("APUS_CONTROLLER_KILLS", "3"))


def test_no_accepted_task_is_lost_however_often_the_controller_is_killed(tmp_path, processes):
    folder, written = str(tmp_path / "profile"), str(tmp_path / "log")
    controller = start(folder, "--journal")
    processes.append(controller)
    processes.extend(start_engine(folder) for _ in range(2))
    path = f"{folder}/security/ipcontroller-client.json"
    choice = random.Random()
    repeated = midway = fetched = 0
    with ipyparallel.Client(path) as client:
        client.wait_for_engines(2, timeout=30)
        view = client.load_balanced_view()
        for number in range(ROUNDS):
            pathlib.Path(written).write_text("")
            tasks = [view.apply_async(log, written, index) for index in range(60)]
            identifiers = [task.msg_ids[0] for task in tasks]
            wait("the tasks", lambda: accepted(client, identifiers))
            moment = choice.randrange(50)
            wait("the moment of the kill", lambda: len(pathlib.Path(written).read_text().split()) >= moment)
            midway += any(not task.ready() for task in tasks)
            controller = replace(controller, folder, processes)
            assert view.apply_async(abs, -number).get(30) == number
            for index, task in enumerate(tasks):
                # An answer that was on its way when the controller was killed is not sent twice; its result is kept.
                if task.wait(5):
                    value = task.get(0)
                else:
                    fetched += 1
                    one = identifiers[index]
                    value = client.result_status([one], status_only=False)[one]
                assert value == index * index, f"round {number}, task {index}"
            ran = pathlib.Path(written).read_text().split()
            assert set(map(int, ran)) == set(range(60))
            # Of each engine one answer at most was on its way.
            assert len(ran) <= 62, f"round {number}: {len(ran)} of 60 tasks ran"
            repeated += len(ran) - 60
    assert fetched <= ROUNDS, f"{fetched} answers got lost on their way in {ROUNDS} kills"
    print(f"{ROUNDS} kills, {midway} in mid-work, {repeated} tasks ran again, {fetched} results were fetched")


def accepted(client, identifiers):
    try:
        client.result_status(identifiers)
        return True
    except ipyparallel.RemoteError:
        return False
