# Part of Apus, Apache-2.0. See LICENSE.
"""The tutorial's linear algebra in NumPy: seconds of normal deviates, x'x and Cholesky factor, as JSON.

    tutorial_job.py ORDER legacy|new
"""
import json
import sys
import time

import numpy as np

order = int(sys.argv[1])
marks = [time.perf_counter()]
x = np.random.default_rng(42).standard_normal((order, order)) if "new" in sys.argv else np.random.normal(size=(order, order))
marks.append(time.perf_counter())
a = x.T.dot(x)
marks.append(time.perf_counter())
np.linalg.cholesky(a)
marks.append(time.perf_counter())
print(json.dumps([later - earlier for earlier, later in zip(marks, marks[1:])]))
