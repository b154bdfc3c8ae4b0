#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Starts and stops of 8 engines on 4 hosts beside the launchers of ipyparallel, in one run: launchers.py [ROUNDS]

Raises the hosts of Tests/Testbed, so that it needs root, Slurm and sshd, and a Python with ipyparallel 9.2 and pytest. Best of all rounds.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent.parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
subprocess.run(["swift", "build", "-c", "release", "--package-path", str(here), "--product", "apus", "--quiet"], check=True)
programs = here / ".build/release"
python = pathlib.Path(sys.executable).parent
os.environ |= {
    "APUS": str(programs / "apus"), "APUS_TESTBED": str(here / "Tests/Testbed"), "VIRTUAL_ENV": str(python.parent),
    "PATH": f"{programs}:{python}:/usr/sbin:/usr/bin:/sbin:/bin"}
sys.path.insert(0, str(here / "Tests/Peers/clusters"))
from conftest import Hosts, wait_until  # noqa: E402

EIGHT = "smeagol:2,radagast:2,beren:2,arwen:2"
PEER = """
import sys, time, ipyparallel as ipp
start = time.perf_counter()
cluster = ipp.Cluster(engines=sys.argv[1], n=8, controller_ip="*", log_level=40)
if sys.argv[1] == "ssh":
    cluster.config.SSHEngineSetLauncher.engines = {host: 2 for host in ("smeagol", "radagast", "beren", "arwen")}
cluster.start_cluster_sync()
client = cluster.connect_client_sync()
client.wait_for_engines(8, timeout=120)
ready = time.perf_counter() - start
start = time.perf_counter()
cluster.stop_cluster_sync()
print(ready, time.perf_counter() - start)
"""
times = {}


def note(name, *seconds):
    times[name] = tuple(map(min, times.get(name, seconds), seconds))


def ours(hosts, name, *words):
    start = time.perf_counter()
    hosts.login.apus("cluster", "start", "--daemonize", *words)
    ready = time.perf_counter() - start
    start = time.perf_counter()
    hosts.login.apus("cluster", "stop")
    stop = time.perf_counter() - start
    wait_until(lambda: not hosts.engines() and not hosts.jobs(), 60)
    note(name, ready, stop)


def peer(hosts, way):
    ready, stop = map(float, hosts.login.run("python", "-c", PEER, way, timeout=300).stdout.split()[-2:])
    wait_until(lambda: not hosts.engines() and not hosts.jobs(), 60)
    note(f"ipyparallel, {way}", ready, stop)


def lost(hosts):
    hosts.login.apus("cluster", "start", "--daemonize", "--engines", "ssh", "--hosts", EIGHT, "--engine", "swift")
    hosts.cut("arwen", "poweroff")
    start = time.perf_counter()
    wait_until(lambda: len(hosts.login.status()["engines"]) == 6, 60)
    note("a host without power noticed", time.perf_counter() - start)
    hosts.login.apus("cluster", "stop")
    hosts.heal("arwen")


def orphaned(hosts):
    hosts.login.start("apus", "controller", "--ip=*", output="controller.log")
    step = hosts.login.start("srun", "-n", 8, "apus", "engine", output="engines.log")
    wait_until(lambda: hosts.login.apus("cluster", "status", check=False).stdout.count("apus-") == 8)
    hosts.login.run("pkill", "-KILL", "-f", "apus controller")
    start = time.perf_counter()
    step.wait(300)
    note("engines gone after their controller was killed", time.perf_counter() - start)
    for path in hosts.login.security.glob("*.json"):
        path.unlink()


with tempfile.TemporaryDirectory() as folder:
    hosts = Hosts(pathlib.Path(folder))
    try:
        for _ in range(rounds):
            ours(hosts, "Swift engines, ssh", "--engines", "ssh", "--hosts", EIGHT, "--engine", "swift")
            ours(hosts, "Swift engines, srun", "-n", 8, "--engines", "srun", "--engine", "swift")
            ours(hosts, "Swift engines, slurm", "-n", 8, "--engines", "slurm", "--engine", "swift")
            ours(hosts, "Python engines, ssh", "--engines", "ssh", "--hosts", EIGHT)
            ours(hosts, "Python engines, slurm", "-n", 8, "--engines", "slurm")
            peer(hosts, "slurm")
            peer(hosts, "ssh")
            lost(hosts)
        orphaned(hosts)
    finally:
        hosts.down()
for name, seconds in times.items():
    print(f"{name:50}" + "".join(f"{value:10.2f} s" for value in seconds))
