# Part of Apus, Apache-2.0. See LICENSE.
"""Jobs a second of an unmodified client of Parallel Python, with its own server and with Apus's, in turn: pp_jobs.py APUS [ROUNDS]

Run it with the Python of an environment that has ppft or pp (Scripts/check-pp makes both).
"""
import importlib.util
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

package = "ppft" if importlib.util.find_spec("ppft") else "pp"
pp = __import__(package)
apus, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
environment = dict(os.environ, PP_SECRET="a-secret")
COUNTS = {"own": 200, "apus": 4000}


def square(x):
    return x * x


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def rate(name):
    """Jobs a second, and the milliseconds of one alone."""
    port = free_port()
    own = [sys.executable, str(pathlib.Path(sys.executable).parent / "ppserver")]
    words = own if name == "own" else [apus, "ppserver", "--python", sys.executable]
    server = subprocess.Popen(
        [*words, "-s", "a-secret", "-p", str(port), "-w", "2", "-i", "127.0.0.1"], env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        client = pp.Server(ncpus=0, ppservers=(f"127.0.0.1:{port}",), secret="a-secret")
        while client.get_active_nodes().get(f"127.0.0.1:{port}", 0) < 2 or client.autopp_list.get(f"127.0.0.1:{port}", 0) < 4:
            time.sleep(0.01)
        assert [job() for job in [client.submit(square, (x,)) for x in range(20)]] == [x * x for x in range(20)]
        start = time.perf_counter()
        jobs = [client.submit(square, (x,)) for x in range(COUNTS[name])]
        assert [job() for job in jobs] == [x * x for x in range(COUNTS[name])]
        together = COUNTS[name] / (time.perf_counter() - start)
        start = time.perf_counter()
        for x in range(50):
            assert client.submit(square, (x,))() == x * x
        alone = (time.perf_counter() - start) / 50 * 1000
        client.destroy()
        return together, alone
    finally:
        server.kill()
        server.wait()


found = {"own": [], "apus": []}
for _ in range(rounds):
    for name in found:
        found[name].append(rate(name))
print(f"{package} {pp.__version__}, 2 workers, {rounds} rounds, medians")
print(f"{'server':8}{'jobs a second':>16}{'one alone, ms':>16}")
middle = {name: [statistics.median(column) for column in zip(*values)] for name, values in found.items()}
for name, (together, alone) in middle.items():
    print(f"{name:8}{together:16.0f}{alone:16.2f}")
print(f"ratio   {middle['apus'][0] / middle['own'][0]:16.1f}{middle['own'][1] / middle['apus'][1]:16.1f}")
