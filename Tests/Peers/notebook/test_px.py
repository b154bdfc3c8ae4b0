# Part of Apus, Apache-2.0. See LICENSE.
"""Executes px.ipynb on the cluster that Scripts/check-joblib started, and checks what its cells print.

Output that is streamed arrives in any order of the engines; elsewhere their order is checked.
"""
import itertools
import pathlib
import re

import nbclient
import nbformat
import pytest


@pytest.fixture(scope="module")
def outputs():
    """The outputs of each code cell by its ID."""
    notebook = nbformat.read(pathlib.Path(__file__).with_name("px.ipynb"), as_version=4)
    nbclient.NotebookClient(notebook, timeout=30).execute()
    return {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def text(output):
    found = output.text if output.output_type == "stream" else output.data["text/plain"]
    return re.sub(r"\x1b\[[\d;]*m", "", found)


def texts(outputs):
    """The texts of outputs; pieces of a stream that follow each other are one text, however the kernel sent them."""
    groups = itertools.groupby(enumerate(outputs), lambda each: each[1].get("name", each[0]))
    return ["".join(text(output) for _, output in group) for _, group in groups]


def test_an_assignment_reaches_all_engines(outputs):
    assert texts(outputs["connect"]) == ["[0, 1]"]
    assert texts(outputs["assign"]) == ["[10, 35]"]


def test_what_engines_print_is_in_their_order(outputs):
    assert texts(outputs["print"]) == ["[stdout:0] \ntotal 10\n[stdout:1] \ntotal 35\n"]
    assert texts(outputs["target"]) == ["only here 35\n"]


def test_streamed_output_is_complete(outputs):
    lines = ["".join(f"number {number}\n" for number in part) for part in (range(5), range(5, 10))]
    assert sorted(texts(outputs["streamed"])) == [f"[stdout:{engine}] {lines[engine]}" for engine in (0, 1)]


def test_values_of_expressions(outputs):
    heard = sorted(re.sub(r":\d+\]", "]", each) for each in texts(outputs["value"]))
    assert heard == ["Out[0]: 20", "Out[1]: 70"]


def test_pxresult_shows_what_came_later(outputs):
    assert "AsyncResult" in text(outputs["later"][0])
    printed, *values = texts(outputs["result"])
    assert printed == "[stdout:0] \nlater 10\n[stdout:1] \nlater 35\n"
    assert [re.sub(r":\d+\]", "]", value) for value in values] == ["Out[0]: 11", "Out[1]: 36"]


def test_map(outputs):
    assert texts(outputs["map"]) == ["[0, 1, 4, 9, 16, 25, 36, 49]"]


def test_an_error_names_its_engine(outputs):
    shown = [output for output in outputs["fails"] if output.output_type != "error"]
    heard = "".join(texts(shown))
    assert "[0:execute]" in heard and "ZeroDivisionError: division by zero" in heard
    assert "[1:execute]" not in heard and re.search(r"Out\[1:\d+\]: 0\.04", heard)
    assert [output.evalue for output in outputs["fails"] if output.output_type == "error"] == ["1 errors"]


def test_rich_output(outputs):
    shown = [output for output in outputs["rich"] if "text/html" in output.get("data", {})]
    assert [output.data["text/html"] for output in shown] == ["<b>10</b>", "<b>35</b>"]


def test_autopx(outputs):
    assert texts(outputs["automatic-on"]) == ["%autopx enabled\n"]
    assert sorted(texts(outputs["automatic"])) == ["[stdout:0] automatic 10\n", "[stdout:1] automatic 35\n"]
    assert texts(outputs["automatic-off"]) == ["%autopx disabled\n"]
    assert texts(outputs["local"]) == ["False"]
