#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""The rules of the house that a script can check: rooms, sizes, arrows, heads, leftovers.

    Scripts/rules.py            checks all tracked and untracked source files
    Scripts/rules.py --self-test   plants a trespass of each kind and sees that it is found

Documentation/Architecture.md says why. Exits 1 and names file and line for each trespass.
"""
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = "Part of Apus, Apache-2.0. See LICENSE."

# Which modules a target may import besides the platform's.
ARROWS = {
    "ApusKernels": set(),
    "ApusMatrixKernels": set(),
    "ApusRandom": {"ApusKernels"},
    "ApusParallel": {"ApusRandom"},
    # FoundationEssentials reads and writes JSON; Foundation is its name where it is not apart.
    "ApusLinearAlgebra": {"ApusMatrixKernels", "ApusParallel", "ApusRandom", "FoundationEssentials", "Foundation"},
    "ApusStatistics": {"ApusLinearAlgebra", "ApusParallel", "ApusRandom"},
    "Apus": {"ApusRandom", "ApusParallel", "ApusLinearAlgebra", "ApusStatistics"},
    "CZMQ": set(),
    "ApusDigest": set(),
    "ApusWire": {"ApusDigest", "FoundationEssentials", "Foundation"},
    "ApusCluster": {"ApusRandom", "ApusWire", "CZMQ", "Logging", "FoundationEssentials", "Foundation"},
    "ApusArchive": {"ApusCluster", "ApusWire", "GRDB", "Foundation"},
    "ApusTesting": {"ApusCluster", "ApusWire", "Logging", "Foundation"},
    "ApusTool": {
        "Apus", "ApusRandom", "ApusParallel", "ApusLinearAlgebra", "ApusStatistics", "ApusArchive", "ApusCluster", "ApusWire",
        "ArgumentParser",
        "SwiftCSV", "Logging", "Foundation",
    },
    "ControllerLoad": {"ApusCluster", "ApusTesting", "ApusWire", "ArgumentParser", "Foundation"},
    "RandomAnswers": {"ApusRandom", "ApusStatistics", "Foundation"},
}
PLATFORM = {"Glibc", "Musl", "Darwin", "Synchronization"}

# A power, the pattern that shows it, and where alone it may be (a regular expression on the path).
ROOMS = [
    ("sockets", r"\bzmq_|\bZMQ_", r"ApusCluster/Transport/"),
    ("threads and locks", r"\bpthread_|\bMutex\(|\bAtomic<|\bDispatch|\bNSLock\b",
     r"ApusParallel/Pool/|Storage\.swift$|BackendProbe\.swift$|ApusParallel/MapProgress\.swift$"
     r"|ApusParallel/Budget/ThreadBudget\.swift$|ApusCluster/Transport/StopSignals\+Unsafe\.swift$"
     r"|ApusTesting/RunningController\.swift$|ControllerLoad/EndOfInput\.swift$"),
    ("unsafe pointers", r"\bUnsafe(Mutable|Raw|Buffer|Pointer)|withUnsafe|unsafeBitCast",
     r"\+Unsafe\.swift$|ApusParallel/Pool/|ApusLinearAlgebra/BLAS/"),
    ("dynamic libraries", r"\b(dlopen|dlsym|dladdr|dl_iterate_phdr)\(", r"ApusLinearAlgebra/BLAS/"),
    ("the clock", r"\bclock_gettime\b|\bgettimeofday\b|\bDate\(\)|Clock\(\)|\bsleep\(|\.now\b",
     r"ApusParallel/Pool/|ApusParallel/MapProgress\.swift$|ApusTool/|ApusCluster/Controller/Loop/ControllerClock\.swift$"
     r"|ApusTesting/RunningController\.swift$"
     r"|ApusLinearAlgebra/Threads/CallTimer\.swift$"
     r"|ApusLinearAlgebra/Threads/Calibration/MachineLoad\.swift$"),
    ("system entropy", r"SystemRandomNumberGenerator|arc4random|/dev/u?random|\.random\(in",
     r"ApusRandom/Seeding/SeedSequence\.swift$|Scheduler/TaskScheduler\+Placing\.swift$"),
    ("environment variables", r"\bgetenv\b|ProcessInfo\.processInfo\.environment",
     r"\+Environment\.swift$|ApusTool/|ControllerLoad/"),
    ("files", r"\bfopen\b|FileHandle|FileManager|contentsOf:",
     r"ApusParallel/Budget/ThreadBudget\+System\.swift$|ApusTool/|RandomAnswers/|ControllerLoad/"
     r"|ApusLinearAlgebra/BLAS/|ApusLinearAlgebra/Files/MatrixFiles\.swift$"
     r"|ApusCluster/Controller/Loop/ConnectionFiles\.swift$"
     r"|ApusCluster/Controller/Configuration/ControllerProfile\.swift$|ApusArchive/SQLiteArchive\.swift$"
     r"|ApusCluster/Launchers/"),
    ("printing and exiting", r"(?<![.\w])print\(|\bexit\(|CommandLine\.",
     r"ApusTool/|RandomAnswers/|ControllerLoad/"),
    ("starting processes", r"\bProcess\(\)|posix_spawn",
     r"RandomAnswers/VectorText\.swift$|ApusTool/LinearAlgebra/BackendProbe\.swift$|ApusCluster/Launchers/"
     r"|ApusTool/Cluster/ClusterStartCommand\.swift$"),
    ("unchecked mathematics", r"\b(Glibc|Musl|Darwin)\.(log|exp|pow|sin|cos)",
     r"ApusRandom/Kernels/Libm\.swift$"),
]
NAMES = r"\b(class|struct|enum|protocol|actor)\s+\w*(Manager|Helper|Util|Utils|Common|Base)\b"
UNFINISHED = r"TODO|FIXME|XXX|HACK|not implemented|unimplemented|fatalError\(\)"
MOST_LINES, FUNCTION_LINES = 600, 60


def sources(root):
    for pattern in ("*.swift", "*.c", "*.h"):
        for top in ("Sources", "Tests", "Snippets", "Benchmarks"):
            for path in (root / top).rglob(pattern):
                if not any(part.startswith(".build") for part in path.parts):
                    yield path


def code_of(line):
    """The line without its comment and without string contents."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return line.split("//")[0]


def functions(lines):
    """(first line, length) of each Swift function, initialiser and subscript, by counting braces."""
    start = depth = None
    for number, raw in enumerate(lines, 1):
        code = code_of(raw)
        if start is None and re.search(r"\b(func\s|init[?]?[(<]|subscript[(<]|deinit\b)", code):
            start, depth, opened = number, 0, False
        if start is None:
            continue
        depth += code.count("{") - code.count("}")
        opened = opened or "{" in code
        if opened and depth <= 0:
            yield start, number - start + 1
            start = None
        elif not opened and number - start > 25:
            start = None  # a requirement without a body


def check(root, quiet=False):
    found, lengths, sizes = [], [], []
    for path in sorted(sources(root)):
        name = path.relative_to(root).as_posix()
        lines = path.read_text().split("\n")
        library = name.startswith("Sources/")
        say = lambda number, what: found.append(f"{name}:{number}: {what}")
        is_manifest = path.name == "Package.swift"
        if HEAD not in "\n".join(lines[: 3 if is_manifest else 1]):
            say(1, "the licence line is missing from the head")
        generated = "Generated by" in "\n".join(lines[:4])
        if len(lines) > MOST_LINES and not generated:
            say(1, f"{len(lines)} lines, more than {MOST_LINES}")
        for number, raw in enumerate(lines, 1):
            code = code_of(raw)
            if re.search(UNFINISHED, raw):
                say(number, "an unfinished mark")
            if re.search(NAMES, code):
                say(number, "a name that says nothing (Manager, Helper, Util, Common, Base)")
            if re.search(r"@unchecked Sendable|nonisolated\(unsafe\)", code):
                if not any("//" in later for later in lines[number : number + 2]):
                    say(number, "no comment below says what protects this")
            if name.startswith("Tests/") and re.search(r"\b(Task\.sleep|usleep|sleep)\(", code):
                if "func sleep" not in code:
                    say(number, "a test waits for time instead of for the event")
            if library and path.suffix == ".swift":
                for power, pattern, room in ROOMS:
                    if re.search(pattern, code) and not re.search(room, name):
                        say(number, f"{power} outside of their room")
        if library:
            target = name.split("/")[1]
            if target not in ARROWS:
                say(1, f"the target {target} has no arrows in Scripts/rules.py")
            for number, raw in enumerate(lines, 1):
                match = re.match(r"\s*(?:@\w+\s+)*(?:public |package |internal )?import (\w+)", raw)
                allowed = ARROWS.get(target, set()) | PLATFORM
                if match and match[1] not in allowed:
                    say(number, f"{target} may not import {match[1]}")
            if path.suffix == ".swift":
                sizes.append(len(lines))
                for number, length in functions(lines):
                    lengths.append(length)
                    if length > FUNCTION_LINES and not is_manifest:
                        say(number, f"a function of {length} lines, more than {FUNCTION_LINES}")
    if lengths and not quiet:
        lengths.sort()
        tenth = lengths[int(0.9 * len(lengths))]
        print(
            f"rules: {len(sizes)} library files, median {statistics.median(sizes):.0f} lines, "
            f"longest {max(sizes)}; {len(lengths)} functions, median "
            f"{statistics.median(lengths):.0f}, 90 % within {tenth}, longest {lengths[-1]}"
        )
        if statistics.median(lengths) > 8 or tenth > 30:
            found.append("functions: the median is to be at most 8 lines, 90 % within 30")
    return found


TRESPASSES = {
    "Sources/ApusRandom/A.swift": "let m = Mutex(0)",
    "Sources/ApusRandom/B.swift": "func f(_ p: UnsafeMutablePointer<Int>) {}",
    "Sources/ApusStatistics/C.swift": "let t = ContinuousClock().now",
    "Sources/ApusStatistics/D.swift": "var g = SystemRandomNumberGenerator()",
    "Sources/ApusParallel/E.swift": 'let v = getenv("X")',
    "Sources/ApusStatistics/F.swift": 'print("x")',
    "Sources/ApusRandom/G.swift": "import ApusParallel",
    "Sources/ApusRandom/H.swift": "struct StreamManager {}",
    "Sources/ApusRandom/I.swift": "\n".join(f"let x{i} = {i}" for i in range(601)),
    "Sources/ApusRandom/J.swift": "func f() {\n" + "  g()\n" * 60 + "}",
    "Sources/ApusRandom/K.swift": "struct S: @unchecked Sendable {\n  let x = 1\n  let y = 2\n}",
    "Sources/ApusRandom/L.swift": "// TO" + "DO: later",
    "Tests/M.swift": "try await Task.sleep(for: .seconds(1))",
}


def self_test():
    for name, text in TRESPASSES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(f"// {HEAD}\n{text}\n")
            if not any(name in line for line in check(pathlib.Path(folder), quiet=True)):
                sys.exit(f"rules: the trespass in {name} was not found: {text[:60]}")
    print(f"rules: {len(TRESPASSES)} planted trespasses found")


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        sys.exit(0)
    trespasses = check(ROOT)
    print("\n".join(trespasses) if trespasses else "rules: no trespass")
    sys.exit(1 if trespasses else 0)
