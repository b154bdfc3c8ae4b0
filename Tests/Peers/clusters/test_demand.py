# Part of Apus, Apache-2.0. See LICENSE.
"""Engines that are requested from a real Slurm as tasks wait, and released when they have nothing to do."""
import re

import pytest

from conftest import Cluster, wait_until
from test_allocations import engines, jobs, launcher_log, logs
from test_cuts import tasks

DEMAND = ["--engines", "slurm", "--max", 4, "--engines-per-job", 2, "--idle-timeout", 2]


def requested(hosts):
    """The numbers of engines of each job that was requested."""
    return [int(count) for count in re.findall(r"was requested with (\d+) engine", launcher_log(hosts))]


def test_a_map_gets_engines_that_are_released_when_it_is_done(hosts):
    """The cluster has no engine at first; nothing of the site's nodes is held while there is nothing to do."""
    with Cluster(hosts.login, *DEMAND, "--engine", "swift", "--empty-timeout", 1, "--backlog", 2) as cluster:
        assert "engines start when tasks wait" in cluster.said and not jobs(hosts)
        for _ in range(2):
            (hosts.home / "map.log").unlink(missing_ok=True)
            tasks(hosts, 12, retries=0)()
            assert 1 <= len(requested(hosts)) and all(count <= 2 for count in requested(hosts)), "a job never means one task"
            wait_until(lambda: not jobs(hosts), 20, lambda: f"the release: {jobs(hosts)}\n{logs(hosts)}")
            wait_until(lambda: not engines(hosts), 5, "the departure of the engines")
        assert sum(requested(hosts)) <= 8, requested(hosts)
        assert "nothing to do and" in launcher_log(hosts)


VIEWS = """
import ipyparallel, time
client = ipyparallel.Client()
assert client.ids == []
def pause(number):
    import time
    time.sleep(0.5)
    return number * number
balanced = client.load_balanced_view()
assert balanced.map_sync(pause, range(12)) == [number * number for number in range(12)]
print("done", flush=True)
"""

DIRECT = """
import ipyparallel
client = ipyparallel.Client()
client.wait_for_engines(3, timeout=30)
view = client[:]
view.push({"a": 7}, block=True)
assert view.pull("a", block=True) == [7] * len(view)
"""


def test_unmodified_python_clients_get_engines_by_submitting_and_views_by_scale(hosts):
    with Cluster(hosts.login, *DEMAND, "--engine", "python"):
        hosts.login.run("python", "-c", VIEWS)
        first = len(requested(hosts))
        assert 1 <= first <= 3, requested(hosts)
        hosts.login.apus("cluster", "scale", 3)
        hosts.login.run("python", "-c", DIRECT)
        wait_until(lambda: len(engines(hosts)) == 3, 20, "the engines that are kept, and no other")
        hosts.login.apus("cluster", "scale", 0)
        wait_until(lambda: not jobs(hosts) and not engines(hosts), 20, lambda: f"the release: {logs(hosts)}")


def test_a_native_client_that_waits_for_engines_gets_them(hosts):
    with Cluster(hosts.login, *DEMAND, "--engine", "swift", "--min", 1):
        assert len(engines(hosts)) == 1
        hosts.login.apus("pi", "--slices", 8, "--points", 100, "--on", "cluster")
        wait_until(lambda: len(engines(hosts)) == 1, 20, "the engine that is kept")


def test_jobs_that_wait_when_the_tasks_are_gone_are_taken_out_of_the_queue(hosts):
    nodes = hosts.login.run("sinfo", "-h", "-o", "%D").stdout.strip()
    hog = hosts.login.run("sbatch", "--parsable", "--exclusive", f"--nodes={nodes}", "--wrap", "sleep 300").stdout.strip()
    try:
        wait_until(lambda: "RUNNING" in jobs(hosts).values(), 20, lambda: f"the other job: {jobs(hosts)}")
        with Cluster(hosts.login, *DEMAND, "--engine", "swift", "--empty-timeout", 100):
            hosts.login.apus("cluster", "scale", 2)
            wait_until(lambda: list(jobs(hosts).values()).count("PENDING") == 2, 20, lambda: f"a job that waits: {jobs(hosts)}")
            hosts.login.apus("cluster", "scale", 0)
            wait_until(lambda: len(jobs(hosts)) == 1, 20, lambda: f"its withdrawal: {jobs(hosts)}\n{logs(hosts)}")
            wait_until(lambda: "2 engines were taken out of the queue" in launcher_log(hosts), 10, lambda: launcher_log(hosts))
            assert requested(hosts) == [2] and "soon after" not in launcher_log(hosts), launcher_log(hosts)
    finally:
        hosts.login.run("scancel", hog)
    wait_until(lambda: not jobs(hosts), 20, "the end of the other job")


@pytest.mark.long
def test_short_tasks_ask_for_few_engines(hosts):
    """Thousands of short tasks are no reason for more jobs, once it is known how short they are."""
    with Cluster(hosts.login, *DEMAND, "--engine", "swift", "--engines-per-job", 1, "--backlog", 1):
        hosts.login.apus("pi", "--slices", 2000, "--points", 2000, "--on", "cluster")
        assert sum(requested(hosts)) <= 2, requested(hosts)


@pytest.mark.long
def test_jobs_that_cannot_work_are_not_requested_for_ever(hosts):
    """The tasks that wait fail with the reason, and the cluster ends."""
    hosts.login.apus("cluster", "start", "--daemonize", *DEMAND, "--engine", "false", "--empty-timeout", 1)
    code = "import ipyparallel\nv = ipyparallel.Client().load_balanced_view()\nr = v.apply_async(abs, -1)\nprint(r.exception(timeout=100))"
    said = hosts.login.run("python", "-c", code, timeout=110).stdout
    assert "no engine" in said
    hosts.login.apus("cluster", "clean")
