# Part of Apus, Apache-2.0. See LICENSE.
"""The tutorial's leave-one-out forests in scikit-learn on two joblib processes: seconds and correlation.

    forest.py DATA.csv [MAX_FEATURES [ROWS]]
"""
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np
from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestRegressor

data = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
X, y = data[:, :-1], data[:, -1]
features = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 50


def predict(i):
    forest = RandomForestRegressor(100, max_features=features, random_state=i)
    return forest.fit(np.delete(X, i, 0), np.delete(y, i)).predict(X[i : i + 1])[0]


if __name__ == "__main__":
    start = time.perf_counter()
    predicted = np.array(Parallel(n_jobs=2)(delayed(predict)(i) for i in range(rows)))
    print(time.perf_counter() - start, np.corrcoef(predicted, y[:rows])[0, 1])
