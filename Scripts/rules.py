#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Checks how the code is built: layers, folders, side effects, sizes, licence lines, unfinished marks.

    Scripts/rules.py             checks all source files
    Scripts/rules.py --self-test plants a violation of each rule and checks that it is found
    Scripts/rules.py --counts    counts the lines with pointers outside of the pool, the kernels and the libraries

Documentation/Architecture.md is the source: layers, order of folders and confinement of side effects are read from its
tables and compared with Package.swift. Exits with 1 and prints file and line of each violation.
"""
import collections
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEAD = "Part of Apus, Apache-2.0. See LICENSE."
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_CLASS_LINES = 600, 60, 400
MEDIAN_FUNCTION_LINES, NINE_IN_TEN_FUNCTION_LINES = 8, 30
MAX_EXCEPTIONS = 10

# The platform's own modules, which need no row.
PLATFORM = {"Glibc", "Musl", "Darwin", "Synchronization", "Dispatch"}

# The patterns by which each side effect is recognised. The table says where it may occur.
EFFECTS = {
    "sockets": r"\bzmq_|\bZMQ_",
    "threads and locks": r"\bpthread_|\bMutex[<(]|\bAtomic<|\bDispatch\w*\(|\bNSLock\b",
    "pointers": r"\bUnsafe(Mutable|Raw|Buffer|Pointer)|withUnsafe|unsafeBitCast",
    "dynamic libraries": r"\b(dlopen|dlsym|dladdr|dl_iterate_phdr)\(",
    "the clock": r"\bclock_gettime\b|\bgettimeofday\b|\bDate\(\)|\bContinuousClock\(\)|\bsleep\(|\.now\b(?=\(\))",
    "system entropy": r"SystemRandomNumberGenerator|arc4random|/dev/u?random|\.random\(in|\bgetrandom\(",
    "environment variables": r"\bgetenv\(|\bsetenv\(|ProcessInfo\.processInfo\.environment",
    "files": r"\bfopen\(|\bopen\(\w+, O_|FileHandle|FileManager|contentsOf:|\bopendir\(|\bglob\(",
    "printing and exiting": r"(?<![.\w])print\(|(?<![.\w])exit\(|CommandLine\.|\bprintf\(",
    "starting processes": r"\bProcess\(\)|\bposix_spawnp?\(|\bfork\(|\bexecv",
    "the platform's mathematics": r"\b(Glibc|Musl|Darwin)\.(log|exp|pow|sin|cos)",
}
NAMES = r"\b(class|struct|enum|protocol|actor)\s+\w*(Manager|Helper|Util|Utils|Common|Base)\b"
LIBRARIES = re.compile(r"Sources/Apus(Random|Parallel|LinearAlgebra|Tables|Statistics)/")
GENERIC_LOOPS = re.compile(r"Sources/(ApusLinearAlgebra/Matrix|ApusParallel/Map)/")
UNFINISHED = r"TODO|FIXME|XXX|HACK|not implemented|unimplemented|fatalError\(\)"
DECLARATION = re.compile(
    r"\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|final|indirect|open|nonisolated)\s+)*"
    r"(struct|class|enum|protocol|actor|typealias|extension)\s+(\w+)")
POINTER_ZONES = r"ApusParallel/Pool/|Kernels/|ApusLinearAlgebra/(BLAS|Libraries)/|ApusDigest/|ApusLoader/|CZMQ/"


class Page:
    """What Documentation/Architecture.md says."""

    def __init__(self, text):
        self.uses, self.order = {}, []
        for name, uses in re.findall(r"^\| `([\w-]+)` \|[^|]*\| (.*?) \|$", self.section(text, "Layers"), re.M):
            self.order.append(name)
            self.uses[name] = re.findall(r"`([^`]+)`", uses)
        self.folders = {
            target: [folder.strip() for folder in folders.split(",")]
            for target, folders in re.findall(r"^- `([\w-]+)`: (.+)$", self.section(text, "Folders"), re.M)}
        self.effects = {
            effect: re.findall(r"`([^`]+)`", paths)
            for effect, paths in re.findall(r"^\| ([^|`]+?) \| (`.*`) \|$", self.section(text, "Side effects"), re.M)}
        self.exceptions = re.findall(r"^- `([^`]+)`", self.section(text, "Exceptions"), re.M)

    @staticmethod
    def section(text, title):
        match = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", text, re.M | re.S)
        return match[1] if match else ""

    def allows(self, effect, name):
        """Whether a side effect may be in a file; names are relative to Sources or Development."""
        return any(
            re.search("^" + re.escape(path).replace(r"\*", ".*") + ("" if path.endswith("/") else "$"), name)
            for path in self.effects.get(effect, []))


def code_of(line):
    """The line without its comment and without string contents, but with what is interpolated."""
    line = re.sub(
        r'"(\\.|[^"\\])*"', lambda text: '"' + " ".join(re.findall(r"\\\(([^)]*)\)", text[0])) + '"', line)
    return line.split("//")[0]


def code_lines(lines):
    """The lines without comments and strings, also of several lines."""
    quoted, commented, result = False, False, []
    for line in lines:
        if '"""' in line:
            if line.count('"""') % 2:
                quoted = not quoted
            result.append("")
            continue
        if "/*" in line:
            commented = True
        result.append("" if quoted or commented else code_of(line))
        if "*/" in line:
            commented = False
    return result


def functions(codes):
    """(first line, length) of each Swift function, initialiser and subscript, by counting braces."""
    start = None
    for number, code in enumerate(codes, 1):
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


def top_level(codes):
    """(kind, name, first line, length) of each declaration that is not inside another."""
    depth, current = 0, None
    for number, code in enumerate(codes, 1):
        match = DECLARATION.match(code) if depth == 0 else None
        if match:
            current = [match[1], match[2], number]
        depth += code.count("{") - code.count("}")
        if current and depth == 0 and ("{" in code or "}" in code or current[0] == "typealias"):
            yield (*current, number - current[2] + 1)
            current = None


class File:
    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        self.lines = path.read_text().split("\n")
        self.codes = code_lines(self.lines)
        self.is_swift = path.suffix == ".swift"
        parts = self.name.split("/")
        self.is_source = parts[0] in ("Sources", "Development") and len(parts) > 2
        self.target = {"ControllerLoad": "controller-load", "RandomAnswers": "random-answers", "TableAnswers": "table-answers", "ContractWorker": "contract-worker", "RaceChecks": "race-checks", "ClusterLoad": "cluster-load", "ControllerSimulation": "simulate-controller"}.get(
            parts[1], parts[1]) if len(parts) > 1 else ""
        self.inner = "/".join(parts[1:])
        self.folder = parts[2] if len(parts) > 3 else "."


def load(root):
    for top in ("Sources", "Development", "Tests", "Snippets", "Benchmarks"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".swift", ".c", ".h") and not any(p.startswith(".build") for p in path.parts):
                yield File(root, path)


class Checker:
    def __init__(self, root, page, manifest):
        self.files = list(load(root))
        self.page, self.manifest, self.found = page, manifest, []

    def report(self, rule, name, number, text):
        if name not in self.page.exceptions:
            self.found.append((rule, f"{name}:{number}: {text}"))

    def check(self):
        self.check_page()
        for file in self.files:
            self.check_text(file)
            if file.is_source:
                self.check_uses(file)
                self.check_effects(file)
            if GENERIC_LOOPS.match(file.name):
                self.check_inlinable(file)
        self.check_folders()
        self.check_classes()
        self.check_functions()
        return self.found

    # The page and the manifest

    def check_page(self):
        name = "Documentation/Architecture.md"
        if len(self.page.exceptions) > MAX_EXCEPTIONS:
            self.report("exceptions", name, 1, f"more than {MAX_EXCEPTIONS} exceptions")
        for effect in sorted(set(EFFECTS) ^ set(self.page.effects)):
            self.report("table of effects", name, 1, f"'{effect}' is not both in the table and in Scripts/rules.py")
        platform = {"Foundation", "FoundationEssentials"}
        for target, uses in self.manifest.items():
            if target not in self.page.uses:
                self.report("manifest", name, 1, f"the target {target} of Package.swift has no row")
                continue
            said = {use for use in self.page.uses[target] if not use.startswith("<")} - platform
            if said != set(uses):
                self.report("manifest", name, 1, f"{target} uses {sorted(uses)} in Package.swift, {sorted(said)} here")
        for target in set(self.page.uses) - set(self.manifest):
            self.report("manifest", name, 1, f"{target} is not a target of Package.swift")
        for index, target in enumerate(self.page.order):
            for use in self.page.uses[target]:
                if use in self.page.order[index:]:
                    self.report("order of layers", name, 1, f"{target} uses {use}, which is not above it")

    # One file

    def check_text(self, file):
        is_manifest = file.name.endswith("Package.swift")
        if HEAD not in "\n".join(file.lines[: 3 if is_manifest else 1]):
            self.report("head", file.name, 1, "the licence line is missing from the head")
        generated = "Generated by" in "\n".join(file.lines[:4])
        if len(file.lines) > MAX_FILE_LINES and not generated:
            self.report("file size", file.name, 1, f"{len(file.lines)} lines, more than {MAX_FILE_LINES}")
        for number, (raw, code) in enumerate(zip(file.lines, file.codes), 1):
            if re.search(UNFINISHED, raw):
                self.report("unfinished", file.name, number, "an unfinished mark")
            if re.search(NAMES, code):
                self.report("names", file.name, number, "a name that says nothing (Manager, Helper, Util, Common, Base)")
            if re.search(r"@unchecked Sendable|nonisolated\(unsafe\)", code):
                if not any("//" in later for later in file.lines[number : number + 2]):
                    self.report("unchecked", file.name, number, "no comment below says what protects this")
            if LIBRARIES.match(file.name) and re.search(r"\bprecondition(Failure)?\(", code):
                self.report("silent preconditions", file.name, number, "says nothing in release builds: use require or fatalError")
            if file.name.startswith("Tests/") and re.search(r"\b(Task\.sleep|usleep|sleep)\(", code):
                if "func sleep" not in code:
                    self.report("waiting tests", file.name, number, "a test waits for time instead of for the event")
        if file.name.endswith("+Unsafe.swift") and not any("// Safety: " in line for line in file.lines):
            self.report("safety note", file.name, 1, "no note headed 'Safety:' says what callers must ensure")

    def check_inlinable(self, file):
        """Public generic functions with a loop are inlinable: others are fifty times slower in other packages."""
        for number, code in enumerate(file.codes):
            start = re.match(r"( *)public .*\b(func|init|subscript|var)\b.*\{$", code) or re.match(r"( *)public [^{]*\b(func|init)\b[^{]*$", code)
            if not start or "var description" in code or any("@inlinable" in line for line in file.codes[max(0, number - 2) : number + 1]):
                continue
            for later in file.codes[number:]:
                if re.search(r"^ *for .* in |(?<!ResultArray)\.(map|reduce|forEach)\b", later):
                    self.report("inlinable", file.name, number + 1, "a public generic loop that is not @inlinable")
                    break
                if later.startswith(start[1] + "}"):
                    break

    def check_uses(self, file):
        if file.target not in self.page.uses:
            self.report("layers", file.name, 1, f"the target {file.target} has no row in Architecture.md")
            return
        uses = set(self.page.uses[file.target])
        if "FoundationEssentials" in uses:
            uses.add("Foundation")  # its name where it is not apart
        if "Apus" in uses:
            uses |= set(self.page.uses.get("Apus", []))
        for number, raw in enumerate(file.lines, 1):
            match = re.match(r"\s*(?:@\w+\s+)*(?:public |package |internal )?import (\w+)", raw)
            if file.is_swift and match and match[1] not in uses | PLATFORM:
                self.report("layers", file.name, number, f"{file.target} may not import {match[1]}")
            header = re.match(r'#\s*include\s+(<[^>]+>|"[^"]+")', raw)
            if header and header[1].startswith("<") and header[1] not in uses:
                self.report("headers", file.name, number, f"{file.target} may not include {header[1]}")
            if header and header[1].startswith('"'):
                own = header[1].strip('"').split("/")[-1]
                if not any(f.target == file.target and f.name.endswith("/" + own) for f in self.files):
                    self.report("headers", file.name, number, f"{own} is not a header of {file.target}")

    def check_effects(self, file):
        for number, code in enumerate(file.codes, 1):
            for effect, pattern in EFFECTS.items():
                if re.search(pattern, code) and not self.page.allows(effect, file.inner):
                    self.report(effect, file.name, number, f"{effect} where Architecture.md does not allow them")

    # All files

    def check_folders(self):
        declared = collections.defaultdict(lambda: collections.defaultdict(set))
        swift = [file for file in self.files if file.is_source and file.is_swift]
        for file in swift:
            for kind, name, _, _ in top_level(file.codes):
                if kind != "extension":
                    declared[file.target][name].add(file.folder)
        for file in swift:
            order = self.page.folders.get(file.target)
            if order is None:
                if file.folder != "." and not file.folder.endswith(".docc"):
                    self.report("folders", file.name, 1, f"the folders of {file.target} have no order in Architecture.md")
                continue
            if file.folder not in order:
                self.report("folders", file.name, 1, f"the folder {file.folder} of {file.target} is missing from the order")
                continue
            for number, code in enumerate(file.codes, 1):
                for word in set(re.findall(r"\b[A-Z]\w+", code)):
                    owners = declared[file.target].get(word, set())
                    if len(owners) == 1 and file.folder not in owners:
                        owner = next(iter(owners))
                        if owner in order and order.index(owner) > order.index(file.folder):
                            self.report("folders", file.name, number, f"{file.folder} may not use {word} of {owner}")

    def check_classes(self):
        classes, sizes, where = set(), collections.Counter(), {}
        for file in self.files:
            if file.is_source and file.is_swift:
                for kind, name, number, length in top_level(file.codes):
                    key = (file.target, name)
                    if kind in ("class", "actor"):
                        classes.add(key)
                        where[key] = (file.name, number)
                    if kind in ("class", "actor", "extension"):
                        sizes[key] += length
        for key in sorted(classes):
            if sizes[key] > MAX_CLASS_LINES:
                self.report("class size", *where[key], f"{key[1]} has {sizes[key]} lines over all its files")
        self.largest = max(((sizes[key], key[1]) for key in classes), default=(0, "none"))

    def check_functions(self):
        lengths = []
        for file in self.files:
            if file.is_source and file.is_swift:
                for number, length in functions(file.codes):
                    lengths.append(length)
                    if length > MAX_FUNCTION_LINES:
                        self.report("function size", file.name, number, f"a function of {length} lines")
        self.lengths = sorted(lengths)
        if len(lengths) > 100:
            tenth = self.lengths[int(0.9 * len(lengths))]
            if statistics.median(lengths) > MEDIAN_FUNCTION_LINES or tenth > NINE_IN_TEN_FUNCTION_LINES:
                self.report("typical functions", "Sources", 1, "functions are longer than Architecture.md says")

    def summary(self):
        sizes = [len(file.lines) for file in self.files if file.is_source and file.is_swift]
        lengths = self.lengths
        return (
            f"rules: {len(sizes)} source files, median {statistics.median(sizes):.0f} lines, longest {max(sizes)}; "
            f"{len(lengths)} functions, median {statistics.median(lengths):.0f}, "
            f"90 % within {lengths[int(0.9 * len(lengths))]}, longest {lengths[-1]}; "
            f"largest class {self.largest[1]} with {self.largest[0]} lines")


def manifest_of(root):
    """The dependencies of each target except tests, from Package.swift."""
    dump = subprocess.run(
        ["swift", "package", "dump-package"], cwd=root, capture_output=True, text=True, check=True).stdout
    targets = json.loads(dump[dump.index("{"):])["targets"]
    return {
        target["name"]: [next(iter(use.values()))[0] for use in target["dependencies"]]
        for target in targets if target["type"] != "test" and target["name"] != "TestSupport"}


# A small project that breaks no rule, and for each rule one change that breaks it.
WORLD_PAGE = """
## Layers

| Layer | What it is | Uses |
|---|---|---|
| `Kernels` | C | `<stdint.h>` |
| `Low` | below | `Kernels` |
| `High` | above | `Low` |

## Folders

- `Low`: A, B

## Side effects

| Side effect | Only in |
|---|---|
""" + "\n".join(f"| {effect} | `Low/A/Allowed.swift` `Low/A/Allowed+Unsafe.swift` |" for effect in EFFECTS) + "\n"
WORLD_MANIFEST = {"Kernels": [], "Low": ["Kernels"], "High": ["Low"]}
WORLD = {
    "Sources/Kernels/kernels.c": "#include <stdint.h>\n#include \"kernels.h\"\nint one(void) { return 1; }",
    "Sources/Kernels/kernels.h": "int one(void);",
    "Sources/Low/A/Lower.swift": "import Kernels\n\nstruct Lower {}",
    "Sources/Low/B/Upper.swift": "struct Upper { var lower: Lower }",
    "Sources/High/Top.swift": "import Low\n\nfinal class Top {\n  func f() {}\n}",
}
SNIPPETS = {
    "sockets": "let x = zmq_errno()", "threads and locks": "let m = Mutex(0)",
    "pointers": "func f(_ p: UnsafeMutablePointer<Int>) {}", "dynamic libraries": "let x = dlopen(path, 0)",
    "the clock": "let t = ContinuousClock().now", "system entropy": "var g = SystemRandomNumberGenerator()",
    "environment variables": 'let v = getenv("X")', "files": "let f = FileManager.default",
    "printing and exiting": 'print("x")', "starting processes": "let p = Process()",
    "the platform's mathematics": "let x = Glibc.log(2)",
}
PLANTED = {
    **{effect: ("Sources/Low/A/Planted.swift", text) for effect, text in SNIPPETS.items()},
    "layers": ("Sources/Low/A/Planted.swift", "import High"),
    "headers": ("Sources/Kernels/planted.c", "#include <pthread.h>"),
    "folders": ("Sources/Low/A/Planted.swift", "struct Planted { var upper: Upper }"),
    "head": ("Sources/Low/A/Planted.swift", None),
    "file size": ("Sources/Low/A/Planted.swift", "\n".join(f"let x{i} = {i}" for i in range(601))),
    "unfinished": ("Sources/Low/A/Planted.swift", "// TO" + "DO: later"),
    "names": ("Sources/Low/A/Planted.swift", "struct StreamManager {}"),
    "unchecked": ("Sources/Low/A/Planted.swift", "struct S: @unchecked Sendable {\n  let x = 1\n  let y = 2\n}"),
    "silent preconditions": ("Sources/ApusTables/Planted.swift", "precondition(x > 0, \"x\")"),
    "inlinable": (
        "Sources/ApusLinearAlgebra/Matrix/Planted.swift",
        "extension Matrix {\n  public func f() {\n    for i in 0..<9 { g(i) }\n  }\n}"),
    "waiting tests": ("Tests/Planted.swift", "try await Task.sleep(for: .seconds(1))"),
    "safety note": ("Sources/Low/A/Allowed+Unsafe.swift", "func f(_ p: UnsafeMutablePointer<Int>) {}"),
    "class size": (
        "Sources/Low/A/Planted.swift",
        "final class Large {\n  let x = 1\n}\n" + "\n".join(
            f"extension Large {{\n  func f{i}() {{\n    g()\n  }}\n}}" for i in range(100))),
    "function size": ("Sources/Low/A/Planted.swift", "func f() {\n" + "  g()\n" * 60 + "}"),
    "typical functions": (
        "Sources/Low/A/Planted.swift", "\n".join(f"func f{i}() {{\n  g()\n  g()\n  g()\n  g()\n  g()\n  g()\n  g()\n}}" for i in range(66))
        + "\n" + "\n".join(f"extension Int {{ func h{i}() {{ }} }}" for i in range(60))),
}
PLANTED_PAGES = {
    "manifest": WORLD_PAGE.replace("| `High` | above | `Low` |", "| `High` | above | `Low` `Kernels` |"),
    "order of layers": WORLD_PAGE.replace("`<stdint.h>` |", "`<stdint.h>` `High` |"),
    "table of effects": WORLD_PAGE.replace("| sockets |", "| plugs |"),
    "exceptions": WORLD_PAGE + "\n## Exceptions\n\n" + "\n".join(f"- `Sources/X{i}.swift`" for i in range(11)),
}


def rules_broken(files, page=WORLD_PAGE):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("struct Planted {}\n" if text is None else f"// {HEAD}\n{text}\n")
        return {rule for rule, _ in Checker(pathlib.Path(folder), Page(page), WORLD_MANIFEST).check()}


def self_test():
    if broken := rules_broken(WORLD):
        sys.exit(f"rules: the small project breaks {sorted(broken)}")
    source = pathlib.Path(__file__).read_text()
    rules = set(re.findall(r'self\.report\("([^"]+)"', source)) | set(EFFECTS)
    if untested := rules - set(PLANTED) - set(PLANTED_PAGES):
        sys.exit(f"rules: no violation is planted for {sorted(untested)}")
    for rule, (name, text) in PLANTED.items():
        if rule not in rules_broken({**WORLD, name: text}):
            sys.exit(f"rules: the planted violation of '{rule}' was not found")
    for rule, page in PLANTED_PAGES.items():
        if rule not in rules_broken(WORLD, page):
            sys.exit(f"rules: the planted violation of '{rule}' was not found")
    print(f"rules: {len(PLANTED) + len(PLANTED_PAGES)} planted violations of {len(rules)} rules found")


def counts():
    zones, outside, files = 0, 0, set()
    for file in load(ROOT):
        if file.is_source and file.is_swift:
            lines = sum(bool(re.search(EFFECTS["pointers"], code)) for code in file.codes)
            if re.search(POINTER_ZONES, file.name):
                zones += lines
            else:
                outside += lines
                files |= {file.name} if lines else set()
    print(f"lines with pointers: {outside} in {len(files)} files outside of the pool, the kernels and the libraries; "
          f"{zones} in them")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1:] == ["--counts"]:
        return counts()
    checker = Checker(ROOT, Page((ROOT / "Documentation/Architecture.md").read_text()), manifest_of(ROOT))
    found = checker.check()
    print(checker.summary())
    print("\n".join(text for _, text in found) if found else "rules: no violation")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
