#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Leave-one-out cross-validation of Apus's random forest, called from Python on the Swift engines of a running cluster.

Start the cluster with `apus controller` and some `apus engine`; this needs ipyparallel, NumPy and the package in
Python/apus_ipyparallel.
"""
import ipyparallel
import numpy as np
from apus_ipyparallel import SwiftFunction

ROWS_LEFT_OUT = 50

np.random.seed(0)
X = np.random.normal(size=(500, 50))
noise = np.random.normal(size=500)
Y = X[:, 0] + np.sqrt(np.abs(X[:, 1] * X[:, 2])) + X[:, 1] - X[:, 2] + noise

client = ipyparallel.Client()
forest = SwiftFunction(client, "forest", features=X, values=Y, trees=100)
predicted = forest.map(range(ROWS_LEFT_OUT), seed=1)
correlation = np.corrcoef(predicted, Y[:ROWS_LEFT_OUT])[0, 1]
print(f"{len(predicted)} forests, correlation {correlation:.4f}")
