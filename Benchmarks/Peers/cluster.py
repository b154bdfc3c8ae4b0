# Part of Apus, Apache-2.0. See LICENSE.
"""The same as cluster-load with Dask and Ray, whose clients are Python's, and through a bare relay of libzmq."""
import multiprocessing
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
    relay_processes()


def run_relay(ports):
    """A process that passes messages between two routers' sides with libzmq's own loop."""
    context = zmq.Context()
    front, back = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
    ports.put([s.bind_to_random_port("tcp://127.0.0.1") for s in (front, back)])
    zmq.proxy(front, back)


def run_echo(port):
    """A process that answers each message with a short one."""
    socket = zmq.Context().socket(zmq.REP)
    socket.connect(f"tcp://127.0.0.1:{port}")
    while True:
        socket.recv(copy=False)
        socket.send(b"x" * 200)


def relay_processes():
    """The floor of rate and push: client, relay and engines as processes, as few copies as libzmq allows."""
    ports = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=run_relay, args=(ports,), daemon=True)]
    processes[0].start()
    front, back = ports.get()
    processes += [multiprocessing.Process(target=run_echo, args=(back,), daemon=True) for _ in range(4)]
    for process in processes[1:]:
        process.start()
    client = zmq.Context().socket(zmq.DEALER)
    client.connect(f"tcp://127.0.0.1:{front}")

    def run(count, window, message, copy):
        sent = received = 0
        while received < count:
            while sent < count and sent - received < window:
                client.send_multipart([b"", message], copy=copy)
                sent += 1
            client.recv_multipart()
            received += 1

    run(100, 4, b"x" * 200, True)
    print(f"no-op, one a message (relay),{best(lambda: run(50_000, 128, b'x' * 200, True)) / 50_000}")
    numbers = np.ones(12_500_000)
    print(f"push of 100 MB to 4 engines (relay),{best(lambda: run(4, 4, memoryview(numbers).cast('B'), False))}")
    for process in processes:
        process.kill()


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
