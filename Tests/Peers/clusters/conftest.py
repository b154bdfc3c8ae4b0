# Part of Apus, Apache-2.0. See LICENSE.
"""Real hosts, a real Slurm and real sshds on this machine (Tests/Testbed), and commands of schedulers that are only played.

Scripts/check-clusters has set APUS, APUS_PROGRAM, APUS_TESTBED, APUS_EXAMPLES and PATH; hosts need root.
"""
import json
import os
import pathlib
import shlex
import signal
import subprocess
import time

import pytest

def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long, and is run by Scripts/test --long")


TESTBED = pathlib.Path(os.environ["APUS_TESTBED"])
APUS = os.environ["APUS"]


def wait_until(condition, limit=20, what="a condition"):
    """Polls until a condition is true, and returns its value; fails at the limit, and says what it has waited for."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"gave up waiting for {what() if callable(what) else what}"
        time.sleep(0.02)


class Machine:
    """A host on which commands run: this one, or one of the test bed."""

    def __init__(self, home, prefix=(), environment=None, path=""):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.prefix = list(prefix)
        names = ("LANG", "VIRTUAL_ENV", "TMPDIR")
        self.environment = {name: os.environ[name] for name in names if name in os.environ}
        self.environment |= {"HOME": str(self.home), "USER": "root", "PATH": (path + ":" if path else "") + os.environ["PATH"]}
        self.environment |= environment or {}

    def command(self, *words):
        return [*self.prefix, "env", "-i", *(f"{name}={value}" for name, value in self.environment.items()), *map(str, words)]

    def run(self, *words, check=True, timeout=90, **options):
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=timeout, cwd=self.home, stdin=subprocess.DEVNULL, **options)
        if check:
            assert done.returncode == 0, f"{shlex.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *words, output):
        """Starts a command in the background, as a shell's & does."""
        with open(self.home / output, "ab") as file:
            return subprocess.Popen(
                self.command(*words), stdout=file, stderr=file, stdin=subprocess.DEVNULL, cwd=self.home, start_new_session=True)

    def apus(self, *words, **options):
        return self.run(APUS, *words, **options)

    def status(self):
        return json.loads(self.apus("cluster", "status", "--json").stdout)

    @property
    def security(self):
        return self.home / ".ipython/profile_default/security"


class Cluster:
    """A cluster that is started with the given options, and stopped."""

    def __init__(self, machine, *words):
        self.machine, self.words = machine, words

    def __enter__(self):
        self.said = self.machine.apus("cluster", "start", "--daemonize", *self.words).stdout
        return self

    def __exit__(self, kind, *_):
        done = self.machine.apus("cluster", "stop", check=False)
        if kind is None:
            assert done.returncode == 0, done.stderr
            assert not list(self.machine.security.glob("*.json")), "the stop leaves no file"


@pytest.fixture
def here(tmp_path):
    """This machine, with a home of its own."""
    return Machine(tmp_path / "home")


class Hosts:
    """The hosts of the test bed, and Slurm on them."""

    names = ["smeagol", "radagast", "beren", "arwen"]

    def __init__(self, folder):
        self.state, self.slurm = folder / "hosts", folder / "slurm"
        self.home = folder / "home"
        self.home.mkdir()
        settings = {"TB_PATH": os.environ["PATH"], "TB_SETENV": f"HOME={self.home} VIRTUAL_ENV={os.environ['VIRTUAL_ENV']}"}
        self.script("hosts-up", self.state, environment=settings)
        self.script("slurm-up", self.slurm, "--hosts", self.state)
        self.login = self.on("login")

    @staticmethod
    def script(name, *words, environment=None):
        # The daemons that a script leaves behind hold its output: it goes to a file.
        log = words[0].parent / f"{name}.log"
        with open(log, "ab") as output:
            status = subprocess.run([TESTBED / name, *map(str, words)], timeout=150, env=os.environ | (environment or {}),
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode
        assert status == 0, f"{name} ended with status {status} and said:\n{log.read_text()[-3000:]}"

    def on(self, host, home=None):
        slurm = {"SLURM_CONF": str(self.slurm / "slurm.conf")}
        root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        return Machine(home or self.home, [str(TESTBED / "hosts-exec"), str(self.state), host], slurm | root)

    def cut(self, host, *how):
        self.script("hosts-cut", self.state, host, *how)

    def heal(self, host):
        self.script("hosts-heal", self.state, host)
        # A host that was off has no slurmd any more.
        self.script("slurm-up", self.slurm)

    def jobs(self):
        return self.login.run("squeue", "-h").stdout.split()

    def engines(self):
        """Command lines of engines on all hosts."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
                environment = (path.parent / "environ").read_bytes()
            except OSError:
                continue
            is_engine = b"ipyparallel.engine" in words or any(word.endswith(b"/ipengine") for word in words) or (b"engine" in words[:2]) or b"--apus-engine" in words
            if is_engine and str(self.home).encode() in environment:
                found.append(b" ".join(words).decode())
        return found

    def down(self):
        self.script("slurm-down", self.slurm)
        self.script("hosts-down", self.state)


@pytest.fixture(scope="session")
def bed(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("hosts of the test bed need root")
    probe = ["unshare", "--net", "--uts", "--mount", "--pid", "--ipc", "--fork", "ip", "link", "add", "br0", "type", "bridge"]
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine makes no hosts of namespaces: {done.stderr.strip()}")
    hosts = Hosts(tmp_path_factory.mktemp("bed"))
    yield hosts
    hosts.down()


@pytest.fixture
def hosts(bed):
    """The hosts, with nothing left on them after the test."""
    yield bed
    bed.login.apus("cluster", "stop", check=False)
    wait_until(lambda: not bed.engines(), what=f"the end of engines: {bed.engines()}")
    wait_until(lambda: not bed.jobs(), what="the end of jobs")


@pytest.fixture(scope="session")
def programs():
    folder = pathlib.Path(APUS).parent
    return {name: folder / name for name in ("apus", "contract-worker")}
