#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Pi by Monte Carlo as jobs of Parallel Python: pp_pi.py POINTS HOST...

48 slices of so many points, on servers that know the secret in PP_SECRET. Hosts of ppft need a port: node1:60000.
"""
import os
import sys

try:
    import ppft as pp
except ImportError:
    import pp

SLICES = 48


def hits(seed, points):
    """How many of so many points of one stream lie within the circle."""
    numpy.random.seed(seed)  # noqa: F821
    x, y = numpy.random.random(points), numpy.random.random(points)  # noqa: F821
    return int(numpy.sum(x * x + y * y < 1))  # noqa: F821


points, hosts = int(sys.argv[1]), tuple(sys.argv[2:])
server = pp.Server(0, ppservers=hosts, secret=os.environ["PP_SECRET"])
jobs = [server.submit(hits, (seed, points), (), ("numpy",)) for seed in range(SLICES)]
total = sum(job() for job in jobs)
print(f"Pi: {4 * total / SLICES / points:.8f}, {total} hits")
server.print_stats()
