# Part of Apus, Apache-2.0. See LICENSE.
"""Encrypted connections, and peers that do not have the key."""
import json

from conftest import Cluster, wait_until


def test_peers_without_the_key_are_refused_and_logged_once(here):
    with Cluster(here, "-n", 1, "--curve", "--engine", "swift"):
        file = json.loads((here.security / "ipcontroller-engine.json").read_text())
        assert file["curve_serverkey"] and file["key"] == ""
        file["curve_serverkey"] = None
        (here.home / "without.json").write_text(json.dumps(file))
        for _ in range(2):
            done = here.apus("engine", "--file=" + str(here.home / "without.json"), "--timeout=1.5", check=False)
            assert done.returncode == 1 and "did not answer" in done.stdout + done.stderr
        log = next((here.security.parent / "log").glob("ipcontroller*.log"))
        wait_until(lambda: "do not have this cluster's key" in log.read_text(), what="the line in the log")
        assert log.read_text().count("refused") == 1
        assert len(here.status()["engines"]) == 1


def test_without_encryption_messages_are_signed(here):
    with Cluster(here, "-n", 1, "--engine", "swift"):
        file = json.loads((here.security / "ipcontroller-engine.json").read_text())
        assert file["curve_serverkey"] is None and len(file["key"]) > 20
