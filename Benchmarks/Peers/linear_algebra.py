# Part of Apus, Apache-2.0. See LICENSE.
"""NumPy's products and Cholesky factors: prints "name,us", best of nine samples (five above order 512)."""
import time

import numpy as np

rng = np.random.default_rng(1)
for n in [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024, 2048]:
    a, b = rng.standard_normal((n, n)), rng.standard_normal((n, n))
    positive = a.T @ a + np.eye(n)
    once = max(1, int(2e7 / (n**3 + 3000)))
    for name, body in (("product", lambda: a @ b), ("Cholesky", lambda: np.linalg.cholesky(positive))):
        best = 1e99
        for _ in range(5 if n > 512 else 9):
            start = time.perf_counter()
            for _ in range(once):
                body()
            best = min(best, (time.perf_counter() - start) / once)
        print(f"{name} {n},{best * 1e6}")
