# Part of Apus, Apache-2.0. See LICENSE.
"""The commands of the tutorial on parallel computing, as they stand there."""
import json

import pytest

from conftest import wait_until


@pytest.fixture
def controller(hosts):
    """`apus controller --ip='*' &` on the login node; stopped by `apus cluster stop`."""
    process = hosts.login.start("apus", "controller", "--ip=*", output="controller.log")
    yield process
    said = hosts.login.apus("cluster", "stop").stdout
    assert said.startswith("stopped the controller and "), said
    assert process.wait(5) == 0


def count(hosts, wanted):
    wait_until(lambda: (hosts.login.security / "ipcontroller-client.json").exists(), what="the connection file")
    wait_until(lambda: len(hosts.login.status()["engines"]) == wanted, 30, f"{wanted} engines")


@pytest.mark.parametrize("engine", ["ipengine", "apus engine", "{program} --apus-engine"])
def test_srun_starts_engines(hosts, controller, programs, engine):
    words = engine.format(program=programs["contract-worker"]).split()
    # Before the controller has written its file: nobody sleeps here.
    step = hosts.login.start("srun", "-n", 4, *words, output="engines.log")
    count(hosts, 4)
    assert len({engine["host"] for engine in hosts.login.status()["engines"]}) >= 2
    hosts.login.apus("cluster", "stop")
    assert step.wait(20) in (0, 1, 137, 143)
    again = hosts.login.start("apus", "controller", "--ip=*", output="controller.log")
    count(hosts, 0)
    hosts.login.apus("cluster", "stop")
    assert again.wait(5) == 0
    hosts.login.start("apus", "controller", "--ip=*", output="controller.log")
    count(hosts, 0)


def test_mpiexec_starts_engines(hosts, controller):
    hosts.login.start("mpiexec", "-n", 8, "--oversubscribe", "apus", "engine", output="engines.log")
    count(hosts, 8)


def test_an_engine_that_finds_the_file_of_a_dead_controller_joins_the_next(hosts):
    for name in ("first", "second"):
        process = hosts.login.start("apus", "controller", "--ip=*", output="controller.log")
        if name == "second":
            break
        count(hosts, 0)
        hosts.login.run("pkill", "-KILL", "-f", "apus controller")
        process.wait(5)
        old = (hosts.login.security / "ipcontroller-engine.json").read_text()
        hosts.login.start("srun", "-n", 2, "apus", "engine", "--timeout=3", output="engines.log")
        wait_until(hosts.jobs, what="the step")
    wait_until(lambda: (hosts.login.security / "ipcontroller-engine.json").read_text() != old, what="the new file")
    count(hosts, 2)
    hosts.login.apus("cluster", "stop")
    assert process.wait(5) == 0


def test_a_loop_over_ssh_starts_engines(hosts, controller):
    loop = 'for ((i=0;i<2;i++)); do ipengine & done'
    wait_until(lambda: (hosts.login.security / "ipcontroller-engine.json").exists(), what="the connection file")
    for host in ("smeagol", "radagast"):
        hosts.login.start("ssh", host, loop, output="engines.log")
    count(hosts, 4)
    hosts.login.start("ssh", "beren", loop.replace("ipengine", "apus engine"), output="engines.log")
    count(hosts, 6)


def test_an_address_that_nobody_reaches_is_passed_over_by_native_engines(hosts):
    process = hosts.login.start("apus", "controller", "--ip=*", "--location=198.51.100.10", output="controller.log")
    try:
        wait_until(lambda: (hosts.login.security / "ipcontroller-engine.json").exists(), what="the connection file")
        file = json.loads((hosts.login.security / "ipcontroller-engine.json").read_text())
        assert file["location"] == "198.51.100.10" and "10.213.77.1" in file["addresses"]
        hosts.login.start("srun", "-n", 2, "apus", "engine", output="engines.log")
        count(hosts, 2)
        # Without the list, it says what it has tried.
        del file["addresses"]
        (hosts.home / "only.json").write_text(json.dumps(file))
        done = hosts.on("arwen").apus("engine", f"--file={hosts.home}/only.json", "--timeout=3", check=False)
        assert done.returncode == 1
        said = done.stdout + done.stderr
        assert "198.51.100.10: " in said and "--location" in said, said
    finally:
        hosts.login.apus("cluster", "stop")
        process.wait(10)


def test_an_engine_elsewhere_is_told_of_a_controller_on_the_loopback(hosts):
    process = hosts.login.start("apus", "controller", output="controller.log")
    wait_until(lambda: (hosts.login.security / "ipcontroller-engine.json").exists(), what="the connection file")
    done = hosts.on("arwen").apus("engine", "--timeout=2", check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "only on the loopback of login: start it with --ip='*'" in said, said
    hosts.login.apus("cluster", "stop")
    assert process.wait(10) == 0


def test_engines_leave_fifteen_seconds_after_their_controller_was_killed(hosts):
    import time

    process = hosts.login.start("apus", "controller", "--ip=*", "--HeartMonitor.period=1000", output="controller.log")
    step = hosts.login.start("srun", "-n", 2, "apus", "engine", output="engines.log")
    count(hosts, 2)
    hosts.login.run("pkill", "-KILL", "-f", "apus controller")
    began = time.monotonic()
    assert step.wait(25) != 0
    assert 10 < time.monotonic() - began < 20
    process.wait(5)
    for path in hosts.login.security.glob("*.json"):
        path.unlink()
