# Part of Apus, Apache-2.0. See LICENSE.
"""What a server says to whoever connects, byte by byte."""
import hashlib
import pickle
import socket
import struct
import time

import pytest

from conftest import VERSION, Raw, Server, wait_until

SQUARE = pickle.dumps(("square", ["def square(x): return x * x\n"], ()), 2)


def job(connection, number, head=None):
    connection.send(head or b"N" + SQUARE)
    connection.send(pickle.dumps((number,), 2))
    return pickle.loads(connection.receive())


def test_it_greets_with_the_version_of_the_client_and_a_new_nonce(server):
    first, second = Raw(server), Raw(server)
    assert first.log_in() == b"OK" and second.log_in() == b"OK"
    assert first.version.decode() == VERSION == server.announced
    assert len(first.nonce) == 16 and first.nonce.isalpha() and first.nonce != second.nonce


def test_a_wrong_secret_is_refused_and_the_connection_closed(server):
    connection = Raw(server)
    assert connection.log_in("check-secrex") == b"FAILED"
    assert connection.is_closed


def test_statistics_begin_with_the_number_of_workers(server):
    connection = Raw(server).open(b"STAT")
    assert connection.receive() == b"2"
    connection.send(b"TIME")
    assert float(connection.receive()) >= 0


def test_jobs_are_named_by_md5_after_the_first_time(server):
    connection = Raw(server).open(b"EXEC")
    name = hashlib.md5(SQUARE).hexdigest().encode()
    assert [job(connection, 3), job(connection, 4, b"H" + name), job(connection, 5, b"H" + name)] == [(9, ""), (16, ""), (25, "")]


def test_a_function_that_was_not_sent_closes_this_connection_alone(server):
    good, bad = Raw(server).open(b"EXEC"), Raw(server).open(b"EXEC")
    bad.send(b"H" + b"0" * 32)
    assert bad.is_closed
    assert job(good, 3) == (9, "")


def test_frames_may_come_in_any_pieces(server):
    connection = Raw(server).open(b"EXEC")
    arguments = pickle.dumps((4,), 2)
    both = b"".join(struct.pack("!Q", len(part)) + part for part in (b"N" + SQUARE, arguments))
    for byte in both:
        connection.socket.sendall(bytes([byte]))
    assert pickle.loads(connection.receive()) == (16, "")
    connection.socket.sendall(both * 3)
    assert [pickle.loads(connection.receive())[0] for _ in range(3)] == [16] * 3


@pytest.mark.parametrize("bytes", [
    struct.pack("!Q", 1 << 40), struct.pack("!Q", 257) + b"x" * 257, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64])
def test_long_frames_before_the_secret_are_refused(server, bytes):
    connection = Raw(server)
    connection.receive(), connection.receive()
    connection.socket.sendall(bytes)
    assert connection.is_closed
    assert job(Raw(server).open(b"EXEC"), 3) == (9, "")


def test_another_word_than_stat_and_exec_closes_the_connection(server):
    connection = Raw(server)
    connection.log_in()
    connection.send(b"WHAT")
    assert connection.is_closed


def test_who_does_not_show_the_secret_is_closed_after_ten_seconds(server):
    connection = Raw(server)
    begun = time.monotonic()
    connection.receive(), connection.receive()
    assert connection.is_closed and 9 < time.monotonic() - begun < 13


def test_broken_jobs_are_answered_and_the_next_one_runs(server):
    connection = Raw(server).open(b"EXEC")
    for package, arguments in [(b"N" + b"no pickle", b"none"), (b"N" + SQUARE, b"no pickle")]:
        connection.send(package)
        connection.send(arguments)
        assert pickle.loads(connection.receive())[0] is None
    assert job(connection, 5) == (25, "")


def test_a_client_that_goes_away_takes_its_waiting_jobs_with_it():
    with Server(workers=1) as server:
        nap = pickle.dumps(("nap", ["def nap(x): import time; time.sleep(x); return x\n"], ()), 2)
        first = Raw(server).open(b"EXEC")
        first.send(b"N" + nap)
        first.send(pickle.dumps((0.5,), 2))
        gone = Raw(server).open(b"EXEC")
        gone.send(b"N" + nap)
        gone.send(pickle.dumps((100,), 2))
        gone.socket.shutdown(socket.SHUT_RDWR)
        gone.socket.close()
        last = Raw(server).open(b"EXEC")
        assert pickle.loads(first.receive())[0] == 0.5
        assert job(last, 6) == (36, "")


def test_there_is_a_limit_on_connections_that_show_nothing(server):
    many = [Raw(server) for _ in range(200)]
    assert job(Raw(server).open(b"EXEC"), 3) == (9, "")
    for connection in many:
        connection.socket.close()


def test_a_job_after_a_broken_one_is_not_lost(server):
    """A worker of ppft answers a broken job, and ends before it reads the next."""
    connections = [Raw(server).open(b"EXEC") for _ in range(4)]
    for turn in range(5):
        for number, connection in enumerate(connections):
            connection.send(b"N" + SQUARE)
            connection.send(b"no pickle" if number % 2 == 0 else pickle.dumps((number,), 2))
        answers = [pickle.loads(connection.receive())[0] for connection in connections]
        assert answers == [None, 1, None, 9], turn
