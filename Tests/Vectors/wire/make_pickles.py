# Part of Apus, Apache-2.0. See LICENSE.
"""Pickles of plain data and arrays in all protocols: make_pickles.py OUTPUT"""
import collections
import json
import pickle
import sys

import numpy

shared = [1]
plain = {
    "none": None, "truths": [True, False],
    "integers": [0, 255, 256, 65535, 65536, -1, -129, 2**31 - 1, -(2**31), 2**31, 2**63 - 1, -(2**63)],
    "large": [2**63, -(2**63) - 1, 2**100], "numbers": [0.0, -0.5, 1e300, 5e-324],
    "texts": ["", "a", "Zürich ☃", "x" * 300], "bytes": [b"", b"\x00\xff", b"y" * 300],
    "nested": {"a": [1, (2, 3, 4, 5), {"b": ()}], 7: None}, "sets": {3}, "frozen": frozenset({1}), "len": len, "bytearray": bytearray(b"abc"),
    "shared": [shared, shared, (shared,)],
}
arrays = {
    "doubles": numpy.array([1.5, -2.0, 3.25]), "matrix": numpy.arange(6, dtype="i4").reshape(2, 3),
    "fortran": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)), "big": numpy.array([1, -2], dtype=">i8"),
    "flags": numpy.array([True, False]), "empty": numpy.zeros((0, 3)), "zero": numpy.array(7.5, dtype="f4"),
    "cube": numpy.arange(8.0).reshape(2, 2, 2), "subclass": numpy.matrix([[1.0, 2.0]]),
    "scalar": numpy.float64(2.5), "int scalar": numpy.int32(-3), "unsigned": numpy.array([2**64 - 1], dtype="u8"),
}
# Protocols 0 and 1 write these in decimals or with escapes, which are not read.
late = ("texts", "bytes", "bytearray", "large", "numbers")
cases = []
for name, value in plain.items():
    for protocol in range(2 if name in late else 0, 6):
        cases.append({"name": name, "protocol": protocol, "hex": pickle.dumps(value, protocol).hex()})
for name, value in arrays.items():
    for protocol in (2, 3, 4, 5):
        cases.append({"name": name, "protocol": protocol, "hex": pickle.dumps(value, protocol).hex()})
cases.append({"name": "ordered", "protocol": 4, "hex": pickle.dumps(collections.OrderedDict(b=1, a=2), 4).hex()})
source = f"pickle of Python {sys.version.split()[0]}, NumPy {numpy.__version__}"
with open(sys.argv[1], "w") as file:
    json.dump({"source": source, "cases": cases}, file, indent=0)
