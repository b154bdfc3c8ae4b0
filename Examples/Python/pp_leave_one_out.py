#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Leave-one-out cross-validation of a random forest as jobs of Parallel Python: pp_leave_one_out.py ROWS TREES HOST...

Leaves out the first rows, one each time, on servers that know the secret in PP_SECRET. Hosts of ppft need a port: node1:60000.
"""
import os
import sys

import numpy

try:
    import ppft as pp
except ImportError:
    import pp


def predict(row, trees, x, y):
    """Predicts a row by a forest grown without it."""
    forest = sklearn.ensemble.RandomForestRegressor(n_estimators=trees, random_state=row)  # noqa: F821
    forest.fit(numpy.delete(x, row, axis=0), numpy.delete(y, row))
    return float(forest.predict(x[row : row + 1])[0])


rows, trees, hosts = int(sys.argv[1]), int(sys.argv[2]), tuple(sys.argv[3:])
numpy.random.seed(0)
x = numpy.random.normal(size=(500, 50))
y = x[:, 0] + numpy.sqrt(numpy.abs(x[:, 1] * x[:, 2])) + x[:, 1] - x[:, 2] + numpy.random.normal(size=500)

server = pp.Server(0, ppservers=hosts, secret=os.environ["PP_SECRET"])
jobs = [server.submit(predict, (row, trees, x, y), (), ("numpy", "sklearn.ensemble")) for row in range(rows)]
predicted = [job() for job in jobs]
error = numpy.mean((numpy.array(predicted) - y[:rows]) ** 2)
print(f"{rows} forests of {trees} trees, mean squared error {error:.6f}")
server.print_stats()
