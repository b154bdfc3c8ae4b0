# Part of Apus, Apache-2.0. See LICENSE.
"""Programs as job arrays of real schedulers: Slurm, Grid Engine and HyperQueue; Kubernetes' manifest by its schemas."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from conftest import APUS, Machine, wait_until
from test_launchers import grid  # noqa: F401 (a fixture)

PI = ["apus", "pi", "--slices", 40, "--points", 2000]
SLOW = ["apus", "map", "--checkpoint", "map.apus", "sleep 0.2; echo {}", ":::", *range(24)]


@pytest.fixture
def study(hosts):
    """A folder that all hosts see, and that is new; functions take the machine that works in it."""
    folder = hosts.home / "study"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return lambda machine: Study(machine, folder)


class Study:
    def __init__(self, machine, folder):
        self.machine, self.folder = machine, folder

    def run(self, *words, check=True):
        return self.machine.run("sh", "-c", 'cd "$0" && exec "$@"', self.folder, *words, check=check)

    def array(self, *words, check=True):
        return self.run("apus", "array", *words, check=check)

    def status(self):
        return json.loads(self.array("status", "--json").stdout)

    def ended(self):
        """Waits for the end of the last job."""
        def state():
            return self.status()["jobs"][-1]["state"]
        wait_until(lambda: not re.search("running|pending|ending", state()), 60, lambda: f"the end of the array: {state()}\n{self.logs()}")

    def logs(self):
        return "\n".join(f"{path.name}: {path.read_text()}" for path in self.folder.glob("apus-array/log/*.log"))

    def numbers(self, *words):
        answer = json.loads(self.run(*words, "--json").stdout)
        return answer["hits"], answer["pi"]


def whole_life(study, scheduler, *options):
    """Submitted, collected, and the same numbers as without an array."""
    pi = [*PI, "--checkpoint", "pi.apus"]
    said = study.array("submit", "--scheduler", scheduler, "--chunks", 6, *options, "--", *pi).stdout
    assert re.search(r"job \S+ was submitted with 6 chunks", said), said
    study.ended()
    done = study.array("collect", check=False)
    assert done.returncode == 0 and "40 of 40 tasks, 40 of them new" in done.stdout, done.stdout + done.stderr + study.logs()
    assert "40 tasks were finished before" in study.run(*pi).stderr
    assert study.numbers(*pi) == study.numbers(*PI)


def test_an_array_of_slurm_gives_the_numbers_of_any_other_run(study, hosts):
    whole_life(study(hosts.login), "slurm", "--time", 5, "--memory", "100M")


def test_an_array_of_grid_engine_gives_the_numbers_of_any_other_run(study, hosts, grid):  # noqa: F811
    whole_life(study(grid), "sge")


def test_what_a_killed_element_has_not_done_is_all_that_runs_again(study, hosts):
    study = study(hosts.login)
    study.array("submit", "--chunks", 3, "--", *SLOW)
    wait_until(lambda: study.status()["maps"] and study.status()["maps"][0]["in_shards"] >= 4, 20, "the first results")
    job = study.status()["jobs"][0]["job"]
    refused = study.array("collect", "--resubmit", check=False)
    assert refused.returncode == 1 and "may still compute some of them" in refused.stderr
    hosts.login.run("scancel", f"{job}_2")
    study.ended()
    done = study.array("collect", check=False)
    assert done.returncode == 1
    (entry,) = study.status()["maps"]
    missing = entry["missing"]
    assert 1 <= entry["missing_count"] <= 8 and all(int(part.split("-")[0]) % 3 == 1 for part in missing.split()), missing
    study.array("collect", "--resubmit", "--chunks", 2)
    study.ended()
    assert study.array("collect").returncode == 0
    begun = study.logs().count("tasks done")
    assert begun == 4, "two elements ended well at first, and two afterwards"
    assert study.run(*SLOW).stdout.split() == [str(number) for number in range(24)]


def test_an_array_that_was_cancelled_keeps_what_it_has_done(study, hosts):
    study = study(hosts.login)
    study.array("submit", "--chunks", 2, "--", *SLOW)
    wait_until(lambda: study.status()["maps"] and study.status()["maps"][0]["in_shards"] >= 2, 20, "the first results")
    assert "was cancelled" in study.array("cancel").stdout
    wait_until(lambda: not hosts.jobs(), 10, "the end of the job")
    study.array("collect", check=False)
    (entry,) = study.status()["maps"]
    assert entry["collected"] >= 2 and entry["in_shards"] == 0


def test_more_elements_than_the_site_allows_are_refused_with_the_number(study, hosts):
    done = study(hosts.login).array("submit", "--chunks", 500_000, "--", *PI, check=False)
    assert done.returncode == 2 and re.search(r"at most \d+ elements here: give --chunks \d+", done.stderr), done.stderr


@pytest.fixture
def hyperqueue(tmp_path):
    """A real HyperQueue with a worker of two cores; the machine's PATH has the command hq."""
    server, programs = tmp_path / "server", tmp_path / "bin"
    server.mkdir()
    programs.mkdir()
    (programs / "hq").symlink_to(pathlib.Path(__file__).parent / "hq.py")
    code = "import sys, hyperqueue.cluster as c\nw = c.LocalCluster(sys.argv[1], c.WorkerConfig(cores=2))\nprint('is up', flush=True)\nsys.stdin.read()\nw.stop()"
    process = subprocess.Popen([sys.executable, "-c", code, str(server)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    # It draws a table first.
    assert any(line == "is up\n" for line in process.stdout)
    yield Machine(tmp_path / "home", environment={"HQ_SERVER_DIR": str(server)}, path=str(programs))
    process.stdin.close()
    process.wait(20)


def test_an_array_of_hyperqueue_gives_the_numbers_of_any_other_run(hyperqueue):
    folder = hyperqueue.home / "study"
    folder.mkdir()
    whole_life(Study(hyperqueue, folder), "hq")


@pytest.mark.parametrize("version", ["1.29", "1.30", "1.33"])
def test_the_manifest_is_an_indexed_job_by_the_schemas_of_kubernetes(here, version):
    words = ["--scheduler", "kubernetes", "--image", "site/app:1", "--chunks", 4, "--cores", 2, "--memory", "1Gi"]
    here.apus("array", "submit", *words, "--", "./study", "it's a \"test\"", "--seed=3")
    manifest = here.home / "apus-array/job-1.json"
    validator = pathlib.Path(os.environ["VIRTUAL_ENV"]) / "bin/kubernetes-validate"
    done = subprocess.run([validator, "-k", version, "--strict", manifest], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    container = json.loads(manifest.read_text())["spec"]["template"]["spec"]["containers"][0]
    # What a pod runs, with a program that says what it was given.
    program = here.home / "study"
    program.write_text('#!/bin/sh\nprintf "%s|" "$APUS_CHUNK" "$APUS_CHUNKS" "$APUS_ARRAY" "$PWD" "$@"\n')
    program.chmod(0o755)
    command = [word.replace("/data", str(here.home)) for word in container["command"] + container["args"]]
    variables = {entry["name"]: entry["value"] for entry in container["env"]} | {"JOB_COMPLETION_INDEX": "3"}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | variables).stdout
    assert said == f"3|4|{here.home}/apus-array|{here.home}|it's a \"test\"|--seed=3|"
