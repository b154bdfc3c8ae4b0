# Part of Apus, Apache-2.0. See LICENSE.
"""The programs in Python that Documentation/SwiftAndPython.md shows, one after the other on one cluster."""
import os
import pathlib
import re


def test_programs_of_the_page_run(client):
    page = pathlib.Path(os.environ["APUS_PAGES"], "SwiftAndPython.md").read_text()
    programs = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    assert len(programs) == 3
    names = {}
    for program in programs:
        exec(compile(program, "SwiftAndPython.md", "exec"), names)
    assert names["hits"] == names["pi"].map(range(40), chunk=1)


def test_the_program_of_the_package_runs(client):
    page = pathlib.Path(os.environ["APUS_PYTHON"], "README.md").read_text()
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    names = {}
    exec(compile(program, "README.md", "exec"), names)
    assert len(names["hits"]) == 480
