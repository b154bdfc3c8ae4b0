# Part of Apus, Apache-2.0. See LICENSE.
"""An unmodified client with a server of Apus."""
import os
import pickle
import signal
import threading
import time

import pytest

import jobs
from conftest import PACKAGE, SECRET, Relay, Server, children, connect, pp, wait_until

VALUES = [None, True, -1, 2**200, 1.5, float("inf"), "grüße 世", b"\x00\xff" * 10, (1, [2, {"k": (3,)}]), {1, 2}, 3 + 4j]


def within(seconds, call):
    """The value of a call that must not hang."""
    box = []
    thread = threading.Thread(target=lambda: box.append(call()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert box, f"no answer within {seconds} s"
    return box[0]


def test_jobs_give_their_values_in_the_order_of_their_handles(client):
    handles = [client.submit(jobs.square, (number,)) for number in range(200)]
    assert within(60, lambda: [handle() for handle in handles]) == [number**2 for number in range(200)]


def test_values_come_back_as_they_were(client):
    assert within(30, lambda: [client.submit(jobs.echo, (value,))() for value in VALUES]) == VALUES
    long = b"ab" * 10_000_000
    assert within(60, lambda: client.submit(jobs.echo, (long,))()) == long


def test_functions_classes_and_modules_travel(client):
    submit = client.submit
    assert within(20, submit(jobs.uses_helper, (4,), (jobs.helper,))) == 10
    assert within(20, submit(jobs.uses_module, (16.0,), (), ("math",))) == 4
    assert within(20, submit(jobs.factor, (jobs.Scale(7),))) == 7
    assert within(20, pp.Template(client, jobs.uses_helper, (jobs.helper,)).submit(5)) == 12


def test_what_a_job_raises_and_prints_comes_back_as_text(client):
    value, text = pickle.loads(within(20, lambda: client.submit(jobs.boom, (3,))(True)))
    assert value is None and "ValueError: boom 3" in text
    value, text = pickle.loads(within(20, lambda: client.submit(jobs.say, (1,))(True)))
    assert value == 1 and text.endswith("hello 1\n")


def test_callbacks_are_called_once_each_and_groups_are_waited_for(client):
    got, lock = [], threading.Lock()

    def note(tag, number, result):
        with lock:
            got.append((tag, number, result))

    for number in range(30):
        client.submit(jobs.square, (number,), callback=note, callbackargs=("t", number), group="noted")
    within(60, lambda: client.wait("noted") or True)
    wait_until(lambda: len(got) == 30, 5, "all callbacks")
    assert sorted(got) == [("t", number, number**2) for number in range(30)]


def test_workers_work_at_once_and_statistics_count(server, client):
    begun = time.monotonic()
    handles = [client.submit(jobs.nap, (number, 0.5), (), ("time",)) for number in range(4)]
    assert within(30, lambda: [handle() for handle in handles]) == [0, 1, 2, 3]
    assert time.monotonic() - begun < 1.9
    statistics = client.get_stats()[server.host]
    assert statistics.njobs >= 4 and statistics.time > 0


@pytest.mark.parametrize("way", ["exit", "kill", "output", "errors"])
def test_what_a_job_does_to_its_worker_is_its_own_loss(client, way):
    raw = pickle.loads(within(15, lambda: client.submit(jobs.die, (way,), (), ("os",))(True)))
    if way in ("exit", "kill"):
        assert raw[0] is None and "before it had a result" in raw[1]
    elif way == "errors":
        assert raw[0] == "written"
    handles = [client.submit(jobs.square, (number,)) for number in range(20)]
    assert within(20, lambda: [handle() for handle in handles]) == [number**2 for number in range(20)]


def test_a_wrong_secret_never_makes_a_node(server):
    other = pp.Server(ncpus=0, ppservers=(server.host,), secret=SECRET + "-wrong")
    good = connect(server)
    assert server.host not in other.get_active_nodes()
    assert within(10, good.submit(jobs.square, (3,))) == 9
    other.destroy()
    good.destroy()


def test_a_secret_may_have_any_letters_of_latin(tmp_path):
    secret = "geheimnüß"
    (tmp_path / "secret").write_text(secret + "\n", encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    with Server("--secret-file", tmp_path / "secret") as server:
        client = connect(server, secret=secret)
        assert within(20, client.submit(jobs.square, (7,))) == 49
        client.destroy()


def test_a_worker_that_was_killed_while_it_had_no_job_costs_none(server, client):
    for worker in children(server.process.pid):
        os.kill(worker, signal.SIGKILL)
    assert within(20, lambda: [client.submit(jobs.square, (number,))() for number in range(8)]) == [number**2 for number in range(8)]


def test_each_job_has_a_process_of_its_own_if_asked_for():
    with Server("-r") as server:
        client = connect(server)
        handles = [client.submit(jobs.process, (number,), (), ("os",)) for number in range(6)]
        assert len(set(within(30, lambda: [handle() for handle in handles]))) == 6
        client.destroy()


def test_a_killed_server_leaves_no_worker_also_in_the_midst_of_a_job():
    server = Server()
    client = connect(server)
    for _ in range(2):
        client.submit(jobs.turn_for_ever, ())
    workers = children(server.process.pid)
    wait_until(lambda: any(busy(pid) for pid in workers), 10, "a busy worker")
    server.kill()
    wait_until(lambda: not alive(workers), 10, "the end of its workers")
    client.destroy()


def busy(pid):
    import pathlib
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) > 50


def test_a_node_that_dies_leaves_its_jobs_to_the_others():
    with Server() as other:
        dying = Server()
        client = connect(dying, other)
        handles = [client.submit(jobs.nap, (number, 0.1), (), ("time",)) for number in range(40)]
        wait_until(lambda: any(handle.finished for handle in handles), 10, "the first result")
        workers = children(dying.process.pid)
        dying.kill()
        assert within(60, lambda: [handle() for handle in handles]) == list(range(40))
        wait_until(lambda: not set(workers) & set(alive(workers)), 10, "the end of its workers")
        with Server(port=dying.port):
            wait_until(lambda: client.get_active_nodes().get(dying.host) == 2, 15, "the node's return")
            handles = [client.submit(jobs.nap, (number, 0.05), (), ("time",)) for number in range(20)]
            assert within(60, lambda: [handle() for handle in handles]) == list(range(20))
            client.destroy()


def test_jobs_of_a_node_that_is_cut_off_finish_on_the_others():
    with Server() as far, Server() as near:
        relay = Relay(far)
        client = connect(relay, near)
        handles = [client.submit(jobs.nap, (number, 0.1), (), ("time",)) for number in range(40)]
        wait_until(lambda: client.get_stats().get(relay.host) and client.get_stats()[relay.host].njobs > 0, 10, "a result from afar")
        relay.cut()
        assert within(60, lambda: [handle() for handle in handles]) == list(range(40))
        # What the client had there waits for nobody.
        other = connect(far)
        assert within(20, lambda: [other.submit(jobs.square, (number,))() for number in range(10)]) == [number**2 for number in range(10)]
        assert len(children(far.process.pid)) == 2
        for one in (client, other):
            one.destroy()


def alive(pids):
    import pathlib
    return [pid for pid in pids if pathlib.Path(f"/proc/{pid}").exists()]
