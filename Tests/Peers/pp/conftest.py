# Part of Apus, Apache-2.0. See LICENSE.
"""A job server of Apus, and clients of Parallel Python: ppft or pp, whichever is installed in this environment."""
import hashlib
import importlib.util
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

APUS = os.environ["APUS"]
PACKAGE = "ppft" if importlib.util.find_spec("ppft") else "pp"
pp = __import__(PACKAGE)
VERSION = pp.common.__version__ if PACKAGE == "ppft" else pp.__version__
SECRET = "check-secret"
# A client of pp rewrites PYTHONPATH of its own process.
ENVIRONMENT = dict(os.environ, PP_SECRET=SECRET)
HERE = pathlib.Path(__file__).parent


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


def children(pid):
    """The processes that a process has started."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


class Server:
    """`ppserver`, which is apus under another name."""

    def __init__(self, *words, port=0, workers=2, environment=None, cwd=HERE):
        command = [APUS, "ppserver", "-p", port, "-w", workers, "-i", "127.0.0.1", "--python", sys.executable, *words]
        self.process = subprocess.Popen(
            [str(word) for word in command], env=environment or ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
            start_new_session=True)
        line = self.process.stdout.readline()
        match = re.search(r"listens at (\S+):(\d+) for (\w+) (\S+), with (\d+) worker", line)
        if not match:
            self.process.kill()
            raise AssertionError(line + self.process.communicate()[1])
        self.port, self.announced = int(match[2]), match[4]
        self.host = f"127.0.0.1:{self.port}"

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        said, errors = self.process.communicate(timeout=20)
        return said, errors

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Raw:
    """One connection, frame by frame."""

    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), 5)
        self.socket.settimeout(15)

    def send(self, payload):
        self.socket.sendall(struct.pack("!Q", len(payload)) + payload)

    def exactly(self, count):
        got = b""
        while len(got) < count:
            piece = self.socket.recv(count - len(got))
            if not piece:
                raise EOFError
            got += piece
        return got

    def receive(self):
        return self.exactly(struct.unpack("!Q", self.exactly(8))[0])

    def log_in(self, secret=SECRET):
        self.version, self.nonce = self.receive(), self.receive()
        self.send(hashlib.sha1(self.nonce + secret.encode()).hexdigest().encode())
        return self.receive()

    def open(self, word, secret=SECRET):
        assert self.log_in(secret) == b"OK"
        self.send(word)
        return self

    @property
    def is_closed(self):
        try:
            self.receive()
            return False
        except (EOFError, ConnectionResetError):
            return True


def connect(*servers, secret=SECRET):
    """A client of these servers, which has all its connections to them."""
    client = pp.Server(ncpus=0, ppservers=tuple(server.host for server in servers), secret=secret)
    for server in servers:
        wait_until(lambda: client.get_active_nodes().get(server.host, 0) > 0, 10, "an active node")
    for server in servers:
        wait_until(lambda: client.autopp_list.get(server.host, 0) >= 2 * client.get_active_nodes()[server.host], 10, "all connections")
    return client


def pytest_collection_modifyitems(items):
    # A test with an empty list of programs is none.
    items[:] = [item for item in items if "NOTSET" not in item.name]


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def client(server):
    client = connect(server)
    yield client
    client.destroy()


class Relay:
    """A network between clients and one server, which can be cut."""

    def __init__(self, server):
        self.target = ("127.0.0.1", server.port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.sockets, self.is_cut = [], False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                client.close()
                continue
            other = socket.create_connection(self.target)
            self.sockets += [client, other]
            for source, sink in [(client, other), (other, client)]:
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:
            pass

    def cut(self):
        """Ends all connections at once, on both sides, and lets none in."""
        self.is_cut = True
        for one in self.sockets:
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RDWR)
                one.close()
            except OSError:
                pass
