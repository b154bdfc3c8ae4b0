# Part of Apus, Apache-2.0. See LICENSE.
"""The commands that pages show, run on the login node; and the examples for clusters."""
import os
import pathlib
import re

import pytest

from conftest import APUS, Cluster

PAGES = pathlib.Path(os.environ["APUS_EXAMPLES"]).parent / "Documentation"
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.M | re.S)


@pytest.mark.parametrize("page", ["Slurm", "Ssh", "StoppingClusters"])
def test_the_commands_of_a_page_work(hosts, page):
    blocks = BLOCK.findall((PAGES / f"{page}.md").read_text())
    assert blocks
    for command, wanted in blocks:
        said = hosts.login.run("bash", "-e", "-c", command).stdout
        if wanted:
            pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
            assert re.fullmatch(pattern, said), said


@pytest.mark.parametrize("engine", ["swift", "python"])
def test_the_pi_job_runs_on_four_hosts(hosts, engine):
    swift = pathlib.Path(APUS).parent / "pi-on-hosts"
    program = [swift, 20_000] if engine == "swift" else ["python", PAGES.parent / "Examples/Python/pi_on_hosts.py", 20_000]
    kind = f"{swift} --apus-engine" if engine == "swift" else "python"
    with Cluster(hosts.login, "--engines", "ssh", "--hosts", "smeagol:2,radagast:2,beren:2,arwen:2", "--engine", kind):
        lines = hosts.login.run(*program).stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["arwen", "beren", "radagast", "smeagol", "Pi"]
    assert sum(int(line.split()[1]) for line in lines[:4]) == 80
    assert abs(float(re.search(r"Pi: ([\d.]+)", lines[4])[1]) - 3.14159) < 0.01
    if engine == "swift":
        with Cluster(hosts.login, "-n", 1, "--engine", kind):
            alone = hosts.login.run(*program).stdout.splitlines()
        assert lines[4].split(" hits")[0] == alone[-1].split(" hits")[0], "the numbers do not depend on the hosts"
