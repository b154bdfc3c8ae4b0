# Part of Apus, Apache-2.0. See LICENSE.
"""Job servers on four hosts, without a controller: those of Parallel Python, started over ssh with its own command line, and Swift's."""
import json
import os
import pathlib
import re
import subprocess

import pytest

from conftest import APUS, wait_until

EXAMPLES = pathlib.Path(os.environ["APUS_EXAMPLES"])
SECRET = "mysecretphrase"
NAMES = ["smeagol", "radagast", "beren", "arwen"]


def everywhere(hosts, command):
    """Starts a command on each host over ssh, as a user does."""
    return [
        subprocess.Popen(
            [*hosts.login.prefix, "ssh", name, command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name in NAMES]


def processes(hosts, name):
    """Processes of a name on all hosts."""
    return [pid for host in NAMES for pid in hosts.on(host).run("pgrep", "-x", name, check=False).stdout.split()]


@pytest.fixture
def ppserver(hosts):
    """The command `ppserver`, which is apus under another name."""
    link = hosts.home / "ppserver"
    if not link.exists():
        link.symlink_to(APUS)
    return link


@pytest.mark.parametrize("way", ["by name", "by discovery"])
def test_the_pi_job_of_parallel_python_runs_on_four_hosts(hosts, ppserver, way):
    options = "" if way == "by name" else " -a"
    if way == "by discovery":
        # Clients and servers ask everybody, for which a host needs a route.
        for name in [*NAMES, "login"]:
            hosts.on(name).run("ip", "route", "replace", "255.255.255.255", "dev", "br0" if name == "login" else "eth0")
    started = everywhere(hosts, f"{ppserver} -s {SECRET} -t 120 -w 2{options}")
    try:
        for process in started:
            lines = [process.stdout.readline()]
            while "listens" not in lines[-1]:
                assert lines[-1], "".join(lines)
                lines.append(process.stdout.readline())
        addresses = NAMES if way == "by name" else ["*"]
        machine = hosts.on("login")
        machine.environment["PP_SECRET"] = SECRET
        said = machine.run("python", EXAMPLES / "Python/pp_pi.py", 2_000_000, *addresses).stdout
        own = json.loads(machine.apus("pi", "--slices", 48, "--points", 2_000_000, "--json").stdout)
        assert int(re.search(r", (\d+) hits$", said, re.M)[1]) == own["hits"], said
        rows = re.findall(r"^ +\d+ \| .* \| (\S+)$", said, re.M)
        assert len(rows) == 4, said
        assert len(processes(hosts, "ppserver")) == 4
        # As the tutorial ends them.
        for name in NAMES:
            hosts.on(name).run("killall", "ppserver")
        for process in started:
            process.wait(timeout=20)
        wait_until(lambda: not processes(hosts, "ppserver"), 10, "the end of the servers")
        assert not any(hosts.on(name).run("pgrep", "-f", "pp._worker", check=False).stdout for name in NAMES)
    finally:
        for process in started:
            process.kill()


def test_jobs_of_a_swift_program_run_on_nodes_without_a_controller(hosts):
    program = pathlib.Path(APUS).parent / "pi-on-hosts"
    secret = hosts.home / "node-secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    started = everywhere(hosts, f"{program} --apus-node --workers=2 --secret-file={secret}")
    try:
        for process in started:
            assert "node of Apus" in process.stdout.readline()
        machine = hosts.on("login")
        machine.environment["APUS_NODE_SECRET"] = SECRET
        said = machine.run(program, 20_000, *NAMES).stdout
        counts = dict(re.findall(r"^(\w+): (\d+) slices$", said, re.M))
        assert sorted(counts) == sorted(NAMES) and sum(map(int, counts.values())) == 80, said
        for name in NAMES:
            hosts.on(name).run("pkill", "-TERM", "-f", "--", "--apus-node")
        for process in started:
            process.wait(timeout=20)
        wait_until(lambda: not processes(hosts, "pi-on-hosts"), 10, "the end of the nodes")
    finally:
        for process in started:
            process.kill()
