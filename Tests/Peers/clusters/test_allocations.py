# Part of Apus, Apache-2.0. See LICENSE.
"""Jobs that end before the cluster does: by a warning, by the scheduler, by preemption, at their time limit."""
import re
import shutil

import pytest

from conftest import Cluster, wait_until
from test_cuts import begun, tasks

SLURM = ["-n", 4, "--engines", "slurm", "--engine", "swift"]


def engines(hosts):
    return hosts.login.status()["engines"]


def launcher_log(hosts):
    (path,) = hosts.login.security.parent.glob("log/apus-cluster-*.log")
    return path.read_text()


def logs(hosts):
    return "\n".join(f"{path.name}\n{path.read_text()}" for path in hosts.login.security.parent.glob("log/*.log"))


def jobs(hosts):
    """Elements of jobs and their states."""
    lines = hosts.login.run("squeue", "-h", "-r", "-o", "%i %T").stdout.split("\n")
    return dict(line.split() for line in lines if line)


@pytest.fixture
def without_scontrol(hosts):
    """Jobs find a scontrol that does not work, as on nodes that have none."""
    programs, called = hosts.home / "bin", hosts.home / "scontrol-called"
    programs.mkdir()
    (programs / "scontrol").write_text(f"#!/bin/sh\ntouch {called}; exit 127\n")
    (programs / "scontrol").chmod(0o755)
    path = hosts.login.environment["PATH"]
    hosts.login.environment["PATH"] = f"{programs}:{path}"
    yield
    hosts.login.environment["PATH"] = path
    shutil.rmtree(programs)
    assert not called.exists()


@pytest.mark.parametrize("how", [pytest.param(["--batch", "--signal=USR1"], marks=pytest.mark.long), []], ids=["warning", "end"])
def test_an_engine_hands_back_what_it_holds_and_another_takes_its_place(hosts, how, without_scontrol):
    with Cluster(hosts.login, *SLURM, "--time", 10):
        (hosts.home / "map.log").unlink(missing_ok=True)
        check = tasks(hosts, 40, retries=0)
        wait_until(lambda: begun(hosts), what="the first tasks")
        before = {engine["uuid"] for engine in engines(hosts)}
        job = sorted(jobs(hosts))[1]
        hosts.login.run("scancel", *how, job)
        wait_until(lambda: len({engine["uuid"] for engine in engines(hosts)} - before) == 1, 20,
                   lambda: f"the replacement of {job}: {jobs(hosts)}\n{engines(hosts)}\n{logs(hosts)}")
        check()
        assert len(engines(hosts)) == 4
        assert re.search(r"an engine's job has ended; job \d+ takes its place", launcher_log(hosts))
        assert len(jobs(hosts)) == 4 and job not in jobs(hosts)
    wait_until(lambda: not hosts.engines(), 5, "the end of the engines")


@pytest.mark.long
def test_a_python_engine_whose_job_has_ended_is_replaced_too(hosts):
    with Cluster(hosts.login, "-n", 2, "--engines", "slurm"):
        before = {engine["uuid"] for engine in engines(hosts)}
        hosts.login.run("scancel", sorted(jobs(hosts))[0])
        wait_until(lambda: len({engine["uuid"] for engine in engines(hosts)} - before) == 1, 30, "the replacement")


def test_engines_that_a_client_has_shut_down_are_not_replaced(hosts):
    code = "import ipyparallel; ipyparallel.Client().shutdown(targets=[0], block=True)"
    with Cluster(hosts.login, *SLURM):
        hosts.login.run("python", "-c", code)
        wait_until(lambda: len(jobs(hosts)) == 3, 10, "the end of the job")
        hosts.login.run("scancel", sorted(jobs(hosts))[0])
        wait_until(lambda: " place\n" in launcher_log(hosts), 20, "the replacement of the other")
        wait_until(lambda: len(engines(hosts)) == 3, 10, "its engine")
        assert len(jobs(hosts)) == 3


@pytest.mark.long
def test_no_job_is_replaced_if_that_is_not_wanted(hosts):
    """The cluster ends when it has had no engine for some time."""
    hosts.login.apus("cluster", "start", "--daemonize", "-n", 2, *SLURM[2:], "--no-replace", "--empty-timeout", 2)
    hosts.login.run("scancel", sorted(jobs(hosts))[0])
    wait_until(lambda: len(engines(hosts)) == 1, 10, "the loss of the engine")
    hosts.login.run("scancel", sorted(jobs(hosts))[0])
    wait_until(lambda: not list(hosts.login.security.glob("ipcontroller*")), 20, "the end of the cluster")
    assert not jobs(hosts) and "takes" not in launcher_log(hosts)
    hosts.login.apus("cluster", "clean")


@pytest.mark.parametrize("options", [[], pytest.param(["--", "--requeue"], marks=pytest.mark.long)], ids=["ended", "requeued"])
def test_preempted_engines_come_back_when_there_is_room(hosts, options):
    """Jobs that the site ends are requested again; those that it puts back into the queue come back under their numbers."""
    with Cluster(hosts.login, *SLURM, "--partition", "scavenge", "--empty-timeout", 1, *options):
        before = jobs(hosts)
        urgent = hosts.login.start("srun", "-p", "main", "-N4", "-n8", "sleep", 3, output="urgent.log")
        wait_until(lambda: not engines(hosts), 10, "the preemption of all engines")
        assert urgent.wait(30) == 0
        wait_until(lambda: len(engines(hosts)) == 4, 60, "the engines that come back")
        same = jobs(hosts).keys() == before.keys()
        assert same == bool(options), (before, jobs(hosts))
        assert (" place\n" in launcher_log(hosts)) != same
        assert hosts.login.apus("pi", "--slices", 4, "--points", 100, "--on", "cluster").stdout


@pytest.mark.long
@pytest.mark.timeout(240)
def test_at_the_time_limit_engines_leave_in_time_and_others_follow(hosts):
    with Cluster(hosts.login, "-n", 2, "--engines", "slurm", "--engine", "swift", "--time", 1):
        (hosts.home / "map.log").unlink(missing_ok=True)
        check = tasks(hosts, 320, retries=0, limit=180)
        check()
        log = launcher_log(hosts)
        assert log.count(" place\n") >= 1
        assert hosts.login.run("squeue", "-h", "-t", "TIMEOUT", "-o", "%i").stdout == "", "no job ran into its limit"
