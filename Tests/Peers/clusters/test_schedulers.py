# Part of Apus, Apache-2.0. See LICENSE.
"""What schedulers print and how their commands fail, with commands that only play them."""
import json
import os
import pathlib
import signal
import time

import pytest

from conftest import APUS, Cluster, Machine, wait_until

NAMES = "sbatch squeue scancel qsub qstat qdel bsub bjobs bkill condor_submit condor_q condor_rm".split()


class Scheduler:
    def __init__(self, folder):
        self.folder = folder / "played"
        self.folder.mkdir()
        programs = folder / "bin"
        programs.mkdir()
        for name in NAMES:
            (programs / name).symlink_to(pathlib.Path(__file__).parent / "played.py")
        self.machine = Machine(folder / "home", environment={"PLAYED": str(self.folder)}, path=str(programs))

    def prints(self, output, **more):
        (self.folder / "submit").write_text(json.dumps({"output": output, **more}))

    def fails(self, *modes):
        (self.folder / "query").write_text(json.dumps(modes))

    def calls(self, name):
        lines = (self.folder / "calls").read_text().splitlines() if (self.folder / "calls").exists() else []
        return [words[1:] for words in map(json.loads, lines) if words[0] == name]


@pytest.fixture
def scheduler(tmp_path):
    found = Scheduler(tmp_path)
    yield found
    found.machine.apus("cluster", "stop", check=False)


@pytest.mark.parametrize("output, cancelled", [
    ("123\n", ["123"]),
    ("123;cluster2\n", ["-M", "cluster2", "123"]),
    ("Submitted batch job 123\n", ["123"]),
    ("Submitted batch job 123 on cluster x\n", ["-M", "x", "123"]),
    ("using 2 default partitions\n123\n", ["123"]),
    ("nothing to see, 4 of 5\n", ["123"]),
])
def test_the_job_is_ended_by_the_number_that_was_printed(scheduler, output, cancelled):
    scheduler.prints(output, errors="7 jobs are waiting\n")
    with Cluster(scheduler.machine, "-n", 2, "--engines", "slurm", "--engine", "swift"):
        assert len(scheduler.machine.status()["engines"]) == 2
    assert scheduler.calls("scancel") == [cancelled]


def test_a_wrapper_that_refuses_an_option_is_asked_without_it(scheduler):
    scheduler.prints("Submitted batch job 123\n", refuses="--parsable", errors="Unknown option: parsable")
    with Cluster(scheduler.machine, "-n", 1, "--engines", "slurm", "--engine", "swift"):
        assert scheduler.calls("sbatch") == [["--parsable", "--export=ALL"], ["--export=ALL"]]


def test_a_refusal_is_shown_whole(scheduler):
    scheduler.prints("", status=1, errors="sbatch: error: QOSMaxSubmitJobPerUserLimit\nsee http://site/limits")
    done = scheduler.machine.apus("cluster", "start", "--daemonize", "-n", 1, "--engines", "slurm", "--engine", "swift", check=False)
    assert done.returncode == 1
    assert "exited with status 1" in done.stderr and "QOSMaxSubmitJobPerUserLimit" in done.stderr and "see http" in done.stderr
    assert scheduler.calls("scancel") == []


def test_a_job_that_was_taken_though_the_command_failed_is_found_by_its_name(scheduler):
    scheduler.prints("", status=1, accepts=True, errors="sbatch: error: Batch job submission failed: Socket timed out")
    with Cluster(scheduler.machine, "-n", 2, "--engines", "slurm", "--engine", "swift"):
        assert len(scheduler.machine.status()["engines"]) == 2
    assert scheduler.calls("scancel") == [["123"]]


def test_a_new_cluster_ends_the_jobs_that_a_dead_one_has_left(scheduler):
    scheduler.prints("123\n")
    start = ["cluster", "start", "--daemonize", "-n", 1, "--engines", "slurm", "--engine", "swift"]
    scheduler.machine.apus(*start)
    file = json.loads((scheduler.machine.security / "apus-.json").read_text())
    assert file["engines"][0]["job"]["number"] == "123"
    # As after a reboot: the processes of this host are gone, the job is not.
    for process in (file["launcher"], file["controller"]):
        os.kill(process["pid"], signal.SIGKILL)
    # The engines of a real job run elsewhere, where their mark cannot be seen.
    (scheduler.machine.security / "apus-.json").write_text(json.dumps(file | {"token": "of engines elsewhere"}))
    scheduler.machine.apus(*start)
    assert scheduler.calls("scancel") == [["123"]]


def test_a_list_that_fails_ends_nothing_and_starts_nothing_twice(scheduler):
    scheduler.prints("123\n")
    scheduler.fails("status", "errors", "cut", "status", "errors")
    # One engine more than starts, so that the scheduler is asked.
    code = "[ $SLURM_ARRAY_TASK_ID = 3 ] && exec sleep 100; exec \"$0\" engine"
    started = time.monotonic()
    said = scheduler.machine.apus(
        "cluster", "start", "--daemonize", "-n", 3, "--engines", "slurm", "--engine", f"sh -c '{code}' {APUS}", "--timeout", 6,
        "--at-least", 2).stdout
    assert "2 of 3 engines have joined" in said and time.monotonic() - started > 5
    assert len(scheduler.calls("sbatch")) == 1
    # At most one a second, less often while nothing changes.
    assert 1 <= len(scheduler.calls("squeue")) <= 6
    assert len(scheduler.machine.status()["engines"]) == 2
    scheduler.fails()


@pytest.mark.long
def test_a_list_that_is_silent_is_given_up(scheduler):
    scheduler.prints("123\n")
    scheduler.fails("silence", "silence")
    done = scheduler.machine.apus(
        "cluster", "start", "--daemonize", "-n", 1, "--engines", "slurm", "--engine", "sleep 100", "--timeout", 3, check=False)
    assert done.returncode == 1 and "0 of 1 engines have joined" in done.stderr
    scheduler.fails()


@pytest.mark.parametrize("name, output, cancel", [
    ("sge", 'Your job-array 123.1-2:1 ("apus") has been submitted\n', "qdel"),
    ("pbs", "123[].server\n", "qdel"),
    ("lsf", "Job <123> is submitted to queue <normal>.\n", "bkill"),
    ("htcondor", "Submitting job(s)..\n2 job(s) submitted to cluster 123.\n", "condor_rm"),
])
def test_other_schedulers_start_and_end_engines(scheduler, name, output, cancel):
    scheduler.prints(output)
    with Cluster(scheduler.machine, "-n", 2, "--engines", name, "--engine", "swift"):
        assert len(scheduler.machine.status()["engines"]) == 2
    number = "123[].server" if name == "pbs" else "123"
    assert scheduler.calls(cancel) == [[number]]


@pytest.mark.parametrize("name", ["slurm", "srun", "mpi", "pbs", "sge", "lsf", "htcondor", "ssh", "local"])
def test_a_dry_run_needs_no_scheduler_and_shows_no_secret(here, name):
    hosts = ["--hosts", "smeagol:2"] if name == "ssh" else []
    words = ["-n", 2, "--engines", name, *hosts, "--engine", "swift", "--dry-run"]
    said = here.apus("cluster", "start", *words).stdout
    assert said.startswith("# the controller\n") and " engine" in said
    assert "IPP_CONNECTION_INFO=CONNECTION" in said if name == "ssh" else "IPP_CONNECTION_INFO=" not in said
    assert not here.security.exists()


@pytest.mark.parametrize("words, said", [
    (["--engines", "ssh"], "needs hosts"),
    (["--engines", "ssh", "--hosts", "a:0"], "from 1 to 4096"),
    (["--engines", "ssh", "--hosts=-oProxyCommand=x"], "smeagol:2,radagast:2"),
    (["-n", 3, "--engines", "ssh", "--hosts", "a:1,b:1"], "not the sum"),
    (["--engines", "slurm", "--hosts", "a"], "--hosts is for --engines ssh"),
    (["--engines", "srun", "--account", "x"], "give options for srun"),
    (["--engines", "slurm", "--account", "x\n#SBATCH --y"], "one line"),
    (["--engines", "slurm", "--at-least", 0], "--at-least"),
    (["--ports", "17000-17003"], "14 ports or more"),
    (["--ports", "17000"], "14 ports or more"),
    (["--ports", "65530-65550"], "14 ports or more"),
])
def test_options_that_make_no_sense_are_refused(here, words, said):
    done = here.apus("cluster", "start", *words, "--engine", "swift", "--dry-run", check=False)
    assert done.returncode == 2 and said in done.stderr, done.stderr
