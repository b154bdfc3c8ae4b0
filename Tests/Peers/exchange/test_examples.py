# Part of Apus, Apache-2.0. See LICENSE.
"""The forests of Examples/: each language's, driven by the other."""
import os
import subprocess
import sys

EXAMPLES = os.environ["APUS_EXAMPLES"]


def run(*command, **variables):
    result = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=200
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def check(words):
    assert words[:3] == ["50", "forests,", "correlation"]
    assert 0.8 < float(words[3]) < 0.9


def test_forests_of_scikit_learn_driven_from_swift(client):
    check(run(os.environ["APUS_SCIKIT_FOREST"]))


def test_forests_of_swift_called_from_python(client):
    command = [sys.executable, f"{EXAMPLES}/Python/forest_on_swift_engines.py"]
    words = run(*command, PYTHONPATH=os.environ["APUS_PYTHON"])
    check(words)
    assert run(*command, PYTHONPATH=os.environ["APUS_PYTHON"]) == words
