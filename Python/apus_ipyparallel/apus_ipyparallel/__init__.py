# Part of Apus, Apache-2.0. See LICENSE.
"""Apus for programs in Python: its controller in place of ipyparallel's own, and functions of Swift programs.

    ipcluster start --controller=apus -n 4
    ipyparallel.Cluster(controller="apus")

The environment variable APUS names the program; without it, apus is looked up on the PATH. Nothing else
changes: engines and clients are those of ipyparallel.
"""
import os
import shutil

from ipyparallel.cluster.launcher import LocalControllerLauncher
from traitlets import default

from .functions import SwiftFunction, swift_engines

__all__ = ["ApusControllerLauncher", "SwiftFunction", "find_apus", "swift_engines"]


def find_apus():
    """Returns the path of the program apus; raises FileNotFoundError if there is none."""
    wish = os.environ.get("APUS")
    found = shutil.which(wish or "apus")
    if found is None:
        what = f"APUS={wish} is not a program" if wish else "there is no program apus on the PATH"
        raise FileNotFoundError(f"{what}; install it, or set the variable APUS to its path")
    return found


class ApusControllerLauncher(LocalControllerLauncher):
    """Starts `apus controller` on this machine."""

    @default("controller_cmd")
    def _find_command(self):
        return [find_apus(), "controller"]
