# Part of Apus, Apache-2.0. See LICENSE.
"""Has the released tests of ipyparallel start our controller: a plugin for pytest.

The variable APUS_CONTROLLER holds the command, "…/apus controller". The suite starts controllers in three ways, and
each is turned to the command:

- `tests/__init__.py` runs a list of words, which is changed in place before the tests import it;
- `ipyparallel.Cluster` in the test process takes its words from the default of a trait;
- `ipcluster start` in a child process reads a configuration file of the suite's temporary profile.

Tests that say nothing about a controller are left out, and so are those that need what the machine lacks (MongoDB,
MPI, Docker, Slurm with a shared folder); `Documentation/IPythonParallel.md` lists them. APUS_LAUNCHES may name a file
to which each start of our controller adds a line.
"""
import os
import pathlib
import shlex
import sys

import pytest

# Files that start no controller, or that test the stock controller's own classes.
WITHOUT_CONTROLLER = {
    "test_async", "test_canning", "test_db", "test_launcher", "test_mongodb", "test_mpi", "test_serialize",
    "test_shellcmd", "test_slurm", "test_ssh", "test_util",
}
# Single tests of that kind in other files.
TESTS_WITHOUT_CONTROLLER = {
    "test_apps": {"test_version", "test_help_all", "test_ipcluster_help_all", "test_bind_kernel", "test_ipcluster_clean"},
    "test_cluster": {
        "test_cluster_id", "test_ipython_log", "test_load_profile", "test_cluster_abbreviations", "test_cluster_manager",
    },
}


def words():
    return shlex.split(os.environ["APUS_CONTROLLER"])


def command():
    """What the suite is to run: this file first, if starts are counted."""
    if os.environ.get("APUS_LAUNCHES"):
        return [sys.executable, str(pathlib.Path(__file__).resolve()), *words()]
    return words()


def pytest_configure(config):
    from ipyparallel.cluster import launcher

    launcher.ipcontroller_cmd_argv[:] = command()
    for found in vars(launcher).values():
        if isinstance(found, type) and not issubclass(found, launcher.SSHLauncher):
            trait = vars(found).get("controller_cmd")
            if trait is not None and hasattr(trait, "default_args"):
                trait.default_args = (command(),)


def pytest_report_header(config):
    return "controller: " + shlex.join(words())


@pytest.fixture(autouse=True, scope="module")
def controller_of_child_processes(request):
    if "ipython_dir" in request.fixturenames:
        profile = pathlib.Path(request.getfixturevalue("ipython_dir")) / "profile_default"
        if profile.is_dir():
            text = f"c.ControllerLauncher.controller_cmd = {command()!r}\n"
            (profile / "ipcluster_config.py").write_text(text)


def is_about_controllers(item):
    file = pathlib.Path(str(item.fspath)).stem
    name = getattr(item, "originalname", None) or item.name
    return file not in WITHOUT_CONTROLLER and name not in TESTS_WITHOUT_CONTROLLER.get(file, ())


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items if not is_about_controllers(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if is_about_controllers(item)]


if __name__ == "__main__":
    with open(os.environ["APUS_LAUNCHES"], "a") as file:
        file.write(shlex.join(sys.argv[1:]) + "\n")
    os.execvp(sys.argv[1], sys.argv[1:])
