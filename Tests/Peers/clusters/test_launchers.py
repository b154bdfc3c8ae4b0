# Part of Apus, Apache-2.0. See LICENSE.
"""Engines on four hosts by ssh, Slurm, srun and MPI, and what is said of those that are missing."""
import json
import os
import re
import signal
import subprocess

import pytest

from conftest import APUS, Cluster, Machine, wait_until

EIGHT = "smeagol:2,radagast:2,beren:2,arwen:2"
STARTS = [
    ["--engines", "ssh", "--hosts", EIGHT],
    ["-n", 8, "--engines", "slurm"],
    ["-n", 8, "--engines", "srun"],
    ["-n", 4, "--engines", "mpi"],
    # The commands of PBS that Slurm has.
    ["-n", 8, "--engines", "pbs"],
]
MPI = ["--", "--host", "smeagol:2,radagast:2"]


BOTH = [
    pytest.param(way, engine, id=f"{way[way.index('--engines') + 1]}-{engine}",
                 marks=[pytest.mark.long] if engine == "python" and way not in STARTS[:2] else [])
    for way in STARTS for engine in ("swift", "python")]


@pytest.mark.parametrize("way, engine", BOTH)
def test_engines_start_on_their_hosts_and_nothing_is_left_of_them(hosts, way, engine):
    with Cluster(hosts.login, *way, "--engine", engine, *(MPI if "mpi" in way else [])) as cluster:
        engines = hosts.login.status()["engines"]
        count = 4 if "mpi" in way else 8
        assert len(engines) == count and f"all {count} engines have joined" in cluster.said
        assert len({engine["host"] for engine in engines}) >= 2
    wait_until(lambda: not hosts.engines(), 5, "the end of the engines")
    wait_until(lambda: not hosts.jobs(), 5, "the end of the job")


def test_python_clients_and_swift_maps_use_the_same_engines(hosts):
    code = "import ipyparallel; print(len(ipyparallel.Client()[:].apply_sync(__import__('socket').gethostname)))"
    with Cluster(hosts.login, "--engines", "ssh", "--hosts", "smeagol,radagast,beren,arwen"):
        assert hosts.login.run("python", "-c", code).stdout == "4\n"
    small = ["pi", "--slices", 8, "--points", 1000, "--json"]
    with Cluster(hosts.login, "--engines", "ssh", "--hosts", EIGHT, "--engine", "swift"):
        remote = hosts.login.apus(*small, "--on", "cluster").stdout
    local = hosts.login.apus(*small).stdout
    hits = re.compile(r'"hits" *: *(\d+)')
    assert hits.findall(remote) == hits.findall(local) != []


def refused(hosts, *words):
    done = hosts.login.apus("cluster", "start", "--daemonize", *words, check=False)
    assert done.returncode == 1, done.stdout
    assert " yes " not in hosts.login.apus("cluster", "list").stdout
    wait_until(lambda: not hosts.engines() and not hosts.jobs(), 10, "the end of what was started")
    hosts.login.apus("cluster", "clean")
    assert hosts.login.apus("cluster", "list").stdout == "no clusters\n"
    return done.stderr


def test_a_host_that_is_not_known_is_named_and_the_others_are_stopped(hosts):
    said = refused(hosts, "--engines", "ssh", "--hosts", "smeagol:2,nowhere:2", "--engine", "swift")
    assert "2 of 4 engines have joined" in said
    assert "nowhere, 2 of 2 missing, ssh exited with status 255" in said and "Could not resolve" in said
    assert "smeagol," not in said


def test_a_program_that_is_missing_is_named_with_its_host(hosts):
    said = refused(hosts, "--engines", "ssh", "--hosts", "smeagol:1,arwen:1", "--engine", "/opt/none/engine")
    for host in ("smeagol", "arwen"):
        assert f"there is no /opt/none/engine on {host}" in said, said


def test_a_job_that_waits_is_explained_by_the_scheduler(hosts):
    said = refused(hosts, "-n", 12, "--engines", "slurm", "--engine", "swift", "--timeout", 3)
    assert "timed out: 8 of 12 engines have joined" in said
    assert re.search(r"job \d+, 4 pending: Resources, 8 running, 4 of 12 missing", said), said
    said = refused(hosts, "-n", 2, "--engines", "slurm", "--partition", "nowhere")
    assert "invalid partition specified: nowhere" in said


def test_an_engine_that_ends_in_its_job_is_explained_by_its_log(hosts):
    said = refused(hosts, "-n", 1, "--engines", "slurm", "--python", "/none/python", "--timeout", 20)
    assert re.search(r"job \d+, 1 ended on \w+ with status 127\n", said) and "/none/python: not found" in said, said


def test_with_at_least_the_cluster_goes_on_with_fewer_and_later_ones_join(hosts):
    blocker = hosts.login.start("srun", "--job-name=blocker", "--exclusive", "-N1", "-n2", "sleep", "1000", output="blocker.log")
    wait_until(hosts.jobs, what="the job that takes a node")
    with Cluster(hosts.login, "-n", 8, "--engines", "slurm", "--engine", "swift", "--timeout", 3, "--at-least", 4) as cluster:
        assert "6 of 8 engines have joined" in cluster.said
        hosts.login.run("scancel", "--name=blocker")
        assert blocker.wait(20) != 0
        wait_until(lambda: len(hosts.login.status()["engines"]) == 8, what="the last engines")


def test_the_status_names_jobs_and_hosts(hosts):
    with Cluster(hosts.login, "-n", 3, "--engines", "slurm", "--engine", "swift"):
        status = hosts.login.status()
        assert len(status["engines"]) == 3 and [job["state"] for job in status["jobs"]] == ["3 running"]
        said = hosts.login.apus("cluster", "status").stdout
        assert re.search(r"^controller \d+, 3 engines, 0 tasks waiting\njob \d+: 3 running\nengine ", said), said
        assert re.search(r"^profile_default +- +yes +3 ", hosts.login.apus("cluster", "list").stdout, re.M)


def test_noise_of_shells_and_questions_change_nothing(hosts):
    profile = hosts.home / ".bashrc"
    profile.write_text('echo "apus 0 1 nowhere"; printf "no newline"; head -c 1000000 /dev/zero | tr "\\0" x; read x\n')
    try:
        with Cluster(hosts.login, "--engines", "ssh", "--hosts", EIGHT, "--engine", "swift"):
            assert len(hosts.login.status()["engines"]) == 8
    finally:
        profile.unlink()


def test_secrets_are_in_no_command_line_and_files_are_for_their_owner(hosts):
    for way in STARTS[:3]:
        with Cluster(hosts.login, *way, "--engine", "swift"):
            file = json.loads((hosts.login.security / "ipcontroller-client.json").read_text())
            # Connections between hosts are encrypted; who has the controller's key may join.
            key = file["curve_serverkey"]
            assert key and file["key"] == ""
            lines = subprocess.run(["ps", "-eo", "args", "ww"], capture_output=True, text=True, check=True).stdout
            assert "apus engine" in lines or "engine --timeout" in lines
            assert key not in lines
            jobs = hosts.login.run("scontrol", "show", "job", check=False).stdout
            assert key not in jobs
            for path in hosts.login.security.glob("*.json"):
                assert path.stat().st_mode & 0o777 == 0o600, path


def test_the_supervisor_may_be_killed_and_stop_still_ends_everything(hosts):
    for way in STARTS[:2]:
        hosts.login.apus("cluster", "start", "--daemonize", *way, "--engine", "swift")
        hosts.login.run("pkill", "-KILL", "-f", "cluster start")
        said = hosts.login.apus("cluster", "stop").stdout
        assert said.startswith("stopped")
        wait_until(lambda: not hosts.engines(), 10, "the end of the engines")
        assert not hosts.jobs()


@pytest.mark.parametrize("count", [2, pytest.param(40, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
@pytest.mark.parametrize("way", STARTS[:3], ids=["ssh", "slurm", "srun"])
def test_a_start_may_be_killed_at_any_moment_and_nothing_is_left(hosts, way, count):
    for moment in range(count):
        start = hosts.login.start(APUS, "cluster", "start", *way, "--engine", "swift", output="start.log")
        with pytest.raises(subprocess.TimeoutExpired):
            start.wait(0.02 + 0.9 * moment / count)
        os.killpg(start.pid, signal.SIGKILL)
        start.wait()
        done = hosts.login.apus("cluster", "stop", check=False)
        # Before the cluster's file is written, there is nothing to stop.
        assert done.returncode == 0 or "no cluster is running here" in done.stderr, done.stderr
        wait_until(lambda: not hosts.engines() and not hosts.jobs(), 20, lambda: f"the end, {moment}: {hosts.engines()} {hosts.jobs()}")
        hosts.login.apus("cluster", "clean")
        assert not list(hosts.login.security.glob("*.json*")), moment


def test_one_engine_that_is_killed_does_not_end_the_others_of_mpi(hosts):
    with Cluster(hosts.login, "-n", 4, "--engines", "mpi", "--engine", "swift", *MPI):
        victim = hosts.login.status()["engines"][0]
        host = "smeagol" if victim["host"].endswith(".11") else "radagast"
        hosts.on(host).run("kill", "-KILL", victim["process"])
        wait_until(lambda: len(hosts.login.status()["engines"]) < 4, 10, "the loss")
        assert hosts.login.apus("pi", "--slices", 6, "--points", 100, "--on", "cluster").stdout
        assert len(hosts.login.status()["engines"]) == 3


def test_connections_are_encrypted_wherever_the_controller_listens_beyond_the_loopback(hosts):
    for words, wanted in (["--", "--ip=*"], True), (["--controller-option=--ip=10.213.77.1"], True), ([], False), (["--no-curve", "--", "--ip=*"], False):
        said = hosts.login.apus("cluster", "start", "--dry-run", "-n", 1, "--engine", "swift", *words).stdout
        assert ("--IPController.enable_curve=True" in said) == wanted, said


def test_the_controller_listens_where_it_was_asked_to_and_nowhere_else(hosts):
    with Cluster(hosts.login, "-n", 1, "--engine", "swift", "--controller-option=--ip=10.213.77.1"):
        file = json.loads((hosts.login.security / "ipcontroller-engine.json").read_text())
        assert file["interface"] == "tcp://10.213.77.1" and "addresses" not in file
        listening = hosts.login.run("ss", "-ltnH").stdout
        assert f"10.213.77.1:{file['registration']}" in listening and f"0.0.0.0:{file['registration']}" not in listening


def test_stop_from_another_login_cancels_jobs_though_launcher_and_controller_are_gone(hosts):
    hosts.login.apus("cluster", "start", "--daemonize", "-n", 4, "--engines", "slurm", "--engine", "swift")
    hosts.login.run("pkill", "-KILL", "-f", "cluster start|apus controller")
    said = hosts.on("arwen").apus("cluster", "stop").stdout
    assert "a job" in said, said
    wait_until(lambda: not hosts.jobs(), 10, "the end of the job")


def test_a_step_whose_srun_was_killed_is_ended_within_its_allocation(hosts):
    script = (
        "apus cluster start --daemonize -n 4 --engines srun --engine swift; pkill -KILL -x srun; "
        "squeue -h -s -o %j; apus cluster stop; squeue -h -s -o '%j is left'; echo done")
    said = hosts.login.run("salloc", "-n", 4, "sh", "-c", script).stdout
    assert re.search(r"^apus-\w+$", said, re.M), said
    assert "stopped" in said and "apus-" not in said.partition("stopped")[2] and "done" in said, said


def test_the_controller_keeps_to_the_ports_that_a_firewall_lets_through(hosts):
    with Cluster(hosts.login, "-n", 2, "--engines", "slurm", "--engine", "swift", "--ports", "17000-17013"):
        for name in ("client", "engine"):
            file = json.loads((hosts.login.security / f"ipcontroller-{name}.json").read_text())
            ports = [port for value in file.values() for port in (value if isinstance(value, list) else [value]) if isinstance(port, int) and port > 1024]
            assert ports and all(17000 <= port <= 17013 for port in ports), file


def test_stop_from_another_login_ends_the_cluster(hosts):
    hosts.login.apus("cluster", "start", "--daemonize", "-n", 4, "--engines", "slurm", "--engine", "swift")
    other = hosts.on("arwen")
    assert "stopped the controller and 4 engines" in other.apus("cluster", "stop").stdout
    wait_until(lambda: not hosts.jobs(), 10, "the end of the job")
    wait_until(lambda: not list(hosts.login.security.glob("*.json")), 10, "the removal of the files")


@pytest.fixture
def grid(hosts):
    """Grid Engine on the hosts, until they are taken down; the login node with its variables."""
    state = hosts.state.parent / "grid"
    try:
        hosts.script("sge-up", state, "--hosts", hosts.state)
    except AssertionError as failure:
        if "sge-up: download" in str(failure):
            pytest.skip(f"Grid Engine's packages cannot be had: {str(failure)[-200:]}")
        raise
    variables = dict(re.findall(r"(SGE_\w+)=(\S+)", (state / "env.sh").read_text()))
    machine = Machine(hosts.home, hosts.login.prefix, variables, path="/usr/gridengine")
    yield machine
    # What is left is stopped with the commands of its own scheduler.
    machine.apus("cluster", "stop", check=False)


@pytest.mark.timeout(300)
def test_grid_engine_starts_explains_and_ends_engines(grid, hosts):
    with Cluster(grid, "-n", 8, "--engines", "sge", "--engine", "swift"):
        assert len({engine["host"] for engine in grid.status()["engines"]}) == 4
    assert grid.run("qstat").stdout == ""
    done = grid.apus("cluster", "start", "--daemonize", "-n", 10, "--engines", "sge", "--engine", "swift", "--timeout", 4, check=False)
    assert done.returncode == 1 and re.search(r"job \d+, .*pending.*8 running, 2 of 10 missing", done.stderr), done.stderr
    assert grid.run("qstat").stdout == ""
