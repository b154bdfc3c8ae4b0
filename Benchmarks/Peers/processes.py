# Part of Apus, Apache-2.0. See LICENSE.
"""The maps of Sources/Processes in multiprocessing: prints "name,seconds"."""
import concurrent.futures
import multiprocessing
import time


def no_op(x):
    return x


def first(numbers):
    return numbers[0]


def best(rounds, body):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return min(times)


def start_four():
    with multiprocessing.get_context("forkserver").Pool(4) as pool:
        pool.map(no_op, range(4), 1)


if __name__ == "__main__":
    import numpy  # here, so that the workers of start_four need not import it

    print(f"start of 4,{best(10, start_four)}")
    with multiprocessing.Pool(2) as pool:
        pool.map(no_op, range(100))
        print(f"no-op, one by one,{best(2, lambda: pool.map(no_op, range(100_000), 1)) / 100_000}")
        numbers = numpy.ones(12_500_000)
        print(f"100 MB for each of 10 tasks,{best(2, lambda: pool.map(first, [numbers] * 10, 1))}")
        chunks = [best(2, lambda: pool.map(no_op, range(1_000_000), chunk)) for chunk in (None, 1000, 10_000, 100_000)]
        print(f"no-op, a million,{min(chunks)}")
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        futures = best(2, lambda: list(pool.map(no_op, range(20_000)))) / 20_000
        print(f"no-op, one by one (concurrent.futures),{futures}")
    from loky import get_reusable_executor

    with get_reusable_executor(2) as pool:
        executor = best(2, lambda: list(pool.map(no_op, range(20_000)))) / 20_000
        print(f"no-op, one by one (loky),{executor}")
