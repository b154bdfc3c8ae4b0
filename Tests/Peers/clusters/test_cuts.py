# Part of Apus, Apache-2.0. See LICENSE.
"""Hosts that are cut off, lossy, frozen, powered off or booted again while tasks run on them."""
import json
import pathlib
import time

import pytest

from conftest import Cluster, wait_until

HOSTS = "smeagol:1,radagast:1,beren:1,arwen:1"


def tasks(hosts, count=100, retries=4, limit=60):
    """A map of commands of half a second each, and a function that checks that each came back once."""
    process = hosts.login.start(
        "apus", "map", "--on", "cluster", "--retries", retries, "sleep 0.5; echo {}", ":::", *range(count), output="map.log")

    def check():
        assert process.wait(limit) == 0, (hosts.home / "map.log").read_text()
        lines = [line for line in (hosts.home / "map.log").read_text().splitlines() if line.isdigit()]
        assert lines == [str(number) for number in range(count)]

    return check


def engines(hosts):
    return len(hosts.login.status()["engines"])


def begun(hosts):
    return any(engine["completed"] > 0 for engine in hosts.login.status()["engines"])


@pytest.fixture
def cluster(hosts):
    (hosts.home / "map.log").unlink(missing_ok=True)
    with Cluster(hosts.login, "--engines", "ssh", "--hosts", HOSTS, "--engine", "swift"):
        yield hosts
        # A host that is off takes its ssh with it, which ends later than the rest.
    hosts.heal("arwen")


def long(how):
    return pytest.param(how, marks=pytest.mark.long)


@pytest.mark.parametrize("how", [long("drop"), long("down"), long("freeze"), long("crash"), "poweroff"])
def test_tasks_of_a_lost_host_move_within_ten_seconds(cluster, how):
    check = tasks(cluster, 60)
    wait_until(lambda: begun(cluster), what="the first tasks")
    cluster.cut("arwen", how)
    began = time.monotonic()
    wait_until(lambda: engines(cluster) == 3, 20, "the loss of the engine")
    assert time.monotonic() - began < 10.5
    if how in ("down", "drop", "freeze"):
        cluster.heal("arwen")
        wait_until(lambda: engines(cluster) == 4, 20, "the engine that comes back")
    check()


@pytest.mark.parametrize("how", ["crash", long("poweroff")])
def test_a_host_that_is_booted_again_gets_its_engine_back(cluster, how):
    check = tasks(cluster, 60)
    wait_until(lambda: begun(cluster), what="the first tasks")
    cluster.cut("arwen", how)
    wait_until(lambda: engines(cluster) == 3, 20, "the loss of the engine")
    cluster.heal("arwen")
    wait_until(lambda: engines(cluster) == 4, 60, "the engine of the host")
    check()


@pytest.mark.long
def test_an_engine_behind_a_slow_relay_takes_part(cluster):
    """Each way takes a tenth of a second and 1 MB/s."""
    file = cluster.login.security / "ipcontroller-engine.json"
    text = json.loads(file.read_text())
    ports = {}

    def moved(value):
        if isinstance(value, list):
            return [moved(item) for item in value]
        if isinstance(value, int) and value > 1024:
            ports[value] = 40000 + len(ports)
            return ports[value]
        return value

    slow = {name: moved(value) for name, value in text.items()}
    path = cluster.home / "slow-engine.json"
    path.write_text(json.dumps(slow))
    path.chmod(0o600)
    pairs = [f"{mine}:{real}" for real, mine in ports.items()]
    relay = cluster.login.start("python", pathlib.Path(__file__).parent / "relay.py", *pairs, output="relay.log")
    try:
        wait_until(lambda: (cluster.home / "relay.log").read_text(), what="the relay")
        engine = cluster.on("arwen").start("apus", "engine", f"--file={path}", "--timeout=30", output="slow.log")
        wait_until(lambda: engines(cluster) == 5, 30, "the engine behind the relay")
        tasks(cluster, 40)()
        by_number = {engine["id"]: engine["completed"] for engine in cluster.login.status()["engines"]}
        assert by_number[4] > 0, by_number
        cluster.on("arwen").run("pkill", "-TERM", "-f", "slow-engine")
        assert engine.wait(10) == 0
    finally:
        relay.terminate()
        relay.wait(10)


def test_five_packets_of_a_hundred_may_be_lost(cluster):
    check = tasks(cluster, 40)
    wait_until(lambda: begun(cluster), what="the first tasks")
    cluster.cut("arwen", "loss", "5")
    check()
    assert engines(cluster) == 4
