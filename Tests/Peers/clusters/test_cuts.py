# Part of Apus, Apache-2.0. See LICENSE.
"""Hosts that are cut off, lossy, frozen, powered off or booted again while tasks run on them."""
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


@pytest.mark.parametrize("how", [long("drop"), "down", long("freeze"), long("crash"), "poweroff"])
def test_tasks_of_a_lost_host_move_within_ten_seconds(cluster, how):
    check = tasks(cluster)
    wait_until(lambda: begun(cluster), what="the first tasks")
    cluster.cut("arwen", how)
    began = time.monotonic()
    wait_until(lambda: engines(cluster) == 3, 20, "the loss of the engine")
    assert time.monotonic() - began < 12
    if how in ("down", "drop", "freeze"):
        cluster.heal("arwen")
        wait_until(lambda: engines(cluster) == 4, 20, "the engine that comes back")
    check()


def test_five_packets_of_a_hundred_may_be_lost(cluster):
    check = tasks(cluster, 40)
    wait_until(lambda: begun(cluster), what="the first tasks")
    cluster.cut("arwen", "loss", "5")
    check()
    assert engines(cluster) == 4
