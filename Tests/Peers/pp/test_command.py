# Part of Apus, Apache-2.0. See LICENSE.
"""The command ppserver: its flags, its end, and what it leaves."""
import os
import pathlib
import signal
import struct
import subprocess
import sys
import time

import pytest

import jobs
from conftest import APUS, ENVIRONMENT, PACKAGE, VERSION, Raw, Server, children, connect, wait_until


def run(*words, environment=None):
    return subprocess.run(
        [APUS, "ppserver", *map(str, words)], env=environment or ENVIRONMENT, capture_output=True, text=True, timeout=30, check=False)


def test_it_ends_after_so_many_seconds_without_a_client():
    begun = time.monotonic()
    done = run("-p", 0, "-t", 1.5, "-w", 1, "-i", "127.0.0.1", "--python", sys.executable)
    assert done.returncode == 0 and 1.4 < time.monotonic() - begun < 6, done.stderr


def test_a_client_keeps_it_and_its_departure_starts_the_time():
    server = Server("-t", 1)
    silent = Raw(server)
    connection = Raw(server).open(b"STAT")
    connection.receive()
    with pytest.raises(subprocess.TimeoutExpired):
        server.process.wait(2.5)
    begun = time.monotonic()
    connection.socket.close()
    assert server.process.wait(10) == 0 and 0.9 < time.monotonic() - begun < 2
    silent.socket.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_and_its_workers(number, tmp_path):
    pid = tmp_path / "pid"
    server = Server("-P", pid)
    wait_until(lambda: len(children(server.process.pid)) == 2, 10, "the workers")
    assert int(pid.read_text()) == server.process.pid
    workers = children(server.process.pid)
    server.process.send_signal(number)
    assert server.process.wait(10) == 0 and not pid.exists()
    assert not [worker for worker in workers if pathlib.Path(f"/proc/{worker}").exists()]


def test_the_name_of_the_process_is_that_of_the_command(tmp_path):
    (tmp_path / "ppserver").symlink_to(APUS)
    process = subprocess.Popen(
        [tmp_path / "ppserver", "-p", "0", "-i", "127.0.0.1", "-w", "1", "--python", sys.executable], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert "listens at" in process.stdout.readline()
    assert pathlib.Path(f"/proc/{process.pid}/comm").read_text() == "ppserver\n"
    process.terminate()
    assert process.wait(10) == 0


def test_a_signal_prints_the_table_of_statistics():
    server = Server()
    client = connect(server)
    assert client.submit(jobs.square, (3,))() == 9
    client.destroy()
    server.process.send_signal(signal.SIGUSR1)
    lines = [server.process.stdout.readline() for _ in range(7)]
    assert any(line.split()[:2] == ["jobs", "1"] for line in lines), lines
    server.stop()


def test_a_configuration_file_is_read_and_flags_override_it(tmp_path):
    file = tmp_path / "pp.ini"
    file.write_text("[general]\nsecret = 'check-secret'\nworkers = 3\n[network]\nport = 1\ninterface = 127.0.0.1\n")
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "PP_SECRET"}
    with Server("-c", file, environment=environment) as server:
        connection = Raw(server).open(b"STAT")
        assert connection.receive() == b"2"
    file.write_text("[general]\nsecert = x\n")
    done = run("-c", file)
    assert done.returncode == 2 and "line 2: there is no 'secert' in [general]" in done.stderr


def test_a_secret_comes_from_a_file_that_nobody_else_can_read(tmp_path):
    file = tmp_path / "secret"
    file.write_text("check-secret\n")
    file.chmod(0o644)
    done = run("--secret-file", file)
    assert done.returncode == 2 and "chmod 600" in done.stderr
    file.chmod(0o600)
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "PP_SECRET"}
    with Server("--secret-file", file, environment=environment) as server:
        assert Raw(server).log_in() == b"OK"


def test_the_public_secret_is_for_this_machine_alone():
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "PP_SECRET"}
    done = run("-i", "0.0.0.0", environment=environment)
    assert done.returncode == 2 and "needs a secret of your own" in done.stderr
    server = subprocess.Popen(
        [APUS, "ppserver", "-p", "0", "-w", "1", "--python", sys.executable], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "listens at 127.0.0.1:" in server.stdout.readline()
    server.terminate()
    assert "no secret was given" in server.communicate(timeout=10)[1]


def test_a_port_that_is_taken_ends_it_with_the_reason(server):
    done = run("-p", server.port, "-i", "127.0.0.1", "-w", 1, "--python", sys.executable)
    assert done.returncode == 1 and "in use" in done.stderr


def test_a_python_without_the_package_is_said():
    done = run("--python", "/usr/bin/python3")
    assert done.returncode == 2 and "has neither ppft nor pp" in done.stderr
    done = run("--python", "/none/python")
    assert done.returncode == 2 and "--python" in done.stderr


def test_another_version_can_be_announced():
    with Server("--announce", "9.9.9") as server:
        connection = Raw(server)
        assert connection.receive() == b"9.9.9"


def test_the_secret_on_the_command_line_is_warned_of():
    server = Server("-s", "check-secret")
    assert Raw(server).log_in() == b"OK"
    assert "-s shows the secret" in server.stop()[1]


def test_workers_may_be_none_and_jobs_wait():
    with Server(workers=0) as server:
        assert Raw(server).open(b"STAT").receive() == b"0"


def test_who_does_not_know_the_secret_does_not_keep_it():
    server = Server("-t", 2)
    begun = time.monotonic()
    while server.process.poll() is None and time.monotonic() - begun < 10:
        try:
            stranger = Raw(server)
            stranger.receive()
            stranger.socket.close()
        except (OSError, EOFError, struct.error):
            pass  # it has ended
    assert server.process.wait(1) == 0 and time.monotonic() - begun < 5


def test_an_empty_secret_is_none(tmp_path):
    done = run("-s", "")
    assert done.returncode == 2 and "empty" in done.stderr
    environment = dict(ENVIRONMENT, PP_SECRET="")
    done = run("-i", "0.0.0.0", environment=environment)
    assert done.returncode == 2 and "needs a secret of your own" in done.stderr
    environment = dict(ENVIRONMENT, PP_SECRET="epo20pdosl;dksldkmm")
    done = run("-i", "0.0.0.0", environment=environment)
    assert done.returncode == 2 and "everybody knows" in done.stderr


def test_values_may_follow_their_flags_without_a_space():
    process = subprocess.Popen(
        [APUS, "ppserver", "-p0", "-w1", "-t1", "-i127.0.0.1", "--python", sys.executable], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert "with 1 worker" in process.stdout.readline()
    assert process.wait(10) == 0
