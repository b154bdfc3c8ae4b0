# Part of Apus, Apache-2.0. See LICENSE.
"""The same as cluster-load with Dask and Ray, whose clients are Python's, and through a bare relay of libzmq."""
import statistics
import sys
import threading
import time

import numpy as np
import zmq


def no_op(x):
    return x


def size(x):
    return len(x)


def best(work, rounds=3):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def median(work, rounds=1000):
    times = []
    for i in range(rounds):
        start = time.perf_counter()
        work(i)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def relay():
    """Client, relay and echo in three threads, over TCP; the relay is libzmq's own loop."""
    context = zmq.Context(3)

    def run_relay(front, back):
        zmq.proxy(front, back)

    front, back = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    front_port, back_port = (s.bind_to_random_port("tcp://127.0.0.1") for s in (front, back))
    threading.Thread(target=run_relay, args=(front, back), daemon=True).start()

    def echo():
        socket = context.socket(zmq.REP)
        socket.connect(f"tcp://127.0.0.1:{back_port}")
        while True:
            socket.send(socket.recv())

    threading.Thread(target=echo, daemon=True).start()
    client = context.socket(zmq.REQ)
    client.connect(f"tcp://127.0.0.1:{front_port}")

    def trip(_):
        client.send(b"x" * 200)
        client.recv()

    print(f"round trip (relay),{median(trip, 3000)}")


def dask():
    from distributed import Client, LocalCluster

    start = time.perf_counter()
    with LocalCluster(n_workers=4, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.wait_for_workers(4)
        print(f"ready (dask),{time.perf_counter() - start}")
        numbers = np.ones(12_500_000)

        def scatter():
            client.cancel(client.scatter(numbers, broadcast=True, hash=False))

        print(f"push of 100 MB to 4 engines (dask),{best(scatter)}")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.gather(client.map(no_op, range(100), pure=False))
        print(f"no-op, one a message (dask),{best(lambda: client.gather(client.map(no_op, range(5000), pure=False))) / 5000}")
        print(f"round trip (dask),{median(lambda i: client.submit(no_op, i, pure=False).result(), 300)}")


def ray():
    import ray

    start = time.perf_counter()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    remote = ray.remote(no_op)
    ray.get([remote.remote(i) for i in range(100)])
    print(f"ready (ray),{time.perf_counter() - start}")
    print(f"no-op, one a message (ray),{best(lambda: ray.get([remote.remote(i) for i in range(5000)])) / 5000}")
    print(f"round trip (ray),{median(lambda i: ray.get(remote.remote(i)), 300)}")
    ray.shutdown()


if __name__ == "__main__":
    {"relay": relay, "dask": dask, "ray": ray}[sys.argv[1]]()
