# Part of Apus, Apache-2.0. See LICENSE.
"""Functions of Swift programs, called from Python."""
import os
import signal
import subprocess

import ipyparallel
import numpy as np
import pytest
from apus_ipyparallel import SwiftFunction, swift_engines

TOOL, TESTS = [2, 3], [4, 5]


def contract(client, name, module="ContractFunctions", **properties):
    return SwiftFunction(client, f"{module}.{name}", engines=TESTS, **properties)


def failure(call):
    with pytest.raises(ipyparallel.RemoteError) as caught:
        call()
    return caught.value


def test_swift_engines_are_told_from_those_of_python(client):
    assert swift_engines(client) == TOOL + TESTS


def test_hits_are_those_of_numpy(client):
    def hits(slice):
        random = np.random.RandomState(slice)
        x, y = random.random_sample(1000), random.random_sample(1000)
        return int((x * x + y * y < 1).sum())

    pi = SwiftFunction(client, "pi", engines=TOOL, points=1000)
    assert pi.map(range(7)) == [hits(slice) for slice in range(7)]
    assert pi(3) == hits(3)


@pytest.mark.parametrize("chunk", [1, 3, None])
def test_streams_are_those_of_numpy_however_tasks_are_divided(client, chunk):
    def drawn(task, element):
        sequence = np.random.SeedSequence(7, spawn_key=(1,))
        rng = np.random.Generator(np.random.Philox(sequence).jumped(task))
        total = float(element)
        for _ in range(3):
            total += rng.random()
        return total

    uniforms = contract(client, "Uniforms", count=3)
    wanted = [drawn(task, 10 + task) for task in range(11)]
    assert uniforms.map(range(10, 21), seed=7, chunk=chunk) == wanted
    assert uniforms.map(np.arange(10, 21), seed=np.int64(7), chunk=chunk) == wanted
    assert uniforms(14, seed=7, index=4) == wanted[4]


SEVERAL = {
    "whole": -(2**62),
    "large": 2**64 - 1,
    "small": -128,
    "real": 3,
    "single": 0.1,
    "isTrue": True,
    "text": "caf\u00e9 \U0001f600",
    "colour": "blue",
    "maybe": None,
    "reals": [1, 2.5, float("inf")],
    "singles": np.array([0.5, 0.25], dtype=np.float32),
    "wholes": np.array([1, -2], dtype=np.int16),
    "smalls": [1, 2],
    "bytes": b"\x00\xff",
    "rows": np.arange(6.0).reshape(2, 3),
    "texts": ("a", "b"),
    "named": {"one": 1},
    "numbered": {2: "two"},
}


def test_values_of_all_kinds_arrive_and_come_back(client):
    result = contract(client, "Kinds", several=SEVERAL)([1, None, 2.5])
    several = result["several"]
    assert result["element"] == [1.0, None, 2.5]
    for key in ("whole", "large", "small", "real", "isTrue", "text", "colour", "bytes", "named"):
        assert several[key] == SEVERAL[key], key
    assert several["single"] == float(np.float32(0.1))
    assert "maybe" not in several
    for key, kind in (("reals", np.float64), ("singles", np.float32), ("wholes", np.int64)):
        assert several[key].dtype == kind and list(several[key]) == list(SEVERAL[key]), key
    assert several["smalls"] == [1, 2] and several["texts"] == ["a", "b"]
    assert np.array_equal(several["rows"], SEVERAL["rows"])
    assert several["numbered"] == {"2": "two"}


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"whole": 2.5}, "integer"),
        ({"small": 200}, "does not fit"),
        ({"large": -1}, "does not fit"),
        ({"reals": [2**60 + 1]}, "does not fit"),
        ({"smalls": ["x"]}, "integer"),
        ({"isTrue": 1}, "Bool"),
        ({"colour": "green"}, "colour|Colour"),
        ({"text": {1.5: 2}}, "key"),
        ({"bytes": [256]}, "does not fit"),
        ({"maybe": object()}, "object|plain"),
    ],
)
def test_values_that_do_not_fit_are_named(client, change, reason):
    error = failure(lambda: contract(client, "Kinds", several={**SEVERAL, **change})([]))
    assert error.ename in ("TypeError", "ValueError")
    assert any(word in error.evalue for word in reason.split("|")), error.evalue


def test_matrices_are_arrays_of_two_dimensions(client):
    rng = np.random.default_rng(1)
    left, right = rng.random((3, 4)), np.asfortranarray(rng.random((4, 200)))
    product = contract(client, "Transposed", "StatisticsFunctions", left=left)(right)
    assert product.shape == (200, 3)
    assert np.allclose(product, (left @ right).T, rtol=1e-14)
    lists = contract(client, "Transposed", "StatisticsFunctions", left=[[1, 2], [3, 4]])([[1, 0], [0, 1]])
    assert np.array_equal(lists, [[1, 3], [2, 4]])


def test_what_cannot_be_called_is_named(client):
    error = failure(lambda: SwiftFunction(client, "nothing", engines=TOOL)(1))
    assert "NameError" in str(error) and "those registered are forest, means, pi" in error.evalue
    for name in ("", "ContractFunctions.", ".Square", "Swift.Int", "ContractFunctions.21Square", "a" * 4000, "\u00e9.\u00e9"):
        assert failure(lambda: SwiftFunction(client, name, engines=TESTS)(1)).evalue.count("NameError") == 1
    error = failure(lambda: SwiftFunction(client, "pi", engines=TOOL)(1))
    assert error.ename == "TypeError" and "lacks its property points" in error.evalue
    assert "no property colour" in failure(lambda: SwiftFunction(client, "pi", engines=TOOL, points=1, colour=2)(1)).evalue
    view = client[2]
    assert "one argument" in failure(lambda: view.apply_sync(ipyparallel.Reference("pi"), 1, 2, points=1)).evalue


def test_an_unmodified_client_calls_by_reference(client):
    pi = ipyparallel.Reference("pi")
    assert client[2].apply_sync(pi, 3, points=1000) == SwiftFunction(client, "pi", engines=TOOL, points=1000)(3)
    assert len(client[2, 3].apply_sync(pi, 3, points=10)) == 2


def test_errors_of_tasks_say_type_and_text_and_leave_the_engine(client):
    misbehave = contract(client, "Misbehave", deed="raise", index=2, mark="")
    error = failure(lambda: misbehave.map(range(4), chunk=4))
    assert error.ename.endswith("DeedError") and "(task 2)" in error.evalue
    error = failure(lambda: contract(client, "Misbehave", deed="kill", index=2, mark="")(2))
    assert "killed by signal 9" in error.evalue
    assert contract(client, "Square").map(range(5)) == [0, 1, 4, 9, 16]


def test_elements_that_do_not_fit_are_named(client):
    error = failure(lambda: SwiftFunction(client, "pi", engines=TOOL, points=10).map([1, 2.5], chunk=2))
    assert error.ename == "TypeError" and "(task 1)" in error.evalue


@pytest.mark.parametrize(
    "array",
    [np.empty((10**9, 0)), np.empty((0, 2**40, 2**19)), np.zeros((1,) * 33), np.empty((0, 2**21))],
    ids=["rows", "overflow", "dimensions", "columns"],
)
def test_arrays_of_absurd_shapes_are_refused_and_leave_the_engine(client, array):
    call = lambda: contract(client, "Transposed", "StatisticsFunctions", left=array)([[1.0]])
    failure(call)
    assert contract(client, "Square")(3) == 9


def test_large_unsigned_integers_go_in_and_come_out(client):
    several = {**SEVERAL, "large": np.uint64(2**64 - 1), "rows": np.array([[1, 2]], dtype=np.uint8)}
    result = contract(client, "Kinds", several=several)([])["several"]
    assert result["large"] == 2**64 - 1 and np.array_equal(result["rows"], [[1.0, 2.0]])
    left = np.array([[3, 4]], dtype=np.uint64)
    assert np.array_equal(contract(client, "Transposed", "StatisticsFunctions", left=left)([[1], [2]]), [[11.0]])


def test_each_call_gets_its_own_lines(client):
    calls = contract(client, "Lines", count=1).map_async(range(6), chunk=1)
    for number, call in enumerate(calls):
        call.get(30)
        assert call.wait_for_output(10) and call.stdout == f"line 0 of {number}\n"


def test_the_same_call_with_a_seed_gives_the_same_numbers(client):
    uniforms = ipyparallel.Reference("ContractFunctions.Uniforms")
    calls = [client[4].apply_sync(uniforms, 1, count=2, _apus={"seed": 2**128 - 1}) for _ in range(2)]
    assert calls[0] == calls[1] == contract(client, "Uniforms", count=2)(1, seed=2**128 - 1)
    with pytest.raises(ValueError):
        contract(client, "Square").map([1], chunk=0)


def test_what_tasks_print_arrives(client):
    (call,) = contract(client, "Lines", count=2).map_async([5], chunk=1)
    call.get(30)
    assert call.wait_for_output(10)
    assert call.stdout == "line 0 of 5\nline 1 of 5\n"


def test_a_call_that_waits_can_be_aborted(client):
    view = client[4]
    sleep = ipyparallel.Reference("ContractFunctions.Sleep")
    running = view.apply_async(sleep, 0, milliseconds=1500)
    waiting = view.apply_async(sleep, 0, milliseconds=60000)
    waiting.abort()
    with pytest.raises(ipyparallel.error.TaskAborted):
        waiting.get(20)
    assert running.get(20) is False


def test_a_call_that_has_not_begun_moves_from_an_engine_that_leaves(client):
    before = set(client.ids)
    leaving = subprocess.Popen([os.environ["APUS_CONTRACT_WORKER"], "--apus-engine"], stderr=subprocess.DEVNULL)
    client.wait_for_engines(7, timeout=30)
    (number,) = set(client.ids) - before
    sleep = ipyparallel.Reference("ContractFunctions.Sleep")
    view = client.load_balanced_view(targets=[4, 5, number])
    calls = [view.apply_async(sleep, 0, milliseconds=100) for _ in range(60)]
    calls[8].get(20)
    leaving.send_signal(signal.SIGUSR1)
    assert [call.get(30) for call in calls] == [False] * 60
    assert leaving.wait(20) == 75
    assert {call.engine_id for call in calls} == {4, 5, number}
    assert client.ids == sorted(before)


def test_no_elements_are_no_results(client):
    assert contract(client, "Square").map([]) == []
