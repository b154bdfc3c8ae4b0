#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""What a journal costs a controller, and why it is a log and not SQLite: journal.py [ROUNDS]

First the controller with simulated engines (controller-load): no journal, a journal, one that waits for the disk, and records in
SQLite, alternately; the best of all rounds. Then the floor without our code: entries of 700 bytes in batches, each batch on its way
to the disk before the next, appended to a file, and inserted in one transaction of SQLite (write-ahead log, with and without
waiting for the disk).
"""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
programs = root / ".build/release"
KINDS = {"none": [], "journal": ["--journal"], "journal, synced": ["--journal-sync"], "SQLite": ["--sqlitedb"]}


def tasks_per_second(options, count, window):
    folder = tempfile.mkdtemp(prefix="apus-benchmark-")
    environment = dict(os.environ, IPP_PROFILE_DIR=folder, IPP_CLUSTER_ID="")
    controller = subprocess.Popen(
        [programs / "apus", "controller", "--log-level=40", *options], env=environment, stderr=subprocess.PIPE)
    engines = None
    try:
        deadline = time.monotonic() + 30
        while subprocess.run([programs / "apus", "cluster", "status"], env=environment, capture_output=True).returncode:
            if time.monotonic() > deadline:
                sys.exit("the controller has not started")
        engines = subprocess.Popen(
            [programs / "controller-load", "engines", "-n", "4"], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        engines.stdout.readline()
        done = subprocess.run(
            [programs / "controller-load", "tasks", "-n", str(count), "--window", str(window), "--wait", "4"],
            env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["per_s"]
    finally:
        if engines:
            engines.stdin.close()
            engines.wait(20)
        controller.send_signal(signal.SIGTERM)
        controller.wait(60)
        shutil.rmtree(folder)


def appended(folder, batch, count, syncs):
    entry = b"x" * 700
    with open(pathlib.Path(folder) / "log", "wb", buffering=0) as file:
        start = time.perf_counter()
        for _ in range(count // batch):
            file.write(entry * batch)
            if syncs:
                os.fsync(file.fileno())
        return count / (time.perf_counter() - start)


def inserted(folder, batch, count, syncs):
    entry = b"x" * 700
    database = sqlite3.connect(pathlib.Path(folder) / "db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"PRAGMA synchronous={'FULL' if syncs else 'OFF'}")
    database.execute("CREATE TABLE entries (id TEXT PRIMARY KEY, bytes BLOB)")
    start = time.perf_counter()
    for number in range(count // batch):
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO entries VALUES (?, ?)", ((f"session_{number}_{place}", entry) for place in range(batch)))
        database.execute("COMMIT")
    rate = count / (time.perf_counter() - start)
    database.close()
    return rate


for name, count, window in (("1,000 tasks in flight", 40_000, 1000), ("one task in flight", 4000, 1)):
    best = dict.fromkeys(KINDS, 0.0)
    for _ in range(rounds):
        for kind, options in KINDS.items():
            best[kind] = max(best[kind], tasks_per_second(options, count, window))
    print(f"{name}, tasks/s:")
    for kind, rate in best.items():
        print(f"  {kind:16} {rate:9,.0f}  {rate / best['none']:.2f}")
print("entries/s without our code:   appended    SQLite")
for syncs in (False, True):
    for batch in (1, 16, 256):
        count = 40_960 if not syncs else max(2048, 8 * batch)
        rates = []
        for measure in (appended, inserted):
            with tempfile.TemporaryDirectory(dir=root / ".build") as folder:
                rates.append(measure(folder, batch, count, syncs))
        print(f"  batches of {batch:3}{', synced' if syncs else '':8} {rates[0]:12,.0f} {rates[1]:9,.0f}  {rates[0] / rates[1]:5.1f}")
