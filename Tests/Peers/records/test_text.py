# Part of Apus, Apache-2.0. See LICENSE.
"""Text that is not UTF-8, in every field that a Python client or engine can fill: nothing is lost or refused.

Python keeps such bytes as escapes (PEP 383) and writes them back as they were; ipyparallel shows what it cannot decode
as replacement characters, or as the escapes, depending on where the text has been.
"""

import re

import ipyparallel
import pytest

BAD = "caf\udce9"
SHOWN = re.compile("caf[\ufffd\udce9]")


@pytest.fixture(scope="module")
def client():
    with ipyparallel.Client() as client:
        client.wait_for_engines(2, timeout=30)
        client.session.username = BAD
        yield client


@pytest.fixture
def other():
    with ipyparallel.Client() as client:
        client.wait_for_engines(2, timeout=30)
        yield client


@ipyparallel.interactive
def fail():
    raise ValueError("caf\udce9")


@ipyparallel.interactive
def say():
    import sys

    print("caf\udce9.csv")
    print("second line")
    print("to caf\udce9", file=sys.stderr)
    return 1


@ipyparallel.interactive
def say_zero():
    print("a\0b\nc")


def record(client, identifier, *keys):
    (found,) = client.db_query({"msg_id": identifier}, keys=list(keys))
    return found


def test_an_error(client, other):
    task = client.load_balanced_view().apply_async(fail)
    task.wait(20)
    with pytest.raises(ipyparallel.RemoteError) as caught:
        other.get_result(task.msg_ids[0]).get(20)
    assert caught.value.ename == "ValueError" and SHOWN.fullmatch(caught.value.evalue)
    content = record(other, task.msg_ids[0], "result_content")["result_content"]
    assert SHOWN.fullmatch(content["evalue"])


def test_printed_text(client, other):
    task = client.load_balanced_view().apply_async(say)
    assert task.get(20) == 1
    task.wait_for_output(20)
    found = record(other, task.msg_ids[0], "stdout", "stderr")
    assert re.fullmatch(SHOWN.pattern + r"\.csv\nsecond line\n", found["stdout"])
    assert re.fullmatch("to " + SHOWN.pattern + r"\n", found["stderr"])


def test_zero_bytes_that_are_printed(client, other):
    task = client.load_balanced_view().apply_async(say_zero)
    task.get(20)
    task.wait_for_output(20)
    assert record(other, task.msg_ids[0], "stdout")["stdout"] == "a\0b\nc\n"


def test_the_user_name(client, other):
    task = client.load_balanced_view().apply_async(abs, -3)
    assert task.get(20) == 3
    header = record(other, task.msg_ids[0], "header")["header"]
    assert SHOWN.fullmatch(header["username"])
    assert other.get_result(task.msg_ids[0]).get(20) == 3


def test_a_label(client, other):
    view = client.load_balanced_view()
    view.set_flags(label=BAD)
    task = view.apply_async(abs, -4)
    assert task.get(20) == 4
    assert SHOWN.fullmatch(record(other, task.msg_ids[0], "label")["label"])


def test_code_its_result_and_its_input(client, other):
    view = client[0]
    task = view.execute("x = 'caf\udce9'\nx", silent=False)
    task.wait(20)
    task.wait_for_output(20)
    found = record(other, task.msg_ids[0], "content", "execute_input", "execute_result")
    assert SHOWN.search(found["content"]["code"]) and SHOWN.search(found["execute_input"])
    assert found["execute_result"] is None or "caf" in str(found["execute_result"])


def test_submitting_again(client, other):
    task = client.load_balanced_view().apply_async(say)
    assert task.get(20) == 1
    assert other.resubmit(task.msg_ids).get(20) == [1]
    failed = client.load_balanced_view().apply_async(fail)
    failed.wait(20)
    with pytest.raises(ipyparallel.RemoteError) as caught:
        other.resubmit(failed.msg_ids).get(20)
    assert SHOWN.search(str(caught.value))


def test_queries_for_such_text(client, other):
    task = client.load_balanced_view().apply_async(say)
    task.get(20)
    task.wait_for_output(20)
    found = other.db_query({"stdout": {"$glob": "caf?.csv*"}}, keys=["msg_id"])
    assert task.msg_ids[0] in [record["msg_id"] for record in found]
