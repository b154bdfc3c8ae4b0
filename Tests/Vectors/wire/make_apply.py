# Part of Apus, Apache-2.0. See LICENSE.
"""Buffers of apply requests as ipyparallel's client makes them: make_apply.py OUTPUT"""
import collections
import functools
import json
import sys

import numpy
from ipyparallel import util
from ipyparallel.serialize import pack_apply_message


def plain(x, y=2):
    return x


big = numpy.arange(200.0)
many = ([1, big, "x"], {"z": big, "k": numpy.arange(3)}, big.reshape(10, 20), b"q" * 2000, None)
requests = {
    "push": (util._push, (), {"a": 1, "b": big}),
    "pull": (util._pull, ("a",), {}),
    "many": (len, many, {"kw": (big,)}),
    "own": (plain, (3,), {}),
    "sets": (len, ({b"q" * 2000}, {b"a"}), {}),
    "partial": (functools.partial(plain, big), (functools.partial(plain, 1),), {}),
    "ordered": (len, (collections.OrderedDict(b=1, a=2),), {}),
    "structured": (len, (numpy.zeros(200, dtype=[("a", "f8")]), numpy.zeros((0, 3)), numpy.array(2.5)), {}),
    "keys": (len, ({2.5: 1, 1.5: 2}, {7: big, -1: big[:150]}), {}),
}
buffers = {name: [bytes(part).hex() for part in pack_apply_message(*request)] for name, request in requests.items()}
with open(sys.argv[1], "w") as file:
    json.dump(buffers, file, indent=0)
