# Part of Apus, Apache-2.0. See LICENSE.
"""Starts the controller of Apus where ipyparallel would start its own.

    ipcluster start --controller=apus -n 4
    ipyparallel.Cluster(controller="apus")

The program is found by the variable APUS, else on the PATH. Nothing else changes: engines and clients are those of
ipyparallel.
"""
import os
import shutil

from ipyparallel.cluster.launcher import LocalControllerLauncher
from traitlets import default

__all__ = ["ApusControllerLauncher", "find_apus"]


def find_apus():
    """The path of the program apus; FileNotFoundError says how to make it known."""
    wish = os.environ.get("APUS")
    found = shutil.which(wish or "apus")
    if found is None:
        what = f"APUS={wish} is no program" if wish else "there is no program apus on the PATH"
        raise FileNotFoundError(f"{what}; put it there, or set the variable APUS to its path")
    return found


class ApusControllerLauncher(LocalControllerLauncher):
    """Starts `apus controller` on this machine."""

    @default("controller_cmd")
    def _find_command(self):
        return [find_apus(), "controller"]
