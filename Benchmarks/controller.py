#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Measures our controller against the stock one, alternately in one run: controller.py [ROUNDS]

Both serve the same Python client and engines (ipyparallel 9.2, in the environment that
Scripts/check-ipyparallel makes) and the same simulated ones (controller-load). Prints the best of all rounds.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
root = here.parent
python = root / ".venv-ipyparallel-9.2.0/bin/python"
if pathlib.Path(sys.prefix).resolve() != (root / ".venv-ipyparallel-9.2.0").resolve():
    if not python.exists():
        sys.exit("run Scripts/check-ipyparallel first; it makes the environment")
    os.execv(python, [str(python), *sys.argv])

import ipyparallel as ipp  # noqa: E402

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
apus = root / ".build/release/apus"
load = root / ".build/release/controller-load"
controllers = {"stock": [str(python), "-m", "ipyparallel.controller"], "Apus": [str(apus), "controller"]}
best = {}


def note(measure, who, value, smaller=False):
    old = best.get((measure, who))
    if old is None or (value < old if smaller else value > old):
        best[measure, who] = value


def processes(pid):
    """The numbers of a process and of all its descendants."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += processes(int(child))
    return found


def cpu_and_memory(pid):
    ticks, kilobytes = 0, 0
    for one in processes(pid):
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
        for line in pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return ticks / os.sysconf("SC_CLK_TCK"), kilobytes / 1024


class Controller:
    def __init__(self, who, *options):
        self.folder = tempfile.mkdtemp(prefix="apus-benchmark-")
        self.process = subprocess.Popen(
            [*controllers[who], f"--profile-dir={self.folder}", "--log-level=40", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.security = pathlib.Path(self.folder) / "security"
        names = [self.security / f"ipcontroller-{side}.json" for side in ("client", "engine")]
        deadline = time.monotonic() + 60
        while not all(name.exists() and name.read_text().endswith("}") for name in names):
            if time.monotonic() > deadline:
                sys.exit(f"{who} wrote no connection files")
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def with_python(who, engines=4, tasks=2000):
    with Controller(who) as controller:
        environment = dict(os.environ, IPP_PROFILE_DIR=controller.folder)
        started = [
            subprocess.Popen([str(python), "-m", "ipyparallel.engine", "--log-level=40"], env=environment,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(engines)]
        client = ipp.Client(str(controller.security / "ipcontroller-client.json"))
        client.wait_for_engines(engines, timeout=60, interactive=False)
        view = client.load_balanced_view()
        view.map_sync(abs, range(100), chunksize=1)
        before, _ = cpu_and_memory(controller.process.pid)
        start = time.perf_counter()
        view.map_sync(abs, range(tasks), chunksize=1)
        seconds = time.perf_counter() - start
        after, _ = cpu_and_memory(controller.process.pid)
        note("Python: tasks a second, load-balanced map", who, tasks / seconds)
        note("Python: controller CPU s per 1000 tasks", who, (after - before) / tasks * 1000, smaller=True)
        latencies = []
        for number in range(300):
            start = time.perf_counter()
            view.apply_sync(abs, number)
            latencies.append(time.perf_counter() - start)
        note("Python: single task, median ms", who, sorted(latencies)[150] * 1e3, smaller=True)
        client.close()
        for engine in started:
            engine.terminate()
        for engine in started:
            engine.wait(20)


def simulated(who, engines, tasks, broadcasts, *options):
    with Controller(who, *options) as controller:
        folder = str(controller.security)
        label = f"simulated, {engines} engines" + (f", {' '.join(options)}" if options else "")
        server = subprocess.Popen([str(load), "engines", folder, "-n", str(engines)], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        server.stdout.readline()

        def run(*words):
            return json.loads(subprocess.run([str(load), *words[:1], folder, *words[1:], "--wait", str(engines)],
                                             capture_output=True, text=True, check=True, timeout=600).stdout)

        run("tasks", "-n", "500")
        note(f"{label}: tasks a second", who, run("tasks", "-n", str(tasks), "--window", "2000")["per_s"])
        note(f"{label}: single task, median ms", who, run("tasks", "-n", "500", "--window", "1")["p50_ms"], True)
        if broadcasts:
            note(f"{label}: coalescing broadcasts a second", who, run("broadcasts", "-n", str(broadcasts))["per_s"])
        server.stdin.close()
        server.wait(20)


def memory_and_rest(who, tasks):
    with Controller(who) as controller:
        time.sleep(1)
        note("memory at start, MB (PSS)", who, cpu_and_memory(controller.process.pid)[1], smaller=True)
        before = cpu_and_memory(controller.process.pid)[0]
        time.sleep(10)
        note("CPU at rest, %", who, (cpu_and_memory(controller.process.pid)[0] - before) * 10, smaller=True)
        server = subprocess.Popen([str(load), "engines", str(controller.security), "-n", "4"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        server.stdout.readline()
        subprocess.run([str(load), "tasks", str(controller.security), "-n", str(tasks), "--wait", "4"],
                       capture_output=True, check=True, timeout=1800)
        note(f"memory after {tasks} tasks, MB (PSS)", who, cpu_and_memory(controller.process.pid)[1], smaller=True)
        server.stdin.close()
        server.wait(20)


def start_of_a_cluster(who):
    """From `ipcluster start -n 4` until a client sees four engines."""
    folder = tempfile.mkdtemp(prefix="apus-benchmark-")
    options = [] if who == "stock" else ["--controller=apus"]
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(python), "-m", "ipyparallel.cluster", "start", "-n", "4", f"--profile-dir={folder}", *options],
        env=dict(os.environ, APUS=str(apus)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    file = pathlib.Path(folder) / "security/ipcontroller-client.json"
    while not (file.exists() and file.read_text().endswith("}")):
        time.sleep(0.01)
    client = ipp.Client(str(file))
    client.wait_for_engines(4, timeout=60, interactive=False)
    note("ipcluster start -n 4 until ready, s", who, time.perf_counter() - start, smaller=True)
    client.close()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    shutil.rmtree(folder, ignore_errors=True)


for turn in range(rounds):
    for who in controllers:
        print(f"round {turn + 1} of {rounds}: {who}", file=sys.stderr)
        with_python(who)
        start_of_a_cluster(who)
        few = who == "stock"
        simulated(who, 4, 3000 if few else 100_000, 20 if few else 300)
        simulated(who, 4, 3000 if few else 100_000, 0, "--hwm=32")
        simulated(who, 1024, 1500 if few else 100_000, 3 if few else 100)
        if turn == 0:
            memory_and_rest(who, 20_000 if few else 1_000_000)

print(f"{'':64}{'stock':>10}{'Apus':>12}{'ratio':>9}")
for measure in dict.fromkeys(measure for measure, _ in best):
    stock, ours = best.get((measure, "stock")), best.get((measure, "Apus"))
    smaller = any(word in measure for word in (" ms", "CPU", "memory", ", s"))
    ratio = "" if not stock or not ours else f"{(stock / ours if smaller else ours / stock):9.2f}"
    print(f"{measure:64}{stock if stock is not None else float('nan'):10.3f}"
          f"{ours if ours is not None else float('nan'):12.3f}{ratio}")
