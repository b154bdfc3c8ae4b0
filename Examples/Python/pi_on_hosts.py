# Part of Apus, Apache-2.0. See LICENSE.
"""Pi by Monte Carlo on the engines of a cluster that is running, with plain ipyparallel: pi_on_hosts.py [POINTS OF A SLICE]"""
import sys
import time

import ipyparallel


def hits(seed, points):
    import random
    import socket

    stream = random.Random(seed)
    inside = sum(stream.random() ** 2 + stream.random() ** 2 < 1 for _ in range(points))
    return socket.gethostname(), inside


slices, points = 80, int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
with ipyparallel.Client() as client:
    client.wait_for_engines(1, timeout=60)
    start = time.perf_counter()
    answers = client.load_balanced_view().map_sync(hits, range(slices), [points] * slices)
    seconds = time.perf_counter() - start
for host in sorted({host for host, _ in answers}):
    print(f"{host}: {sum(other == host for other, _ in answers)} slices")
total = sum(inside for _, inside in answers)
print(f"Pi: {4 * total / (slices * points)}, {total} hits, {seconds:.2f} s")
