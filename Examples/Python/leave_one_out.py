#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Leave-one-out cross-validation of a random forest, on all engines of a running cluster.

Plain ipyparallel, NumPy and scikit-learn: nothing here knows which controller routes the work.
"""
import time

import ipyparallel
import numpy as np

ROWS_LEFT_OUT = 50


def predict(row):
    """Predicts row `row` by a forest grown without it; X, Y and the forest's class are on the engine."""
    forest = RandomForestRegressor(n_estimators=100, random_state=row)  # noqa: F821
    forest.fit(np.delete(X, row, axis=0), np.delete(Y, row))  # noqa: F821
    return forest.predict(X[row : row + 1])[0]  # noqa: F821


np.random.seed(0)
X = np.random.normal(size=(500, 50))
Y = X[:, 0] + np.sqrt(np.abs(X[:, 1] * X[:, 2])) + X[:, 1] - X[:, 2] + np.random.normal(size=500)

client = ipyparallel.Client()
engines = client[:]
engines.block = True
engines.execute("import numpy as np; from sklearn.ensemble import RandomForestRegressor")
engines.push({"X": X, "Y": Y})

start = time.perf_counter()
predicted = client.load_balanced_view().map_sync(predict, range(ROWS_LEFT_OUT))
seconds = time.perf_counter() - start
correlation = np.corrcoef(predicted, Y[:ROWS_LEFT_OUT])[0, 1]
print(f"{len(client.ids)} engines, {ROWS_LEFT_OUT} forests in {seconds:.1f} s, correlation {correlation:.4f}")
