#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Writes words of wrongly seeded streams, which the batteries must detect.

    bad_streams.py same-seed COUNT         two of the workers have the same seed
    bad_streams.py lcg-neighbours COUNT    a 64-bit congruential generator with seeds 1, 2, 3, …

The words have 32 bits, little-endian, one of each stream in turn, until the reader closes the pipe.
"""
import os
import sys

import numpy as np


def same_seed(count):
    bits = [np.random.MT19937() for _ in range(count)]
    for i, one in enumerate(bits):
        one._legacy_seeding(1 if i < 2 else 1 + i)
    while True:
        yield np.array([one.random_raw(1024) for one in bits]).T.astype("<u4")


def lcg_neighbours(count):
    state = np.arange(1, count + 1, dtype=np.uint64)
    while True:
        rounds = []
        for _ in range(256):
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            rounds.append((state >> np.uint64(32)).astype("<u4"))
        yield np.array(rounds)


blocks = {"same-seed": same_seed, "lcg-neighbours": lcg_neighbours}[sys.argv[1]](int(sys.argv[2]))
try:
    for block in blocks:
        sys.stdout.buffer.write(block.tobytes())
except BrokenPipeError:
    os._exit(0)
